"""A resolver of names that answers as a test wants."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any

import pytest


def resolve(monkeypatch: pytest.MonkeyPatch, answers: Callable[[], Sequence[str]]) -> None:
    """Let every name have the addresses (IPv4) that answers() returns; numbers stay numbers."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *, type: int, flags: int) -> list[tuple[Any, ...]]:
        host.encode("idna")  # as the real one does
        if flags & socket.AI_NUMERICHOST:
            return list(real(host, port, type=type, flags=flags))
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in answers()]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
