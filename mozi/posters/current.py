"""Whether a variant is current: of the wanted source, by the present recipe or a newer one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from mozi.models import POSTERS, VARIANTS
from mozi.posters.recipes import Recipe


def is_current(variant: Any, recipe: Recipe, *, source_number: Any) -> Any:
    """Return whether a variant of recipe's media is current.

    variant: something with source_number and recipe_version. A row gives a bool; the columns of
    a table give the condition in SQL. That is why this says `&` and not `and`.
    """
    of_source = variant.source_number == source_number
    return of_source & (variant.recipe_version >= recipe.version)


def current_count(recipes: Iterable[Recipe]) -> ColumnElement[int]:
    """Return, in a query of POSTERS, how many of recipes the poster has current variants of."""
    number = POSTERS.c.source_number
    current = [
        (VARIANTS.c.media == recipe.media) & is_current(VARIANTS.c, recipe, source_number=number)
        for recipe in recipes
    ]
    return (
        select(func.count())
        .select_from(VARIANTS)
        .where(VARIANTS.c.movie_id == POSTERS.c.movie_id, or_(*current))
        .correlate(POSTERS)
        .scalar_subquery()
    )
