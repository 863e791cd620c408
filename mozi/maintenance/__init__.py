"""Maintenance: taking in old uploads, checking storage and records, pruning, backing up."""
