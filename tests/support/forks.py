"""Python processes that start at once: forks of one that has imported Mozi, and done no more.

A start of `python -m flask` is 1.5 s of a core, nearly all of it imports. What a fork does from
there on is what that does: it makes its own app, connections and threads, has its own memory,
and is signalled, killed and waited for by its own number.

Run as a program (`python -m tests.support.forks <socket>`), this is the process that forks.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
MESSAGE_BYTES = 1 << 17
A_NUMBER = 4
Stream = int | IO[Any] | None


class Forked:
    """A process, with the part of subprocess.Popen that tests use; its pipes are texts."""

    def __init__(
        self,
        channel: socket.socket,
        args: tuple[str, ...],
        *,
        env: Mapping[str, str],
        stdin: Stream = subprocess.DEVNULL,
        stdout: Stream = None,
        stderr: Stream = None,
    ) -> None:
        self.args = args
        self.returncode: int | None = None
        self._told, tell = os.pipe()
        theirs = [tell]
        self.stdin = _opened(stdin, 0, theirs)
        self.stdout = _opened(stdout, 1, theirs)
        self.stderr = _opened(stderr, 2, theirs)
        asked = json.dumps({"args": args, "env": dict(env)}).encode()
        socket.send_fds(channel, [asked], theirs)
        for descriptor in theirs:
            os.close(descriptor)
        self.pid = _number(self._told)

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, as Popen.wait does; raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(_number(self._told))
            os.close(self._told)
        return self.returncode

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """Return what it said, to the end; timeout: for its end after that."""
        with ThreadPoolExecutor(2) as threads:
            said = tuple(threads.map(_read, (self.stdout, self.stderr)))
        if self.stdin:
            self.stdin.close()
        self.wait(timeout)
        return said[0], said[1]

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _opened(stream: Stream, number: int, theirs: list[int]) -> IO[str] | None:
    """Add the process's descriptor to theirs, and return our end of a pipe."""
    if stream == subprocess.PIPE:
        reading, writing = os.pipe()
        ours, other = (writing, reading) if number == 0 else (reading, writing)
        theirs.append(other)
        return os.fdopen(ours, "w" if number == 0 else "r", encoding="utf-8")
    if stream == subprocess.DEVNULL:
        theirs.append(os.open(os.devnull, os.O_RDWR))
    elif stream is None or isinstance(stream, int):
        theirs.append(os.dup(number if stream is None else stream))
    else:
        theirs.append(os.dup(stream.fileno()))
    return None


def _number(told: int) -> int:
    number = os.read(told, A_NUMBER)
    assert number, "the process that forks has ended"
    return int.from_bytes(number)


def _read(stream: IO[str] | None) -> str | None:
    if stream is None:
        return None
    with stream:
        return stream.read()


class Forks:
    """Starts processes: start("-m", "flask", "work", env=…), start("-c", code, argument, env=…)."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def __call__(self, *args: str, env: Mapping[str, str], **streams: Stream) -> Forked:
        return Forked(self._channel, args, env=env, **streams)


@contextmanager
def forks() -> Iterator[Forks]:
    """Start the process that forks; it ends with this."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        number = theirs.fileno()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forks", str(number)], cwd=ROOT, pass_fds=[number]
        )
        theirs.close()
        yield Forks(ours)
    server.wait(20)


def serve(channel: socket.socket) -> None:
    """Fork for each that is asked for, until nobody can ask any more."""
    _prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who attend
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 4)
        if not message:
            return
        if os.fork() == 0:
            channel.close()
            _attend(json.loads(message), *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _prepare() -> None:
    """Import what commands import."""
    gc.disable()
    for name in ("flask.cli", "flask_migrate", "mozi", "psycopg", "PIL.Image"):
        __import__(name)
    gc.freeze()
    gc.enable()


def _attend(asked: Any, tell: int, *streams: int) -> None:
    """Fork again, tell the number of that process and then how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(tell)
        _become(asked["args"], asked["env"], streams)
        return
    for descriptor in streams:
        os.close(descriptor)
    os.write(tell, child.to_bytes(A_NUMBER))
    os.write(tell, os.waitpid(child, 0)[1].to_bytes(A_NUMBER))
    os._exit(0)


def _become(args: list[str], env: dict[str, str], streams: tuple[int, ...]) -> None:
    """Do what `python <args>` does; its end is this process's."""
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(env)
    option, what, *rest = args
    sys.argv = [what if option == "-m" else option, *rest]
    if option == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
