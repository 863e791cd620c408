"""The desk's list of movies: its query, its pages, and one act on many of its movies."""
