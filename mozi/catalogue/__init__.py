"""TMDB as a source of films: read, matched, merged field by field; what is unsure is proposed."""
