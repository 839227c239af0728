"""The settings that julep 0.3 read from the environment; clients read them by themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from julep import _lazy
from julep._settings.config import DEFAULT_BASE_URL
from julep.errors import InvalidArgumentError
from julep_api.deprecation import warn_deprecated

__all__ = ["JULEP_API_KEY", "JULEP_API_URL", "env"]

T = TypeVar("T")

_REQUIRED: Final[Any] = object()
_TRUE: Final = frozenset({"1", "on", "t", "true", "y", "yes"})
_FALSE: Final = frozenset({"0", "f", "false", "n", "no", "off"})


def _reader(parse: Callable[[str], T]) -> Callable[..., T]:
    """Return a function that reads a variable of the environment, as the environs package does."""

    def read(name: str, default: T = _REQUIRED) -> T:
        warn_deprecated("julep.env.env", "os.environ")
        text = os.environ.get(name)
        if text is None:
            if default is _REQUIRED:
                raise InvalidArgumentError(f"{name}: the environment variable is not set")
            return default
        try:
            return parse(text)
        except ValueError:
            raise InvalidArgumentError(f"{name}: the environment variable is not valid") from None

    return read


def _flag(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


class Env:
    """The reader of environment variables that 0.3 exported."""

    __call__: Final = staticmethod(_reader(str))
    str: Final = staticmethod(_reader(str))
    int: Final = staticmethod(_reader(int))
    float: Final = staticmethod(_reader(float))
    bool: Final = staticmethod(_reader(_flag))


env: Final = Env()
"""The reader of environment variables that 0.3 exported; new code uses ``os.environ``.

Example:
    >>> from julep.env import env
    >>> env.str("JULEP_API_URL")
    'http://127.0.0.1:34375/1/api'
"""

# Annotations alone: `__getattr__` returns their values.
JULEP_API_KEY: str | None
"""The key in the environment, or None.

Example:
    >>> from julep.env import JULEP_API_KEY
    >>> JULEP_API_KEY is not None
    True
"""

JULEP_API_URL: str
"""The URL of the API in the environment, or else that of the local server.

Example:
    >>> from julep.env import JULEP_API_URL
    >>> JULEP_API_URL
    'http://127.0.0.1:34375/1/api'
"""

if not TYPE_CHECKING:

    def __getattr__(name):
        # Read on access, not on import, so that variables that are set later count as well.
        if name == "JULEP_API_KEY":
            return os.environ.get(name)
        if name == "JULEP_API_URL":
            return os.environ.get(name, DEFAULT_BASE_URL)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return _lazy.public_names(sys.modules[__name__])
