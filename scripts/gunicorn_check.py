"""Ends gunicorn with one clear line where WEB_CONCURRENCY cannot be used.

gunicorn makes that variable a number when it is imported, before it reads any configuration of
ours, so that `WEB_CONCURRENCY=abc gunicorn wsgi:app` ended with a traceback of its own. Run as
a script, this installs itself into the Python that runs it (scripts/run and bin/post_compile
do): a .pth file then imports it at every start of that Python, and for all programs but
gunicorn it does nothing.
"""

from __future__ import annotations

import os
import shutil
import sys

NAME = "WEB_CONCURRENCY"
MODULE = "mozi_gunicorn_check"


def check() -> None:
    """End this process where gunicorn would fail over the variable; an empty one is unset."""
    held = os.environ.get(NAME)
    if held is None or "gunicorn" not in map(os.path.basename, sys.orig_argv[:3]):
        return
    if not held.strip():
        del os.environ[NAME]
        return
    try:
        int(held)
    except ValueError:
        sys.stderr.write(f"{_faults(held)}\n")
        sys.stderr.flush()
        os._exit(1)  # SystemExit this early is told as a failure of Python itself


def _faults(held: str) -> str:
    """Return a line for each setting that cannot be used, as every other command tells them."""
    sys.path.insert(0, os.getcwd())
    try:
        from mozi.errors import SettingsError
        from mozi.settings import Settings

        Settings.from_env()
    except SettingsError as error:
        return str(error)
    except ImportError:  # started from elsewhere, and gunicorn will find no app either
        pass
    return f"{NAME} is {held!r}; it takes a whole number, such as 2."


def install(folder: str) -> None:
    """Make every start of the Python whose packages are in folder run the check."""
    shutil.copyfile(__file__, f"{folder}/{MODULE}.py")
    with open(f"{folder}/{MODULE}.pth", "w") as pth:
        pth.write(f"import {MODULE}; {MODULE}.check()\n")


if __name__ == "__main__":
    import sysconfig

    install(sysconfig.get_path("purelib"))
