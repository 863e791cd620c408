"""Who may edit: admins, their passwords, and how often somebody may try to sign in."""
