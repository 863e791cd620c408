"""Posters through the form: hostile files, what stays, what is told, what pages show meanwhile."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mozi.models import Poster
from mozi.posters.queries import get_poster
from mozi.posters.status import Panel, get_panel
from mozi.services import Services
from tests.support import pictures
from tests.support.factories import make_jpeg, make_movie, make_variants
from tests.web.admin.forms import picture, poster_of, send


def wait_for(true: Callable[[], bool]) -> bool:
    """Return whether it becomes true within some seconds."""
    until = time.monotonic() + 20
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def ready(movie_id: int) -> Panel:
    """Return the panel of a movie once its poster is built in the background."""
    assert wait_for(lambda: get_panel(movie_id).state == "ready")
    return get_panel(movie_id)


def poster_after(client: FlaskClient, movie_id: int, **fields: object) -> Poster:
    assert send(client, f"/admin/movies/{movie_id}", **fields).status_code == 303
    poster = poster_of(movie_id)
    assert poster is not None
    return poster


def refused(client: FlaskClient, movie_id: int, body: bytes, **fields: str) -> str:
    """Send a file that is not taken; return the form as it comes back."""
    file = (io.BytesIO(body), "a.jpg")
    answer = send(client, f"/admin/movies/{movie_id}", poster_file=file, **fields)
    answer.request.environ["wsgi.input"].close()  # the client's own: on disk, where it is large
    assert answer.status_code == 422
    return answer.text


@pytest.mark.parametrize("name", pictures.HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_the_old_poster_stays(
    anna: FlaskClient, name: str
) -> None:
    movie_id = make_movie()
    urls = make_variants(movie_id)
    html = refused(anna, movie_id, pictures.HOSTILE[name][1](), title="Új cím")
    assert 'id="poster_file-fault"' in html
    assert 'value="Új cím"' in html
    assert {v.url for v in get_poster(movie_id).variants.values()} == set(urls.values())


@pytest.mark.parametrize("name", pictures.SOUND)
def test_a_sound_file_of_any_kind_is_taken(anna: FlaskClient, name: str) -> None:
    movie_id = make_movie()
    body = pictures.SOUND[name]()
    poster = poster_after(anna, movie_id, poster_file=(io.BytesIO(body), "árvíz.bin"))
    assert poster.uploaded


def test_too_large_a_file_is_told_with_what_is_allowed(anna: FlaskClient) -> None:
    html = refused(anna, make_movie(), b"\xff\xd8\xff" + bytes(20 * 2**20))
    assert "legfeljebb 20 MiB lehet." in html


def test_saving_a_poster_builds_it_without_a_request(anna: FlaskClient) -> None:
    movie_id = make_movie()
    poster_after(anna, movie_id, poster_file=picture())
    panel = ready(movie_id)
    assert all(each.size_bytes > 0 and each.current for each in panel.variants)


def test_while_it_is_built_the_form_asks_for_the_variants_itself(
    anna: FlaskClient, app_services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_services.builds, "start", lambda _: False)
    movie_id = make_movie()
    poster_after(anna, movie_id, poster_file=picture())
    html = anna.get(f"/admin/movies/{movie_id}").text
    [address] = re.findall(r'src="(/poster/[^"]+\.thumb\.jpg\?v=[^"]+)"', html)
    answer = anna.get(address)
    assert answer.status_code == 302
    assert answer.location == ready(movie_id).find("thumb").url  # type: ignore[union-attr]


def test_a_replaced_poster_is_never_mixed_with_the_one_before(
    anna: FlaskClient, client: FlaskClient
) -> None:
    movie_id = make_movie()
    poster_after(anna, movie_id, poster_file=picture(seed=1))
    old = {each.url for each in ready(movie_id).variants}
    poster_after(anna, movie_id, poster_file=picture(seed=2))
    seen = set()
    while get_panel(movie_id).state != "ready":
        seen.add(frozenset(v.url for v in get_poster(movie_id).variants.values()))
    new = frozenset(each.url for each in ready(movie_id).variants)
    assert not old & new
    assert seen <= {frozenset(old), new}


def test_a_replaced_poster_is_on_the_pages_within_their_bound(
    app: Flask, anna: FlaskClient
) -> None:
    visitor, movie_id = app.test_client(), make_movie()
    film = f"/film/{movie_id}-koszivu-ember"
    poster_after(anna, movie_id, poster_file=picture(seed=1))
    old = ready(movie_id)
    shown = {path: visitor.get(path).text for path in ("/", film)}
    assert old.variants[1].url in shown["/"]
    poster_after(anna, movie_id, poster_file=picture(seed=2))
    new, published = ready(movie_id), time.monotonic()
    for path in ("/", film):
        media = "poster" if path == film else "thumb"
        wanted, before = new.find(media), old.find(media)
        assert wanted is not None and before is not None  # noqa: PT018
        page, is_late = "", False
        while wanted.url not in page:
            assert not is_late
            is_late = time.monotonic() - published > 2 + 1  # the bound
            page = visitor.get(path).text
        assert before.url not in page


def test_a_point_that_crops_must_keep_is_remembered(anna: FlaskClient) -> None:
    movie_id = make_movie()
    make_variants(movie_id)
    poster = poster_after(anna, movie_id, focus_x="30", focus_y="120", focus_of="1")
    assert (poster.focus_x, poster.focus_y) == (30, 100)
    assert (
        'name="focus_x" type="number" min="0" max="100"'
        in anna.get(f"/admin/movies/{movie_id}").text
    )
    poster = poster_after(anna, movie_id, focus_x="", focus_y="", focus_of="1")
    assert (poster.focus_x, poster.focus_y) == (None, None)


def test_a_form_without_the_point_leaves_it_alone(anna: FlaskClient) -> None:
    movie_id = make_movie()
    make_variants(movie_id)
    poster_after(anna, movie_id, focus_x="30", focus_y="40", focus_of="1")
    poster = poster_after(anna, movie_id, title="Más cím")
    assert (poster.focus_x, poster.focus_y) == (30, 40)


def test_a_new_poster_begins_with_its_middle(anna: FlaskClient) -> None:
    movie_id = make_movie()
    make_variants(movie_id)
    poster_after(anna, movie_id, focus_x="30", focus_y="40", focus_of="1")
    point = {"focus_x": "30", "focus_y": "40", "focus_of": "1"}
    poster = poster_after(anna, movie_id, poster_file=picture(), **point)
    assert (poster.focus_x, poster.focus_y) == (None, None)


def test_an_upload_keeps_nothing_of_where_it_was_taken(
    anna: FlaskClient, app_services: Services
) -> None:
    movie_id = make_movie()
    body = pictures.gps_jpeg()
    poster_after(anna, movie_id, poster_file=(io.BytesIO(body), "a.jpg"))
    for each in ready(movie_id).variants:
        stored = app_services.storage.get(get_poster(movie_id).variants[each.media].object_key)
        assert b"Exif" not in stored


def test_the_original_of_an_upload_is_never_shown(anna: FlaskClient) -> None:
    movie_id = make_movie()
    body = make_jpeg(7)
    poster = poster_after(anna, movie_id, poster_file=(io.BytesIO(body), "a.jpg"))
    assert anna.get(f"/media/{poster.original_key}").status_code == 404


def test_the_point_moves_the_crop_of_the_cards(app: Flask, anna: FlaskClient) -> None:
    movie_id, visitor = make_movie(), app.test_client()
    make_variants(movie_id)
    assert "focus-x" not in visitor.get("/").text
    poster_after(anna, movie_id, focus_x="34", focus_y="100", focus_of="1")
    assert wait_for(lambda: 'class="poster focus-x-3 focus-y-10"' in visitor.get("/").text)
