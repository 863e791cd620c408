"""What gunicorn and flask load: `app`.

Settings that cannot be used stop the start here, a line each and without a traceback: for
every `flask` command, and for gunicorn, whose configuration has checked them once before.
"""

from __future__ import annotations

import gc
import sys

gc.disable()  # a start makes no garbage, and looking for it was a quarter of it

from mozi import create_app  # noqa: E402 - this is what is waited for
from mozi.errors import SettingsError  # noqa: E402

try:
    app = create_app()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None
finally:
    gc.enable()
