"""What gunicorn and flask load: `app`.

Settings that cannot be used stop the start here, a line each and without a traceback: for
every `flask` command, and for gunicorn, whose configuration has checked them once before.
Ctrl-C meanwhile ends a command as it does later: 130, where click would say 1.
"""

from __future__ import annotations

import gc
import sys

gc.disable()  # a start makes no garbage, and looking for it was a quarter of it

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
    gc.freeze()  # what is loaded stays, and need not be looked at again and again
    gc.enable()
