"""Bodies that are too large: cut while they arrive, refused, or told about."""

from __future__ import annotations

import io
from contextlib import nullcontext

import pytest

from mozi.server.bodies import Bodies, BodyLimits, BodyRefused, ClientGone

LIMITS = BodyLimits(max_bytes=200_000, max_held_bytes=1_000_000, tail_bytes=100_000)
HEAD, MIDDLE, TAIL = b"a" * 200_000, b"b" * 250_000, b"c" * 100_000


def bodies(limits: BodyLimits = LIMITS) -> Bodies:
    return Bodies(limits, lambda _: nullcontext())


def test_of_a_form_that_is_too_large_its_beginning_and_its_end_are_kept() -> None:
    ours, sent = bodies(), HEAD + MIDDLE + TAIL
    with ours.received(io.BytesIO(sent), len(sent), cut_at=len(sent)) as file:
        assert file.read() == HEAD + TAIL
        assert ours.held_bytes == len(HEAD + TAIL)
    assert ours.held_bytes == 0


def test_the_end_of_a_form_just_over_the_limit_is_not_given_twice() -> None:
    sent = HEAD + TAIL[:10]
    with bodies().received(io.BytesIO(sent), len(sent), cut_at=len(sent)) as file:
        assert file.read() == sent


@pytest.mark.parametrize("cut_at", [None, 549_999])
def test_what_is_larger_than_may_be_cut_is_refused_unread(cut_at: int | None) -> None:
    sent = io.BytesIO(HEAD + MIDDLE + TAIL)
    with pytest.raises(BodyRefused, match="413"):
        bodies().received(sent, 550_000, cut_at=cut_at).__enter__()
    assert sent.tell() == 0


def test_a_form_that_ends_too_early_is_not_given() -> None:
    ours = bodies()
    with pytest.raises(ClientGone):
        ours.received(io.BytesIO(HEAD + MIDDLE), 550_000, cut_at=550_000).__enter__()
    assert ours.held_bytes == 0
