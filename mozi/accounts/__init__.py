"""Admins: their passwords, their sessions, limits on sign-ins, drafts of their forms."""
