"""Importing through the browser: what is shown first is what is done, or nothing is."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mozi.accounts.admins import ensure_admin
from mozi.calendar.importing import drafts
from mozi.database import reading, writing
from mozi.models import HistoryEntry, ImportDraft, Movie, Poster
from mozi.posters.demand.builds import OnDemandBuilds
from tests.conftest import Clock
from tests.support.factories import THURSDAY, make_movie
from tests.web.admin.conftest import EMAIL, PASSWORD, sign_in, token

HEADING = "external_id,title,premiere_date,runtime_minutes"
GOOD = f"{HEADING}\nx-1,Az utolsó nyár,2026-12-03,112\nx-2,Kéz a kézben,2026-12-10,\n"
MIXED = f"{HEADING}\nx-1,Az utolsó nyár,2026-12-03,112\nx-2,,2026.12,kilenc\n"


def choose(client: FlaskClient, text: str | bytes, name: str = "films.csv") -> Any:
    """Send the form with a file of this content, and return the answer."""
    body = text.encode() if isinstance(text, str) else text
    given = {
        "file": (io.BytesIO(body), name),
        "csrf_token": token(client.get("/admin/import").text),
    }
    return client.post("/admin/import", data=given)


def preview(client: FlaskClient, text: str | bytes, name: str = "films.csv") -> str:
    """Choose a file that is taken, and return the address of its preview."""
    answer = choose(client, text, name)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def confirm(client: FlaskClient, address: str, html: str = "", **given: str) -> Any:
    """Send the form of the preview as it was shown, or as it is now."""
    shown = html or client.get(address).text
    found = re.search(r'name="digest" value="([^"]+)"', shown)
    digest = found[1] if found else ""
    return client.post(address, data={"digest": digest, "csrf_token": token(shown), **given})


def titles() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Movie.title).order_by(Movie.title)))


def waiting() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(ImportDraft)) or 0


def counts(html: str) -> dict[str, int]:
    """Return the numbers of the preview's head by action."""
    found = re.findall(r'show=(\w+)"[^>]*>\s*<span class="figure__number">(\d+)<', html)
    return {action: int(number) for action, number in found if action != "doubtful"}


def test_looking_writes_nothing(anna: FlaskClient) -> None:
    html = anna.get(preview(anna, GOOD)).text
    assert counts(html) == {"insert": 2, "update": 0, "unchanged": 0, "refused": 0}
    assert "Az utolsó nyár" in html
    assert titles() == []


def test_confirming_imports_and_forgets_the_file(anna: FlaskClient) -> None:
    answer = confirm(anna, preview(anna, GOOD))
    assert answer.location == "/admin/import?inserted=2&updated=0&unchanged=0&refused=0&batch=1"
    assert "2 új film" in anna.get(answer.location).text
    assert titles() == ["Az utolsó nyár", "Kéz a kézben"]
    assert waiting() == 0


def test_every_line_that_was_taken_for_no_film_is_told(anna: FlaskClient) -> None:
    """One of them may be a film with nothing but its title."""
    notes = "".join(f"Cím {number};;\n" for number in range(3, 40))
    address = preview(anna, f"Cím;Bemutató;Rendező\nŐ;2026.12.10.;Makk\n{notes}")
    html = anna.get(address).text
    assert all(f"{number}. „Cím {number}”" in html for number in range(3, 40))


def test_what_was_left_out_is_told_in_sentences(anna: FlaskClient) -> None:
    html = anna.get("/admin/import?inserted=1&doubtful=1&refused=2").text
    assert "1 kétséges sor kimaradt. 2 sor kimaradt." in html


