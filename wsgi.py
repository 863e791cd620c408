"""What gunicorn and flask load: `app`.

A setting that cannot be used stops the start with a line for each fault: each `flask` command,
and gunicorn, whose configuration has checked them before. Ctrl-C and SIGTERM end a command that
is still loading with status 130, as they do later; click would make it 1, the shell 143.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading

gc.disable()  # loading makes no garbage, and looking for it took 0.13 s of 0.98

# Until the app is there, SIGTERM acts like Ctrl-C, unless the server handles it itself.
interrupts = (
    threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
)
if interrupts:
    signal.signal(signal.SIGTERM, signal.default_int_handler)

try:
    from mozi import create_app  # most of the start
    from mozi.errors import SettingsError

    app = create_app()
except KeyboardInterrupt:
    raise SystemExit(130) from None
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None
finally:
    if interrupts:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # what is loaded stays: each full collection would stop the pages for 0.1 s
    gc.enable()
