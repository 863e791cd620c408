"""Why the bytes of a source could not be had: the codes, and one sentence for each.

Words only. An entrance that speaks another language translates by code (and by status, for
"http_status"); the figures are in the error's data.
"""

from __future__ import annotations

from mozi.errors import SourceUnavailable

SENTENCES = {
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
    "empty": "The address answered with an empty file.",
}

# What a status means to whoever entered the address (RFC 9110 section 15, RFC 6585).
MEANINGS = {
    401: "it wants a password",
    403: "it does not let us have the file",
    404: "there is nothing there any more",
    410: "there is nothing there any more",
    429: "it was asked too often",
    451: "it may not show the file, for legal reasons",
}


def unavailable(code: str, **data: str | int | float) -> SourceUnavailable:
    """Return the error to raise; data: what the code's sentence has in braces."""
    return SourceUnavailable(code, SENTENCES[code].format(**data), **data)


def bad_status(status: int) -> SourceUnavailable:
    """Return the error for an answer that is not the file; status is in its data."""
    sentence = SENTENCES["http_status"].format(status=status, meaning=_meaning_of(status))
    return SourceUnavailable("http_status", sentence, status=status)


def _meaning_of(status: int) -> str:
    if 500 <= status <= 599:
        return "its server is in trouble"
    return MEANINGS.get(status, "that is not a file")
