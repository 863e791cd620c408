"""What gunicorn and flask load."""

from mozi import create_app

app = create_app()
