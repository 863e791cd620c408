"""Variants: their form, their sameness, their likeness to a careful reduction, their blur."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from base64 import b64decode
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from mozi.posters.imaging import decode, render
from mozi.posters.recipes import (
    BLURRED,
    OPTIONAL,
    POSTER,
    POSTER_AVIF,
    RECIPES,
    SHARE,
    THUMB,
    THUMB_AVIF,
    Recipe,
)
from tests.support import pictures

LIMIT = 25_000_000
ALL = tuple(RECIPES.values())


def bodies_of(body: bytes, recipes: tuple[Recipe, ...] = ALL) -> dict[Recipe, bytes]:
    variants = render(decode(body, max_pixels=LIMIT), recipes)
    return {variant.recipe: variant.body for variant in variants}


def titled() -> Image.Image:
    """A poster with a large white title on black."""
    picture = Image.new("RGB", (1000, 1500))
    font = ImageFont.load_default(size=180)
    ImageDraw.Draw(picture).text((500, 1100), "KABARÉ", font=font, fill="white", anchor="mm")
    return picture


def strokes(picture: Image.Image) -> int:
    """Return how often light and dark change along the title's middle."""
    y = picture.height * 1100 // 1500
    row = picture.convert("L").crop((0, y, picture.width, y + 1))
    level = [row.getpixel((x, 0)) for x in range(row.width)]
    steps = [b - a for a, b in zip(level, level[1:], strict=False) if abs(b - a) > 3]
    return sum((a > 0) != (b > 0) for a, b in zip(steps, steps[1:], strict=False))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of the worst band, in levels of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_each_variant_says_its_own_size() -> None:
    for variant in render(decode(pictures.photo_jpeg(), max_pixels=LIMIT), ALL):
        size = Image.open(BytesIO(variant.body)).size
        assert size == (variant.width_px, variant.height_px)
        assert size == (variant.recipe.width_px, variant.recipe.height_px)


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.media)
def test_every_variant_is_a_progressive_jpeg(recipe: Recipe) -> None:
    assert Image.open(BytesIO(bodies_of(pictures.jpeg())[recipe])).info.get("progressive") == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_variant_does_not_depend_on_what_else_was_wanted(kind: str) -> None:
    decoded = decode(pictures.saved(pictures.scene((800, 1100)), kind), max_pixels=LIMIT)
    whole = {variant.recipe: variant for variant in render(decoded, ALL)}
    for count in (1, 2):
        for recipes in combinations(ALL[::-1], count):
            assert render(decoded, recipes) == tuple(whole[recipe] for recipe in recipes)


def test_threads_make_the_same_bytes() -> None:
    sources = [pictures.photo_jpeg((500, 750), seed) for seed in range(3)] * 4
    alone = [bodies_of(source) for source in sources[:3]] * 4
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(bodies_of, sources)) == alone


def test_two_threads_for_one_poster_make_the_same_bytes() -> None:
    source = pictures.photo_jpeg((1400, 2100))
    alone = render(decode(source, max_pixels=LIMIT), ALL)
    with ThreadPoolExecutor(1) as another:
        decoded = decode(source, max_pixels=LIMIT, help_by=another.submit)
        assert render(decoded, ALL, help_by=another.submit) == alone


def test_help_that_has_not_begun_is_not_waited_for() -> None:
    decoded, late = decode(pictures.photo_jpeg((500, 750)), max_pixels=LIMIT), Future[None]()
    assert render(decoded, ALL, help_by=lambda work: late) == render(decoded, ALL)
    assert late.cancelled()


def test_an_error_of_a_helping_thread_is_raised() -> None:
    decoded, failed = decode(pictures.photo_jpeg((500, 750)), max_pixels=LIMIT), Future[None]()
    failed.set_exception(MemoryError())
    with pytest.raises(MemoryError):
        render(decoded, ALL, help_by=lambda work: failed)


def test_another_process_makes_the_same_bytes() -> None:
    code = (
        "import sys, hashlib; from mozi.posters.imaging import decode, render;"
        "from mozi.posters.recipes import RECIPES;"
        "decoded = decode(sys.stdin.buffer.read(), max_pixels=25_000_000);"
        "variants = render(decoded, list(RECIPES.values()));"
        "print(hashlib.sha256(b''.join(v.body for v in variants)).hexdigest())"
    )
    source = pictures.photo_jpeg()
    run = subprocess.run(
        [sys.executable, "-c", code], input=source, capture_output=True, check=True
    )
    here = hashlib.sha256(b"".join(bodies_of(source).values())).hexdigest()
    assert run.stdout.decode().strip() == here


