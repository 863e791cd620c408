"""The demo calendar: real films, made-up dates around today, posters drawn by the program."""
