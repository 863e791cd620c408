"""Measures the import of a file at the desk, from upload to undo: seconds, and the peak of memory.

The file's films are imported, previewed again, changed all at once, and taken back.

    .venv/bin/python -m scripts.bench.importing FILMS.csv [--servers] [--bad]

On a new SQLite database, with --servers on a PostgreSQL of the script's own. --bad: afterwards each
of the files of tests/support/bad_files.py is uploaded. Seconds are those of the clock, and of the
processor in brackets; memory is the whole process's.
"""

from __future__ import annotations

import argparse
import csv
import io
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.support.bad_files import BAD_FILES, peak_mib

EMAIL, PASSWORD = "bench@example.org", "correct horse battery"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="A CSV, .xlsx or JSON file of films.")
    parser.add_argument("--servers", action="store_true", help="On PostgreSQL.")
    parser.add_argument("--bad", action="store_true", help="Upload bad files, too.")
    options = parser.parse_args()
    database = _postgresql() if options.servers else nullcontext("")
    with tempfile.TemporaryDirectory() as folder, database as url:
        own = {"DATA_DIR": folder, "SECRET_KEY": "b" * 40, "POSTER_EXTRAS": "0"}
        os.environ.update(own, DATABASE_URL=url or f"sqlite:///{folder}/mozi.db", LOG_LEVEL="ERROR")
        body = options.file.read_bytes()
        _alone(_prepare)
        _alone(_measure_good, options.file.name, body)
        for bad in BAD_FILES if options.bad else ():
            _alone(_measure_bad, bad.name, bad.file, bad.make)


def _postgresql() -> AbstractContextManager[str]:
    from tests.support.servers import postgresql  # here: its imports would count as memory

    return postgresql()


def _alone(work: Callable[..., None], *arguments: Any) -> None:
    """Do the work in a process of its own, whose memory nothing else has used."""
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    process.join()


def _prepare() -> None:
    from flask_migrate import upgrade

    from mozi.accounts.admins import ensure_admin

    with _app().app_context():
        upgrade(directory="migrations")
        ensure_admin(EMAIL, PASSWORD)


def _app() -> Flask:
    from mozi import create_app

    return create_app()


def _measure_good(name: str, body: bytes) -> None:
    client = _signed_in()
    print(f"process before {peak_mib():.0f} MiB")
    page = _import(client, name, body)
    again = _step("upload again", lambda: _upload(client, name, body))
    _step("preview again", lambda: client.get(again.location))
    changed = _all_changed(name, body)
    if changed is not None:
        _undo(client, _import(client, "changed.csv", changed, called=" of changes"))
    _undo(client, page)


def _import(client: FlaskClient, name: str, body: bytes, *, called: str = "") -> str:
    answer = _step(f"upload{called}", lambda: _upload(client, name, body))
    page = _step(f"preview{called}", lambda: client.get(answer.location)).text
    [digest] = re.findall(r'name="digest" value="(\w+)"', page)
    sent = {"csrf_token": _token(page), "digest": digest, "skip_bad": "1"}
    done = _step(f"confirm{called}", lambda: client.post(answer.location, data=sent))
    return str(client.get(done.location).text)


def _undo(client: FlaskClient, page: str) -> None:
    [undo] = re.findall(r'action="(/admin/batches/\d+/undo)"', page)
    _step("undo", lambda: client.post(undo, data={"csrf_token": _token(page)}))


def _all_changed(name: str, body: bytes) -> bytes | None:
    """Return the CSV file with another date, length and distributor in each row; None: no CSV."""
    if not name.endswith(".csv"):
        return None
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, [*rows[0]])
    writer.writeheader()
    for row in rows:
        day = date.fromisoformat(row["premiere_date"]) + timedelta(days=1)
        minutes = int(row["runtime_minutes"] or 90) + 1
        other = {"distributor": f"{row['distributor']} 2"[:100], "runtime_minutes": minutes}
        writer.writerow({**row, **other, "premiere_date": day.isoformat()})
    return text.getvalue().encode()


def _measure_bad(name: str, file: str, make: Callable[[], bytes]) -> None:
    client, body = _signed_in(), make()
    answer = _step(name, lambda: _upload(client, file, body))
    if answer.status_code != 303:
        [said] = re.findall(r'id="file-fault">(.*?)</div>', answer.text, re.DOTALL)
        print("    " + re.sub(r"(<[^>]+>|\s)+", " ", said).strip())


def _signed_in() -> FlaskClient:
    client = _app().test_client()
    page = client.get("/admin/login").text
    client.post(
        "/admin/login", data={"email": EMAIL, "password": PASSWORD, "csrf_token": _token(page)}
    )
    client.get("/admin/import")
    return client


def _upload(client: FlaskClient, name: str, body: bytes) -> Any:
    sent = {"csrf_token": _token(client.get("/admin/import").text)}
    return client.post("/admin/import", data={**sent, "file": (io.BytesIO(body), name)})


def _step(name: str, act: Callable[[], Any]) -> Any:
    Path("/proc/self/clear_refs").write_text("5")
    clock, processor = time.perf_counter(), time.process_time()
    answer = act()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{name}: {clock:.1f} s ({processor:.1f}), {peak_mib():.0f} MiB", flush=True)
    return answer


def _token(page: str) -> str:
    [found] = re.findall(r'name="csrf_token" value="([^"]+)"', page)[:1]
    return str(found)


if __name__ == "__main__":
    main()
