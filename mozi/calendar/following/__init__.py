"""Lists of films and people that a visitor follows without an account."""
