"""Mozi with an address that holds a thread until the file DATA_DIR/thaw is there."""

from __future__ import annotations

import time
from pathlib import Path

from mozi import create_app
from mozi.settings import Settings

settings = Settings.from_env()
app = create_app(settings)


@app.get("/freeze")
def freeze() -> str:
    while not Path(settings.data_dir, "thaw").exists():
        time.sleep(0.05)
    return "thawed"
