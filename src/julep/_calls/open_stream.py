"""The body of a stream; one that is dropped while it is open warns, and closes its connection."""

from __future__ import annotations

import warnings
from typing import Generic, Protocol, TypeVar


class Abandonable(Protocol):
    """A body, as far as it can be dropped."""

    def abandon(self) -> None:
        """Close the connection at once; called by a ``__del__``, at any moment."""
        ...


B = TypeVar("B", bound=Abandonable)


class ClosedStream(Generic[B]):
    """The body of a stream that was read to its end or closed.

    It has no ``__del__``, in which Ctrl-C would be swallowed.

    Attributes:
        body: The body, of the connection that was opened last.
    """

    __slots__ = ("_advice", "_path", "body")

    def __init__(self, body: B, path: str, advice: str) -> None:
        self._path = path
        self._advice = advice
        self.body = body

    def close(self) -> None:
        """Expect no warning from now on."""


class OpenStream(ClosedStream[B]):
    """The body of a stream that is being read.

    Args:
        body: The body.
        path: The path of the stream's request, for the warning.
        advice: How such a stream is closed.
    """

    __slots__ = ()

    def close(self) -> None:
        """Expect no warning from now on; called before the body is closed."""
        self.__class__ = ClosedStream  # type: ignore[assignment]  # one step, which is whole or not

    def __del__(self) -> None:
        # If Ctrl-C cuts this short, nothing is lost: the body goes too, and with it its connection.
        if not hasattr(self, "body"):  # it was dropped while it was built
            return
        self.body.abandon()
        warnings.warn(
            f"a stream of {self._path} was neither read to its end nor closed: {self._advice}",
            ResourceWarning,
            stacklevel=2,
            source=self,
        )
