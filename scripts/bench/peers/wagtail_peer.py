"""Wagtail: three renditions, each made when a template first asks for it. Wagtail has no blur."""

from __future__ import annotations

import shutil
import tempfile
from io import BytesIO
from pathlib import Path

import django
from django.conf import settings
from serving import QUALITIES, SIZES, serve

FOLDER = Path(tempfile.mkdtemp(prefix="bench-wagtail-"))
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
        "taggit", "modelcluster", "wagtail",
        "wagtail.users", "wagtail.search", "wagtail.images", "wagtail.documents", "wagtail.admin",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db"}},
    MEDIA_ROOT=str(FOLDER / "media"),
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    WAGTAILADMIN_BASE_URL="http://localhost",
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.core.files.images import ImageFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from wagtail.images.models import Image  # noqa: E402

call_command("migrate", verbosity=0)


def add(source: Path) -> Image:
    image = Image(title=source.name, file=ImageFile(BytesIO(source.read_bytes()), name=source.name))
    image.save()
    return image


def build(source: Path, out: Path) -> None:
    image = add(source)
    for media, (width, height) in SIZES.items():
        filters = f"max-{width}x{height}|format-jpeg|jpegquality-{QUALITIES[media]}"
        shutil.copy(image.get_rendition(filters).file.path, out / f"{media}.jpg")


serve(build)
