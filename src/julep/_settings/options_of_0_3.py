"""Options of clients in julep 0.3 that have another name now, and suggestions for unknown ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from julep_api.checks import suggestion
from julep_api.deprecation import warn_deprecated

_BY_POSITION: Final = ("timeout", "additional_headers", "_httpx_client")
_RENAMED: Final = {
    "additional_headers": "headers",
    "_httpx_client": "http_client",
    "httpx_client": "http_client",
}

# What other clients call these options.
_COMMON: Final = {
    "host": "base_url",
    "key": "api_key",
    "retries": "max_retries",
    "server": "base_url",
    "token": "api_key",
    "url": "base_url",
    "verify": "tls",
}


def current_options(
    function: str, args: tuple[object, ...], kwargs: Mapping[str, object], known: tuple[str, ...]
) -> tuple[tuple[object, ...], dict[str, Any]]:
    """Return arguments of a client's constructor with the options of 0.3 under their new names.

    Args:
        function: What is called, for messages.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        known: The names of its parameters.

    Raises:
        ArgumentTypeError: When an argument is unknown, or given twice; the message suggests a name.
    """
    options = dict(kwargs)
    renamed: dict[str, object] = dict(zip(_BY_POSITION, args[2:], strict=False))
    twice = [name for name in renamed if name in options]
    if twice or len(args) > 2 + len(_BY_POSITION):
        path = twice[0] if twice else f"args[{len(args) - 1}]"
        raise _refused(path, f"{function} takes two positional arguments, api_key and base_url")
    if renamed:
        warn_deprecated(
            f"{function} with more than two positional arguments", _named(renamed), stacklevel=4
        )
    for old in [name for name in options if name in _RENAMED]:
        warn_deprecated(f"{old}=", f"{_RENAMED[old]}=", stacklevel=4)
        renamed[old] = options.pop(old)
    for old, value in renamed.items():
        new = _RENAMED.get(old, old)
        if new in options:
            raise _refused(old, f"{function} got both {old!r} and {new!r}")
        options[new] = value
    for name in options:
        if name not in known:
            meant = _COMMON.get(name, "")
            hint = (
                f" (did you mean {meant!r}?)" if meant else suggestion(name, dict.fromkeys(known))
            )
            raise _refused(name, f"{function} got an unexpected keyword argument {name!r}{hint}")
    return args[:2], options


def _refused(path: str, problem: str) -> TypeError:
    """Build the error, whose class is imported when it is needed: beartype comes with it."""
    from julep.errors import ArgumentTypeError

    return ArgumentTypeError(f"{path}: {problem}", path=path)


def _named(renamed: Mapping[str, object]) -> str:
    return ", ".join(f"{_RENAMED.get(name, name)}=" for name in renamed)
