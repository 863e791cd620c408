"""TMDB: the client, what is asked of it, and what its answers mean as frozen values."""
