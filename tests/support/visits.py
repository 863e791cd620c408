"""A visitor's first hit, as far as it is a matter of builds."""

from __future__ import annotations

from mozi.posters.demand.builds import WAIT_S, OnDemandBuilds
from mozi.posters.queries import PosterState


def request_and_wait(
    builds: OnDemandBuilds, state: PosterState, *, wait_s: float = WAIT_S
) -> PosterState:
    """Return the poster's state once it is built, as a request that waits in a thread gets it."""
    return builds.wait_for(builds.request(state), wait_s=wait_s)
