"""Print yes if the demo calendar is to be loaded: all data are in DATA_DIR, without a movie."""

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
