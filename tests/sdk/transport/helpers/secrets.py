"""A key to look for, and all texts in which an error could show it."""

from __future__ import annotations

import copy
import pickle
import traceback

CANARY = "sk-canary-5d1f0b7e"


def everything_of(error: BaseException) -> str:
    """Return every form in which an error may be shown or stored, as one text."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert str(copy.copy(error)) == str(error)
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    pickled = pickle.dumps(error).decode("latin-1")
    return "".join([str(error), repr(error), repr(vars(error)), repr(error.args), pickled, *lines])