def begun_by(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    """Import the text, and return the titles of the movies whose posters are begun."""
    begun: list[int] = []
    monkeypatch.setattr(OnDemandBuilds, "start", lambda _, movie_id: begun.append(movie_id) or 1)
    address = preview(client, text)
    done = client.get(confirm(client, address).location).text
    assert f"{len(begun)} új plakátot" in done or f"Most {len(begun)} készül" in done
    with reading() as session:
        return [session.get_one(Movie, movie_id).title for movie_id in begun]


POSTERS = """title,premiere_date,poster_url
Régi,2001-05-03,https://example.org/1.jpg
Két hete,2026-11-12,https://example.org/2.jpg
Új,2026-12-10,https://example.org/3.jpg
Most,2026-11-26,https://example.org/4.jpg
Puszta,2026-11-26,
"""


def test_new_posters_are_begun_what_opens_now_first(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert begun_by(anna, monkeypatch, POSTERS) == ["Most", "Új", "Két hete", "Régi"]


def test_no_more_is_begun_than_leaves_room_for_visitors(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mozi.posters.demand.schedule.STARTED_AT_ONCE", 2)
    assert begun_by(anna, monkeypatch, POSTERS) == ["Most", "Új"]


def test_an_address_that_was_there_begins_nothing(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun_by(anna, monkeypatch, POSTERS)
    more = POSTERS.replace("Új,2026-12-10", "Másik,2026-12-17")
    assert begun_by(anna, monkeypatch, more) == ["Másik"]


def test_the_history_names_who_imported(anna: FlaskClient) -> None:
    make_movie(external_id="x-1", title="Az utolsó nyár", premiere_date=THURSDAY)
    confirm(anna, preview(anna, GOOD))
    with reading() as session:
        assert set(session.scalars(select(HistoryEntry.editor))) == {EMAIL}


def test_a_change_is_shown_with_what_is_there(anna: FlaskClient) -> None:
    make_movie(external_id="x-1", title="Az utolsó nyár", premiere_date=THURSDAY)
    html = anna.get(preview(anna, GOOD) + "?show=update").text
    assert "<del>2026-11-26</del>" in html
    assert "<ins>2026-12-03</ins>" in html
    assert counts(html) == {"insert": 1, "update": 1, "unchanged": 0, "refused": 0}


def test_refused_rows_are_told_with_row_column_and_reason(anna: FlaskClient) -> None:
    html = anna.get(preview(anna, MIXED)).text
    assert "3. sor" in html
    assert "Ezt meg kell adni." in html
    assert "„2026.12” helyett ÉÉÉÉ-HH-NN kell" in html
    assert "<code>runtime_minutes</code>" in html


def test_with_bad_rows_nothing_is_written_unless_the_good_ones_are_wanted(
    anna: FlaskClient,
) -> None:
    address = preview(anna, MIXED)
    refused = confirm(anna, address)
    assert refused.status_code == 422
    assert "semmit sem írtunk be" in refused.text
    assert titles() == []
    assert confirm(anna, address, skip_bad="1").location.endswith("refused=1&batch=1")
    assert titles() == ["Az utolsó nyár"]


def test_what_changed_since_the_preview_is_shown_before_anything_is_written(
    anna: FlaskClient,
) -> None:
    address = preview(anna, GOOD)
    shown = anna.get(address).text
    make_movie(external_id="x-1", title="Az utolsó nyár", premiere_date=THURSDAY)
    answer = confirm(anna, address, shown)
    assert answer.status_code == 409
    assert "Közben valaki változtatott" in answer.text
    assert titles() == ["Az utolsó nyár"]
    assert confirm(anna, address, answer.text).status_code == 303
    assert titles() == ["Az utolsó nyár", "Kéz a kézben"]


def test_a_change_that_the_file_does_not_touch_does_not_matter(anna: FlaskClient) -> None:
    movie_id = make_movie(external_id="x-1", title="Az utolsó nyár", premiere_date=THURSDAY)
    address = preview(anna, GOOD)
    shown = anna.get(address).text
    with writing() as session:
        session.get_one(Movie, movie_id).synopsis = "Nyár van."
    assert confirm(anna, address, shown).status_code == 303


def test_an_uploaded_poster_that_a_new_address_would_replace_is_told(anna: FlaskClient) -> None:
    movie_id = make_movie(external_id="x-1")
    with writing() as session:
        session.add(Poster(movie_id=movie_id, uploaded=True, original_key="originals/0.jpg"))
    text = "external_id,poster_url\nx-1,https://example.org/p.jpg\n"
    assert "A feltöltött plakát helyére" in anna.get(preview(anna, text)).text


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"", "a.csv", "A fájl üres."),
        ("title\nKő\n".encode() + b"K\xf5\n", "a.csv", "többféle kódolás keveredik"),
        (b"[{]", "a.json", "A fájl nem JSON"),
        (b"\x89PNG\r\n\x1a\n\0", "a.png", "Ez nem .xlsx és nem is szöveg"),
    ],
)
def test_a_file_that_is_none_is_told_at_once(
    anna: FlaskClient, body: bytes, name: str, words: str
) -> None:
    answer = choose(anna, body, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert waiting() == 0


def test_a_file_with_too_many_rows_or_bytes_is_refused(
    anna: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MAX_ROWS", 1)
    assert "1 sornál több van" in choose(anna, GOOD).text
    monkeypatch.setattr("mozi.web.admin.importing.files.IMPORT_BYTES", 20)
    assert choose(anna, GOOD).status_code == 422


def test_without_a_file_the_form_says_so(anna: FlaskClient) -> None:
    given = {"csrf_token": token(anna.get("/admin/import").text)}
    answer = anna.post("/admin/import", data=given)
    assert answer.status_code == 422
    assert "Előbb válassz egy fájlt." in answer.text


def test_two_files_at_once_are_not_taken_and_the_form_says_so(anna: FlaskClient) -> None:
    files = [(io.BytesIO(GOOD.encode()), name) for name in ("a.csv", "b.csv")]
    given = {"csrf_token": token(anna.get("/admin/import").text), "file": files}
    answer = anna.post("/admin/import", data=given)
    assert (answer.status_code, waiting()) == (422, 0)
    assert "Egyszerre egy fájlt importálj" in answer.text


def test_the_same_file_twice_changes_nothing_the_second_time(anna: FlaskClient) -> None:
    confirm(anna, preview(anna, GOOD))
    html = anna.get(preview(anna, GOOD)).text
    assert counts(html) == {"insert": 0, "update": 0, "unchanged": 2, "refused": 0}
    assert "Ebben a fájlban nincs semmi, ami változtatna a filmeken." in html


def test_the_english_button_says_what_is_previewed(anna: FlaskClient) -> None:
    assert ">Preview import</button>" in anna.get("/en/admin/import").text


def test_json_is_taken_as_well(anna: FlaskClient) -> None:
    text = '[{"title": "Kő", "premiere_date": "2026-12-03", "genres": ["Dráma", "Zenés"]}]'
    answer = choose(anna, text, "films.json")
    html = anna.get(answer.location).text
    assert "Dráma; Zenés" in html


def test_many_rows_come_in_pages(anna: FlaskClient) -> None:
    rows = "\n".join(f"x-{n},Film {n},2026-12-03," for n in range(1, 121))
    address = preview(anna, f"{HEADING}\n{rows}\n")
    first, last = anna.get(address).text, anna.get(address + "?show=insert&page=99").text
    assert (first.count('class="change"'), last.count('class="change"')) == (50, 20)
    assert "3. oldal, összesen 3" in last


def test_a_file_is_kept_for_a_day_and_for_its_sender_only(
    app: Flask, anna: FlaskClient, clock: Clock
) -> None:
    address = preview(anna, GOOD)
    ensure_admin("bela@example.org", PASSWORD)
    bela = app.test_client()
    sign_in(bela, "bela@example.org")
    assert bela.get(address).status_code == 404
    clock.tick(drafts.LIFE.total_seconds() + 1)
    assert anna.get(address).status_code == 404
    preview(anna, GOOD)
    assert waiting() == 1


def test_few_files_wait_at_once(anna: FlaskClient, clock: Clock) -> None:
    for _ in range(drafts.KEPT_AN_ADMIN + 2):
        clock.tick(1)
        last = preview(anna, GOOD)
    assert waiting() == drafts.KEPT_AN_ADMIN
    assert anna.get(last).status_code == 200


def test_a_file_can_be_discarded(anna: FlaskClient) -> None:
    address = preview(anna, GOOD)
    form = {"csrf_token": token(anna.get(address).text)}
    assert anna.post(f"{address}/discard", data=form).status_code == 303
    assert waiting() == 0


def test_confirming_twice_imports_once(anna: FlaskClient) -> None:
    address = preview(anna, GOOD)
    shown = anna.get(address).text
    assert confirm(anna, address, shown).status_code == 303
    again = confirm(anna, address, shown)
    assert again.status_code == 404
    assert "már nem vár importálásra" in again.text
    assert len(titles()) == 2


def test_what_a_file_holds_is_escaped(anna: FlaskClient) -> None:
    text = f'{HEADING}\n"<script>1</script>","<b>x</b>",2026-12-03,"<i>"\n'
    html = anna.get(preview(anna, text)).text
    assert "<script>1" not in html
    assert "<b>x" not in html
    assert "<i>" not in html


@pytest.mark.parametrize("path", ["/admin/import", "/en/admin/import"])
def test_a_stranger_is_sent_to_the_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 302
