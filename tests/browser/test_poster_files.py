"""A poster's file is sent when it is chosen: what is wrong with it is told before Save."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from mozi.database import reading
from mozi.models import Poster
from mozi.posters.uploads import take_upload
from mozi.services import Services
from tests.support.factories import make_jpeg, make_movie, make_variants
from tests.support.pictures import saved, scene
from tests.web.admin.forms import NEW, poster_of

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def choose(page: Page, body: bytes, name: str = "p.jpg", kind: str = "image/jpeg") -> None:
    page.set_input_files("#poster_file", [{"name": name, "mimeType": kind, "buffer": body}])


def give(services: Services, movie_id: int, body: bytes) -> None:
    take_upload(services.storage, movie_id, body, max_bytes=2**20, max_pixels=2**20)


@pytest.mark.parametrize(
    ("size", "said", "cropped"),
    [((400, 600), "", False), ((200, 300), "200 × 300", False), ((900, 600), "2 : 3", True)],
    ids=["good", "small", "wide"],
)
def test_size_and_shape_are_told_and_the_card_is_shown(
    desk: Page, size: tuple[int, int], said: str, cropped: bool
) -> None:
    desk.goto(NEW)
    choose(desk, make_jpeg(width_px=size[0], height_px=size[1]))
    expect(desk.locator("[data-kept]")).not_to_have_value("")
    expect(desk.locator("[data-warnings]")).to_contain_text(said)
    expect(desk.locator("[data-warnings]")).to_be_visible(visible=bool(said))
    expect(desk.locator("[data-card]")).to_be_visible(visible=cropped)


def test_a_poster_that_another_movie_has_is_told(desk: Page, app_services: Services) -> None:
    give(app_services, make_movie(title="Szerelem"), make_jpeg(3))
    desk.goto(NEW)
    choose(desk, make_jpeg(3))
    expect(desk.locator("[data-warnings]")).to_contain_text("„Szerelem”")


def test_a_png_of_print_size_is_scaled_by_the_browser(desk: Page) -> None:
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    choose(desk, saved(scene((6000, 9000)), "PNG", compress_level=1), "p.png", "image/png")
    desk.keyboard.press("Control+s")  # waits for the upload
    expect(desk.locator(".notice--good")).to_contain_text("Hozzáadva")
    with reading() as session:
        movie_id = session.scalars(select(Poster.movie_id)).one()
    poster = poster_of(movie_id)
    assert poster is not None
    assert poster.original_key is not None
    assert poster.original_key.endswith(".jpg")
    expect(desk.locator("[data-live][data-state=ready]")).to_be_attached()


@pytest.mark.parametrize(
    ("body", "name", "kind", "said"),
    [
        (HEIC, "IMG_1.HEIC", "", "HEIC"),
        (make_jpeg()[:2000], "p.jpg", "image/jpeg", "hiányzik a vége"),
    ],
    ids=["HEIC", "cut short"],
)
def test_a_file_that_cannot_be_used_is_refused_at_once(
    desk: Page, body: bytes, name: str, kind: str, said: str
) -> None:
    desk.goto(NEW)
    choose(desk, body, name, kind)
    expect(desk.locator("[data-fault]")).to_contain_text(said)
    assert desk.evaluate("document.querySelector('#poster_file').files.length") == 0
    desk.fill("#title", "Mephisto")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".notice--good")).to_contain_text("Hozzáadva")


def test_without_the_network_the_form_sends_the_file_itself(desk: Page) -> None:
    desk.route("**/poster-file*", lambda route: route.abort())
    desk.goto(NEW)
    desk.fill("#title", "Mephisto")
    choose(desk, make_jpeg())
    desk.keyboard.press("Control+s")
    expect(desk.locator("[data-live]")).to_be_attached()


def test_the_crop_of_the_point_is_shown(desk: Page) -> None:
    movie_id = make_movie()
    make_variants(movie_id)
    desk.goto(f"/admin/movies/{movie_id}")
    desk.fill("#focus_x", "10")
    expect(desk.locator("[data-crop]")).to_have_css("object-position", "10% 50%")
