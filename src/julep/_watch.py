"""Telling whoever listens what becomes of a call: the log, a program's hooks.

Nothing is paid for what nobody hears: `watching` gives None unless someone does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from julep._attempts import Attempts
    from julep._hooks import Hooks
    from julep.errors import RequestError


class Listener(Protocol):
    """What is told of a call's attempts, as they are made."""

    def sending(self, attempts: Attempts) -> None:
        """An attempt begins."""
        ...

    def answered(
        self, attempts: Attempts, status: int, headers: Mapping[str, str], took: float
    ) -> None:
        """The call has its answer."""
        ...

    def failed(self, attempts: Attempts, error: RequestError, took: float) -> None:
        """An attempt has failed."""
        ...

    def retrying(self, attempts: Attempts, error: RequestError, pause: float) -> None:
        """Another attempt will follow."""
        ...


def watching(hooks: Hooks) -> Listener | None:
    """Give what is to be told of a call; None when nobody listens."""
    del hooks
    return None
