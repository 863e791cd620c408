"""What gunicorn and flask load: `app`.

Settings that cannot be used stop the start here, a line each and without a traceback: for
every `flask` command, and for gunicorn, whose configuration has checked them once before.
"""

from __future__ import annotations

import sys

from mozi import create_app
from mozi.errors import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None
