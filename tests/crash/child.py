"""The program in a process of its own that can be killed, starved or stripped of rights: forked, to be quick."""

import contextlib
import fcntl
import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from expcomp.cli import app
from expcomp.commands.run import guarded

NOBODY = 65534
PIPE = 1 << 20
WITHIN = 600
"""Seconds after which a child that hangs is a failure."""


@dataclass(frozen=True)
class Ended:
    """The exit code (negative: the signal that killed it), and what was said."""

    code: int
    said: str


@dataclass(frozen=True)
class Child:
    """A run that was started; its words wait in a pipe, which no limit on files can cut."""

    process: int
    words: int


def start(arguments: Sequence[str], before: Callable[[], object] | None = None) -> Child:
    words, out = os.pipe()
    fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, PIPE)
    process = os.fork()
    if process:
        os.close(out)
        return Child(process, words)
    code = 99
    try:
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        if before is not None:
            before()
        code = guarded(lambda: app(list(arguments), prog_name="expcomp"))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def wait(child: Child) -> Ended:
    end = time.monotonic() + WITHIN
    done, status = os.waitpid(child.process, os.WNOHANG)
    while not done and time.monotonic() < end:
        time.sleep(0.002)
        done, status = os.waitpid(child.process, os.WNOHANG)
    if not done:
        os.kill(child.process, signal.SIGKILL)
        os.waitpid(child.process, 0)
    with os.fdopen(child.words, encoding="utf-8", errors="replace") as words:
        said = words.read()
    assert done, f"a run hung: {said}"
    return Ended(os.waitstatus_to_exitcode(status), said)


def run(arguments: Sequence[str], before: Callable[[], object] | None = None) -> Ended:
    return wait(start(arguments, before))


def load_all(arguments: Sequence[str]) -> None:
    """Every module that a run loads, loaded here, so that children need not and may be unable to. Nothing is run
    here: a process with threads must not be forked."""
    words, out = os.pipe()
    process = os.fork()
    if not process:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        code = guarded(lambda: app(list(arguments), prog_name="expcomp"))
        with os.fdopen(out, "w") as names_out:
            names_out.write("\n".join(sys.modules))
        os._exit(code)
    os.close(out)
    with os.fdopen(words) as told:
        names = told.read().splitlines()
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def no_file_over(size: int) -> Callable[[], None]:
    """A disk that has no room for a file of more bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def as_in_a_terminal() -> None:
    """Ctrl-C is heard: what a shell starts in the background is deaf to it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def as_nobody() -> None:
    """Rights of the owner are given up: a test of permissions as root would prove nothing."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    assert os.getuid() != 0
