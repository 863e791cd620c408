"""Both languages on every public page, and no text that is missing from either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment

from mozi.web import PUBLIC
from mozi.web.i18n import languages
from tests.conftest import MakeApp
from tests.support.factories import make_movie

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
READ_ALOUD = re.compile(r'(?:alt|title|aria-label|placeholder|content)="([^"]*)"')
TECHNICAL = {"light dark", "noindex", "noindex, follow", "width=device-width, initial-scale=1"}


def english() -> Catalog:
    with (CATALOGUE / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def texts_of(catalogue: Catalog) -> dict[object, object]:
    return {_plain(message.id): _plain(message.string) for message in catalogue if message.id}


def _plain(text: object) -> object:
    """Return the text, or the forms of a plural; read_mo gives a list where read_po has a tuple."""
    return tuple(text) if isinstance(text, list | tuple) else text


def texts_in_the_sources() -> set[object]:
    with (ROOT / "translations" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "N_": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {text for _, _, text, _, _ in found}


def test_every_text_of_the_sources_is_in_the_english_catalogue_and_no_other() -> None:
    assert texts_in_the_sources() == set(texts_of(english()))


def test_every_text_has_its_translation_with_the_same_placeholders() -> None:
    for text, translation in texts_of(english()).items():
        pairs = zip(
            *(one if isinstance(one, tuple) else (one,) for one in (text, translation)), strict=True
        )
        for hungarian, said in pairs:
            assert said, hungarian
            assert set(PLACEHOLDER.findall(said)) == set(PLACEHOLDER.findall(hungarian)), said


def test_the_compiled_catalogue_is_that_of_the_texts() -> None:
    with (CATALOGUE / "messages.mo").open("rb") as file:
        assert texts_of(read_mo(file)) == texts_of(english())


def public_templates() -> list[Path]:
    folder = ROOT / "templates"
    return [path for path in sorted(folder.rglob("*.html")) if "admin" not in path.parts]


@pytest.mark.parametrize("path", public_templates(), ids=lambda path: path.name)
def test_no_template_says_a_word_past_the_catalogue(path: Path) -> None:
    tokens = Environment(autoescape=True).lex(path.read_text())
    html = "".join(text for _, kind, text in tokens if kind == "data")
    said = [text for text in READ_ALOUD.findall(html) if text not in TECHNICAL]
    # Half a tag, where a macro adds it.
    html = re.sub(r'\s(lang|srcset|sizes)="[^"]*"', " ", html)
    between = re.sub(r"<[^>]*>?", " ", html)
    assert re.findall(r"[^\W\d_]{2,}", f"{between} {' '.join(said)}") in ([], ["Mozi"])


def test_every_page_is_there_in_english_at_the_same_path(app: Flask) -> None:
    rules = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules()}
    names = tuple(f"{blueprint.name}." for blueprint in PUBLIC)
    public = {path: name for path, name in rules.items() if name.startswith(names)}
    assert len(public) >= 5
    assert all(rules[f"/en{path}"] == f"en.{name}" for path, name in public.items())


@pytest.mark.parametrize(
    ("path", "language"),
    [("/", "hu"), ("/en/", "en"), ("/en/nincs", "en"), ("/enyim", "hu"), ("/film/9-x", "hu")],
)
def test_the_path_tells_the_language(client: FlaskClient, path: str, language: str) -> None:
    assert f'<html lang="{language}"' in client.get(path).text


def test_an_english_page_speaks_and_links_english(client: FlaskClient) -> None:
    movie_id = make_movie(title="Bors", kind="rerelease", runtime_minutes=100)
    html = client.get("/en/").text
    for said in ("This week", "><b>26</b> November<", "back in cinemas", "100 min"):
        assert said in html
    assert f'href="/en/film/{movie_id}-bors"' in html
    assert 'href="/en/premierek/2026/11"' in html


def test_another_spelling_leads_to_the_right_address_in_english_too(client: FlaskClient) -> None:
    movie_id = make_movie(title="Bors")
    assert client.get(f"/en/film/{movie_id}").location == f"/en/film/{movie_id}-bors"


def test_a_page_names_itself_in_both_languages(make_app: MakeApp) -> None:
    client = make_app(SITE_URL="https://mozi.example").test_client()
    html = client.get("/en/premierek/2026?utm=x").text
    assert '<link rel="canonical" href="https://mozi.example/en/premierek/2026">' in html
    for language, path in (("hu", ""), ("en", "/en"), ("x-default", "")):
        address = f"https://mozi.example{path}/premierek/2026"
        assert f'<link rel="alternate" hreflang="{language}" href="{address}">' in html
    assert 'href="/premierek/2026" hreflang="hu" lang="hu"' in html


def test_an_error_page_speaks_english_under_en(client: FlaskClient) -> None:
    answer = client.get("/en/film/99-nothing")
    assert answer.status_code == 404
    assert "no longer in the calendar" in answer.text


@pytest.mark.parametrize("path", ["/", "/film/1-a", "/premierek/2026/11"])
def test_a_path_and_its_translation_lead_to_each_other(path: str) -> None:
    english = languages.in_language(path, "en")
    assert languages.language_of(english) == "en"
    assert languages.in_language(english, "en") == english
    assert languages.in_language(english, "hu") == path
