"""The pages of the list, of many movies at once, and of all changes."""
