"""What was just done, told once on the next page: templates/admin/components/notices.html."""

from __future__ import annotations

from flask import flash


def tell(done: str, movie_id: int, title: str) -> None:
    """Have the next page say what was done with a movie; done: a word that the template knows."""
    flash(f"{movie_id} {title}", done)
