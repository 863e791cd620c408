"""Print yes where the demo calendar belongs: all is kept in DATA_DIR, and there is no movie."""

from __future__ import annotations

import sys

from sqlalchemy import select

from mozi.database import reading
from mozi.models import Movie
from mozi.services import services
from wsgi import app

with app.app_context(), reading() as session:
    empty = session.scalar(select(Movie.id).limit(1)) is None
    sys.stdout.write("yes\n" if empty and services().settings.embedded else "no\n")
