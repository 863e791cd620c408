"""Backup and restore of the embedded default: SQLite and the objects on disk.

Into one file (`files.py`), or into a bucket (`buckets.py`), where each picture is kept once.
"""
