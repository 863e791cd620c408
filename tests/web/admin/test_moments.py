from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mozi.web.admin.moments import moment
from tests.conftest import Clock
from tests.web.conftest import InLanguage


@pytest.mark.parametrize(
    ("language", "near", "far"),
    [("hu", "ma, 15:02", "nov. 20., 23:30"), ("en", "today, 15:02", "20 Nov, 23:30")],
)
def test_a_moment_is_in_the_sites_time_with_words_for_near_days(
    in_language: InLanguage, clock: Clock, language: str, near: str, far: str
) -> None:
    with in_language(language):
        assert moment(datetime(2026, 11, 26, 14, 2, tzinfo=UTC)) == near
        assert moment(datetime(2026, 11, 20, 22, 30, tzinfo=UTC)) == far
