"""The error for an argument of a wrong type; apart from the others because it imports beartype."""

from __future__ import annotations

from beartype.roar import BeartypeCallHintParamViolation

from julep.errors import JulepError


class ArgumentTypeError(JulepError, BeartypeCallHintParamViolation, TypeError):
    """An argument has a wrong type; nothing was sent.

    Attributes:
        path: Where it is, such as ``limit`` or ``messages[3].role``; empty when the
            message alone tells.
    """

    def __init__(self, message: str, culprits: tuple[object, ...] = (), *, path: str = "") -> None:
        # beartype makes this error itself and gives the culprits, which it would keep in ways that
        # cannot be pickled (weak references) and that may be long (their texts).
        del culprits
        Exception.__init__(self, message)
        self._culprits_weakref_and_repr = ()
        self.message = message
        self.path = path
