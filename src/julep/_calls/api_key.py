"""API keys that a function of the user's returns, anew for every request."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from julep._settings.checks import checked_key
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from julep._settings.config import KeyFunction


class KeyTask:
    """Calls the function, outside of a flow. The key is kept nowhere.

    Args:
        function: Returns the key, or an awaitable of it in an async client.
    """

    def __init__(self, function: KeyFunction) -> None:
        self._function = function

    def key(self) -> str:
        """Return the key.

        Raises:
            ConfigurationError: When the result cannot be a key.
        """
        result = self._function()
        if inspect.iscoroutine(result):
            result.close()
        return _checked(result)

    async def akey(self) -> str:
        """Return the key, in an async client.

        Raises:
            ConfigurationError: When the result cannot be a key.
        """
        result = self._function()
        return _checked(await result if inspect.isawaitable(result) else result)

    def run(self) -> str | Exception:
        """Return the key, or the error that prevented it."""
        try:
            return self.key()
        except Exception as error:  # noqa: BLE001  # the flow raises it
            return error

    async def arun(self) -> str | Exception:
        """Return the key, or the error that prevented it, in an async client."""
        try:
            return await self.akey()
        except Exception as error:  # noqa: BLE001  # the flow raises it
            return error


def _checked(key: object) -> str:
    if not isinstance(key, str):
        kind = type(key).__name__
        raise ConfigurationError(f"api_key: expected a function that returns a str, got a {kind}")
    return checked_key(key)
