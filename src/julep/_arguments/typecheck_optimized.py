"""Checks of arguments under ``python -O``, where beartype's decorator does nothing.

Its functions work there, so each argument is passed to one of them. That is slower than the
decorator's generated code.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from beartype import BeartypeConf
from beartype.door import die_if_unbearable


def check_each(
    function: Callable[..., Any], hints: Mapping[str, Any], configuration: BeartypeConf
) -> Callable[..., Any]:
    """Check a function's arguments whenever it is called.

    Args:
        function: The function. The result of an async one is returned without being awaited.
        hints: Its parameters' types, with every name resolved.
        configuration: beartype's settings; its ``violation_door_type`` is raised.

    Returns:
        The function with its checks.
    """
    signature = inspect.signature(function)
    checked_hints = {
        name: hints[name]
        for name, parameter in signature.parameters.items()
        if name in hints and parameter.kind is not parameter.VAR_KEYWORD
    }

    @functools.wraps(function)
    def checked(*args: object, **kwargs: object) -> object:
        try:
            arguments = signature.bind(*args, **kwargs).arguments
        except TypeError:
            # Too many or too few: the function raises Python's usual error.
            return function(*args, **kwargs)
        for name, value in arguments.items():
            if name in checked_hints:
                die_if_unbearable(
                    value,
                    checked_hints[name],
                    conf=configuration,
                    exception_prefix=f"Method {function.__qualname__}() parameter {name}: ",
                )
        return function(*args, **kwargs)

    return checked