@pytest.mark.parametrize("size", [(1000, 1500), (1400, 2100), (1562, 2343), (1600, 2400)])
@pytest.mark.parametrize("recipe", [POSTER, THUMB], ids=["poster", "thumb"])
def test_variants_look_like_a_reduction_at_full_size(size: pictures.Size, recipe: Recipe) -> None:
    source = pictures.photo_jpeg(size)
    made = Image.open(BytesIO(bodies_of(source)[recipe])).convert("RGB")
    careful = Image.open(BytesIO(source)).resize(made.size, Image.Resampling.LANCZOS)
    assert difference(made.convert("L"), careful.convert("L")) < 2
    assert difference(made.reduce(8), careful.reduce(8)) < 2.5


def test_nothing_is_shifted_between_brightness_and_colour() -> None:
    picture = pictures.scene((1563, 2345))
    made = Image.open(BytesIO(bodies_of(pictures.saved(picture, "JPEG", quality=95))[POSTER]))
    edge = made.convert("RGB").crop((made.width // 2 + 6, 0, made.width, made.height // 2 - 6))
    assert max(ImageStat.Stat(edge).stddev) < 4


def test_the_title_can_be_read_on_the_thumb_but_not_on_the_blur() -> None:
    made = bodies_of(pictures.saved(titled(), "JPEG", quality=90))
    assert strokes(Image.open(BytesIO(made[THUMB]))) > 10
    assert strokes(Image.open(BytesIO(made[BLURRED]))) <= 2


def test_the_blur_keeps_the_colours() -> None:
    blurred = Image.open(BytesIO(bodies_of(pictures.jpeg())[BLURRED])).convert("RGB")
    places = ((20, 30), (180, 30), (20, 270), (180, 270))
    for place, colour in zip(places, pictures.corners(), strict=True):
        off = [abs(a - b) for a, b in zip(blurred.getpixel(place), colour, strict=True)]
        assert max(off) < 12


def test_a_preview_is_a_short_data_address_with_the_colours_of_the_picture() -> None:
    decoded = decode(pictures.photo_jpeg(), max_pixels=LIMIT)
    variants = render(decoded, ALL)
    (preview,) = {variant.preview for variant in variants}
    assert len(preview) <= 300
    body = b64decode(preview.removeprefix("data:image/webp;base64,"))
    small, large = (Image.open(BytesIO(each)).convert("RGB") for each in (body, variants[0].body))
    assert small.size == (8, 12)
    assert difference(small, large.resize(small.size, Image.Resampling.BOX)) < 12


@pytest.mark.parametrize(("plain", "small"), [(THUMB, THUMB_AVIF), (POSTER, POSTER_AVIF)])
def test_avif_is_the_same_picture_in_fewer_bytes(plain: Recipe, small: Recipe) -> None:
    bodies = bodies_of(pictures.photo_jpeg(), (plain, small))
    jpeg, avif = (Image.open(BytesIO(bodies[recipe])) for recipe in (plain, small))
    assert (avif.format, avif.size, avif.mode) == ("AVIF", jpeg.size, "RGB")
    assert len(bodies[small]) < 0.9 * len(bodies[plain])
    assert difference(jpeg.convert("RGB"), avif) < 8
    assert not {"exif", "xmp", "icc_profile"} & {k for k, v in avif.info.items() if v}


@pytest.mark.parametrize("kind", ["jpeg", "grey"])
def test_a_card_is_the_whole_poster_before_its_blur(kind: str) -> None:
    source = titled() if kind == "jpeg" else titled().convert("L")
    card = Image.open(BytesIO(bodies_of(pictures.saved(source, "JPEG"), (SHARE,))[SHARE]))
    assert (card.size, card.mode) == ((1200, 630), "RGB")
    assert strokes(card.crop((416, 40, 783, 590))) >= 6  # its title can be read


def test_optional_variants_do_not_change_the_three() -> None:
    body = pictures.photo_jpeg()
    together = bodies_of(body, (*ALL, *OPTIONAL.values()))
    assert {recipe: together[recipe] for recipe in ALL} == bodies_of(body)
    assert together == bodies_of(body, (*ALL, *OPTIONAL.values()))
