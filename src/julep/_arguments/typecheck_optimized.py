"""The checks of arguments under ``python -O``, where beartype's decorator does nothing.

Its functions work there as well, so each argument is handed to one of them: slower than the
decorator's generated code, and only in a program that runs this way.
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
    """Check the arguments of each call of a function, then call it.

    Args:
        function: What is called; what an async one gives is still to be awaited.
        hints: Its parameters' types, with every name resolved.
        configuration: Also says what is raised, by its ``violation_door_type``.
    """
    signature = inspect.signature(function)
    named = {
        name: hints[name]
        for name, parameter in signature.parameters.items()
        if name in hints and parameter.kind is not parameter.VAR_KEYWORD
    }

    @functools.wraps(function)
    def checked(*args: object, **kwargs: object) -> object:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            # Too many or too few: the function itself says so as it does everywhere.
            return function(*args, **kwargs)
        for name, value in given.items():
            if name in named:
                die_if_unbearable(
                    value,
                    named[name],
                    conf=configuration,
                    exception_prefix=f"Method {function.__qualname__}() parameter {name}: ",
                )
        return function(*args, **kwargs)

    return checked
