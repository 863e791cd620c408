"""sorl-thumbnail with its Pillow engine: three thumbnails. It has no blur of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import django
from django.conf import settings
from serving import QUALITIES, SIZES, serve

FOLDER = Path(tempfile.mkdtemp(prefix="bench-sorl-"))
settings.configure(
    INSTALLED_APPS=["sorl.thumbnail"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db"}},
    MEDIA_ROOT=str(FOLDER),
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    THUMBNAIL_PROGRESSIVE=True,
    THUMBNAIL_ORIENTATION=True,
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from sorl.thumbnail import get_thumbnail  # noqa: E402

call_command("migrate", verbosity=0)
calls = iter(range(10**9))


def build(source: Path, out: Path) -> None:
    name = f"{next(calls)}{source.suffix}"
    shutil.copy(source, FOLDER / name)
    for media, (width, height) in SIZES.items():
        made = get_thumbnail(
            name, f"{width}x{height}", upscale=False, quality=QUALITIES[media], format="JPEG"
        )
        shutil.copy(made.storage.path(made.name), out / f"{media}.jpg")


serve(build)
