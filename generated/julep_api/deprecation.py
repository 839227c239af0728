"""Deprecations: of the API, and of what is kept for code written for julep 0.3."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Final
from warnings import warn

if TYPE_CHECKING:
    # Type checkers know it without the package, which is not installed with every Python.
    from typing_extensions import deprecated as deprecated

__all__ = ["KEPT_UNTIL", "deprecated", "warn_deprecated"]

KEPT_UNTIL: Final = "2027-12-01"

_COROUTINE: Final = 0x80  # inspect.CO_COROUTINE; inspect takes long to import
_OURS: Final = ("julep", "julep_api")


if not TYPE_CHECKING:

    def deprecated(message):
        """Mark a function or a class as deprecated (PEP 702), and warn the programs that use it.

        A call from within the packages is not warned about: a method that reaches something
        deprecated is itself marked, where it has no other way.

        Args:
            message: What is deprecated, and when it goes.
        """

        def mark(target):
            function = target.__init__ if isinstance(target, type) else target
            if function.__code__.co_flags & _COROUTINE:

                @wraps(function)
                async def warned(*args, **kwargs):
                    _warn(message)
                    return await function(*args, **kwargs)
            else:

                @wraps(function)
                def warned(*args, **kwargs):
                    _warn(message)
                    return function(*args, **kwargs)

            if isinstance(target, type):
                target.__init__ = warned
            else:
                target = warned
            target.__deprecated__ = message
            return target

        return mark

    def _warn(message):
        """Warn what called the function that is marked."""
        caller = sys._getframe(2).f_globals.get("__name__", "")
        if caller.partition(".")[0] not in _OURS:
            warn(message, DeprecationWarning, stacklevel=3)


def warn_deprecated(what: str, replacement: str, *, stacklevel: int = 3) -> None:
    """Warn that something is from 0.3.

    Args:
        what: What the program uses.
        replacement: What to use instead.
        stacklevel: The frame that is warned about, counted from this function's own.
    """
    message = f"{what} is from julep 0.3, and may go from {KEPT_UNTIL} on: use {replacement}"
    warn(message, DeprecationWarning, stacklevel=stacklevel)
