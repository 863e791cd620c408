"""Why a poster's source cannot be used: an English sentence for each code, and its errors."""

from __future__ import annotations

import math

from mozi.errors import SourceUnavailable, UnreadableSource
from mozi.messages import Message

ACCEPTED = "accepted are pictures in JPEG, PNG, WebP, AVIF or GIF"
SENTENCES = {
    # The address.
    "bad_address": "This is not an address that a file could be fetched from.",
    "bad_scheme": "The address does not begin with http:// or https://.",
    "address_with_password": "The address holds a user name or password, which is not allowed.",
    "bad_redirect": "The address forwards to something that is not an address.",
    "forbidden_address": (
        "{host} is at {address} ({kind}): files are fetched from public addresses only."
    ),
    "forbidden_port": (
        "Port {port} is not one that files are fetched from; POSTER_SOURCE_PORTS can add it."
    ),
    "name_not_found": "No server called {host} could be found.",
    "unreachable": "The server {host} does not take connections.",
    "tls_failure": "The server's certificate or encryption is not in order.",
    "http_status": "The address answered {status}: {meaning}.",
    "too_many_redirects": "The address forwards more than {hops} times.",
    "timed_out": "The file did not arrive within {seconds:g} seconds.",
    "too_large": "The file is larger than the {max_mib:.3g} MiB that are allowed.",
    "broken": "The answer broke off, or was damaged, before the whole file had arrived.",
    # The file.
    "empty": "The file is empty.",
    "file_too_large": "The file has {mib:.1f} MiB; at most {max_mib:g} are accepted.",
    "too_many_pixels": (
        "The picture has {width_px} × {height_px} pixels; at most about {most_width_px} × "
        "{most_height_px} are accepted{where}."
    ),
    "format_not_accepted": f"This is {{kind}} picture; {ACCEPTED}.",
    "not_a_picture": f"This is {{kind}}; {ACCEPTED}.",
    "small": (
        "The picture has only {width_px} × {height_px} pixels, so it will look blurred; "
        "a card needs 342 × 513."
    ),
    "cropped": (
        "The picture ({width_px} × {height_px}) is not of a poster's shape (2:3): "
        "cards show a part of it."
    ),
    "cut_short": "The picture is cut short: its end is missing.",
    "damaged": "The picture is damaged.",
    "too_many_scans": "The picture is a JPEG of far too many scans.",
    "out_of_memory": "The picture needs more memory than there is.",
    "original_lost": "The uploaded file is lost; upload it again.",
    "no_file": "It is no file.",
    "unreadable_file": "It cannot be read: {reason}.",
}

# HTTP statuses for the person who entered the address (RFC 9110 section 15, RFC 6585).
MEANINGS = {
    401: "it wants a password",
    403: "it does not let us have the file",
    404: "there is nothing there any more",
    410: "there is nothing there any more",
    429: "it was asked too often",
    451: "it may not show the file, for legal reasons",
}


class PosterMessage(Message):
    """One of these sentences."""

    sentences = SENTENCES


def unavailable(code: str, **data: str | int | float) -> SourceUnavailable:
    """Return the error for a source whose bytes did not come."""
    return SourceUnavailable(PosterMessage(code, **data))


def bad_status(status: int) -> SourceUnavailable:
    """Return the error for an answer that is not the file."""
    english = {"meaning": _meaning_of(status)}
    return SourceUnavailable(PosterMessage("http_status", english, status=status))


def unreadable(code: str, **data: str | int | float) -> UnreadableSource:
    """Return the error for bytes that are no picture."""
    return UnreadableSource(PosterMessage(code, **data))


def too_many_pixels(size: tuple[int, int], most: int, *, kind: str) -> UnreadableSource:
    """Return the error for a picture of this size, which has more than most pixels.

    kind: "WebP" if the limit is lower for files of this kind, else "".
    """
    where = f" in such a {kind} file" if kind else ""
    scale = math.sqrt(most / (size[0] * size[1]))
    fitting = [_rounded_down(side * scale) for side in size]
    figures = {"width_px": size[0], "height_px": size[1]}
    figures |= {"most_width_px": fitting[0], "most_height_px": fitting[1]}
    return UnreadableSource(PosterMessage("too_many_pixels", {"where": where}, **figures))


def _meaning_of(status: int) -> str:
    if 500 <= status <= 599:
        return "its server is in trouble"
    return MEANINGS.get(status, "that is not a file")


def _rounded_down(side: float) -> int:
    """Return a length that people remember: 4082 gives 4000, 871 gives 800."""
    step = next((step for step in (500, 100, 10) if side >= 4 * step), 1)
    return max(1, int(side / step) * step)
