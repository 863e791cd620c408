"""Keeping house: moving in, checking the storage and the records, sweeping, backing up."""
