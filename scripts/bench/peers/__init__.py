"""Peers of Mozi's pipeline, each a process that builds three variants of a file when told.

Each reads lines of JSON ({"source": path, "out": folder}), writes poster.jpg, thumb.jpg and
blurred.jpg there, and answers with the seconds that the work took, its own start left out.
"""
