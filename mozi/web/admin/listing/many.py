"""Many movies at once: chosen in the list, shown what would change, then changed, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from mozi.calendar.editing.listing.admin_list import choices_of, chosen
from mozi.calendar.editing.listing.distinct import distributors
from mozi.calendar.editing.listing.list_query import ListQuery
from mozi.calendar.editing.listing.many import (
    ACTS,
    DAYS,
    DELETE,
    FIXED,
    Act,
    Choice,
    Plan,
    do,
    parse_act,
)
from mozi.calendar.editing.listing.many import plan as plan_of
from mozi.calendar.messages import InvalidValue
from mozi.calendar.search.names import ensure_names
from mozi.calendar.weeks import next_thursday
from mozi.database import reading
from mozi.errors import PreviewOutdated
from mozi.web.admin.base import (
    NOTE,
    blueprint,
    current_admin,
    list_address,
    render_page,
)
from mozi.web.admin.form.values import CHOICES
from mozi.web.admin.listing.movies import list_query
from mozi.web.admin.messages.calendar import calendar_words
from mozi.web.rendering import today

SHOWN = 100  # planned movies on the page
DEFAULT_DAYS = "7"
BATCH = "batch"  # the category of a flashed batch: its id and how many movies it changed

ACT_NAMES: dict[str, LazyString] = {
    DAYS: lazy_gettext("Áthelyezés napokkal"),
    "day": lazy_gettext("Áthelyezés egy napra"),
    "cancel": lazy_gettext("Elmarad"),
    "schedule": lazy_gettext("Mégis műsoron lesz"),
    "kind": lazy_gettext("A bemutató fajtája"),
    "distributor": lazy_gettext("Forgalmazó"),
    "genres": lazy_gettext("Műfajok cseréje"),
    "add_genres": lazy_gettext("Műfaj hozzáadása"),
    "age_rating": lazy_gettext("Korhatár"),
    DELETE: lazy_gettext("Törlés"),
}


@dataclass(frozen=True)
class Chosen:
    """What the editor chose: these movies, or (movie_ids is None) all that match the list."""

    query: ListQuery
    movie_ids: tuple[int, ...] | None

    def load(self, session: Session, *, most: int) -> list[Choice]:
        """Return the movies, in the list's order; most + 1: there are more."""
        if self.movie_ids is None:
            return choices_of(session, self.query, today(), most=most)
        return chosen(session, self.query, self.movie_ids[: most + 1], today())


@blueprint.get("/movies/many")
def back_to_list() -> ResponseReturnValue:
    """Lead back: the choice was in the form, so this address alone shows nothing."""
    return redirect(list_address(), code=303)


@blueprint.post("/movies/many")
def many() -> ResponseReturnValue:
    """Show what the act would change; change it where the editor has seen and agreed."""
    picked = _chosen()
    if picked.movie_ids == ():
        flash(_("Előbb válassz filmeket: pipáld ki őket a sor elején."), NOTE)
        return redirect(list_address(), code=303)
    name = _act_name()
    text = _text(name)
    try:
        act = parse_act(name, text)
    except InvalidValue as error:
        return _show(picked, name, text, fault=calendar_words(error.message), status=422)
    return _do(picked, act, text)


def _act_name() -> str:
    named = request.form.get("to") or request.form.get("act", "")
    return named if named in ACTS else DAYS


def _text(name: str) -> str:
    """Return the act's value as typed; the usual one where the act has just been chosen."""
    if request.form.get("to"):
        return _default(name)
    return request.form.get("quick") or request.form.get("value", _default(name))


def _default(name: str) -> str:
    if name == DAYS:
        return DEFAULT_DAYS
    return next_thursday(today()).isoformat() if name == "day" else ""


def _chosen() -> Chosen:
    query = list_query(request.form)
    if request.form.get("all"):
        return Chosen(query, None)
    ids = (each for each in request.form.getlist("movie") if each.isdecimal() and len(each) < 10)
    return Chosen(query, tuple(dict.fromkeys(map(int, ids))))


def _do(picked: Chosen, act: Act, text: str) -> ResponseReturnValue:
    ensure_names()
    with reading() as session:
        choices = picked.load(session, most=act.most)
        if len(choices) > act.most:
            words = _("Ez egyszerre legfeljebb %(most)s filmmel megy: szűkítsd a listát.")
            return _show(picked, act.name, text, fault=words % {"most": act.most}, status=422)
        plan = plan_of(session, choices, act)
    seen = request.form.get("seen", "")
    if "do" not in request.form or not plan.done:
        return _show(picked, act.name, text, plan=plan)
    try:
        done = do(choices, act, agreed=seen, by=current_admin().email)
    except PreviewOutdated:
        outdated = request.form.get("seen_value") == text
        return _show(picked, act.name, text, plan=plan, outdated=outdated, status=409)
    if done.batch_id is not None:
        flash(f"{done.batch_id} {done.movies}", BATCH)
    if done.skipped:
        flash(_skipped(done.skipped), NOTE)
    return redirect(list_address(), code=303)


def _skipped(count: int) -> str:
    words: str = ngettext(
        "%(num)s film maradt, ahogy volt: közben más változtatta meg.",
        "%(num)s film maradt, ahogy volt: közben más változtatta meg.",
        count,
    )
    return words


def _show(picked: Chosen, act: str, value: str, *, status: int = 200, **shown: object) -> Response:
    plan = shown.get("plan")
    return render_page(
        "many",
        status=status,
        picked=picked,
        act=act,
        acts=ACT_NAMES,
        value=value,
        fixed=act in FIXED,
        choices=CHOICES.get(act),
        distributors=_distributors() if act == "distributor" else (),
        most_shown=SHOWN,
        calendar_words=calendar_words,
        cells=_cells(plan) if isinstance(plan, Plan) else {},
        **shown,
    )


def _distributors() -> list[str]:
    with reading() as session:
        return distributors(session)


def _cells(plan: Plan) -> Mapping[str, str]:
    """Return the words of the codes that the plan's values are."""
    return {code: str(words) for code, words in CHOICES.get(_column(plan.act), {}).items()}


def _column(act: Act) -> str:
    return "status" if act.name in ("cancel", "schedule") else act.name
