"""Secrets to look for, and all texts in which an error could show them."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path

import julep
import julep_api

CANARY = "sk-canary-5d1f0b7e"

_OURS = tuple(str(Path(module.__file__ or "").parent) for module in (julep, julep_api))


def everything_of(error: BaseException) -> str:
    """Return every form in which an error may be shown or stored, as one text."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert str(copy.copy(error)) == str(error)
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    pickled = pickle.dumps(error).decode("latin-1")
    return "".join([str(error), repr(error), repr(vars(error)), repr(error.args), pickled, *lines])


def locals_of(error: BaseException) -> str:
    """Return the locals that a traceback shows of the package's own frames, as one text."""
    return "".join(
        f"{frame.filename}:{frame.lineno} {name} = {value}\n"
        for each in _chain(traceback.TracebackException.from_exception(error, capture_locals=True))
        for frame in each.stack
        if frame.filename.startswith(_OURS)
        for name, value in (frame.locals or {}).items()
    )


def _chain(shown: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    yield shown
    for following in (shown.__cause__, shown.__context__):
        if following is not None:
            yield from _chain(following)
