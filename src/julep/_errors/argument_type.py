"""`ArgumentTypeError`, apart from the other errors because it imports beartype."""

from __future__ import annotations

from beartype.roar import BeartypeCallHintParamViolation

from julep._errors.base import JulepError


class ArgumentTypeError(JulepError, BeartypeCallHintParamViolation, TypeError):
    """An argument has a wrong type; nothing was sent.

    Attributes:
        path: The argument, such as ``limit`` or ``messages[3].role``; empty when only the
            message names it.

    Example:
        >>> try:
        ...     client.sessions.get(5)
        ... except julep.ArgumentTypeError as error:
        ...     print(error.path, isinstance(error, TypeError))
        id True
    """

    __module__ = "julep.errors"

    def __init__(self, message: str, culprits: tuple[object, ...] = (), *, path: str = "") -> None:
        # beartype raises this error itself, with the culprits; it would keep them as weak
        # references, which cannot be pickled, and as texts, which may be long.
        del culprits
        Exception.__init__(self, message)
        self._culprits_weakref_and_repr = ()
        self.message = message
        self.path = path
