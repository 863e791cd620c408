"""What gunicorn and flask load: `app`.

Settings that cannot be used stop the start here, a line each and without a traceback: for
every `flask` command, and for gunicorn, whose configuration has checked them once before.
Ctrl-C and SIGTERM meanwhile end a command as they do later: 130, where click would say 1 and
the shell 143. A server that has a use of its own for SIGTERM keeps it.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading

gc.disable()  # a start makes no garbage, and looking for it was a quarter of it


# Written out: to import mozi.signals, which does the same, would be the very start.
def _interrupt(number: int, frame: object) -> None:
    """End the start as Ctrl-C does."""
    raise KeyboardInterrupt


in_main_thread = threading.current_thread() is threading.main_thread()
nobody_heeds = in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
if nobody_heeds:
    signal.signal(signal.SIGTERM, _interrupt)

try:
    from mozi import create_app  # this is what is waited for
    from mozi.errors import SettingsError

    app = create_app()
except KeyboardInterrupt:
    raise SystemExit(130) from None
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None
finally:
    if nobody_heeds:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # what is loaded stays, and need not be looked at again and again
    gc.enable()
