"""The sandbox in which templates run, with bounds of what their expressions make.

It imports nothing of the server: the process that renders templates has little else in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MAX_BITS = 16_384
_SIZED = frozenset({"str", "bytes", "list", "tuple", "dict", "set", "frozenset", "Markup"})


class TooLargeError(Exception):
    """A value that a template has made is too large."""


class NoUnicodeError(Exception):
    """The text of a template cannot be sent."""


class TimeIsUpError(BaseException):
    """The time for the templates is over; no filter may catch this one."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox.

    Each result of a filter, a call or an operator is checked. It was made by then: how large it can
    become is bounded by the memory of the process, and how long it takes by its time.

    Args:
        max_size: Maximum length of a text, and of a list.
    """

    intercepted_binops = frozenset({"+", "-", "*", "//", "%", "**"})

    def __init__(self, max_size: int) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            autoescape=False,
            cache_size=0,
        )
        self.max_size = max_size
        filters = self.filters
        self.filters = {name: self._checking(function) for name, function in filters.items()}

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Check the operands, and the result; ``Any`` as in the base class."""
        if operator == "**" and not (abs(left) < 1_000_000 and abs(right) < 100):
            raise TooLargeError("the power is too large")
        if operator == "*":
            for factor, times in ((left, right), (right, left)):
                if hasattr(factor, "__len__") and len(factor) * times > self.max_size:
                    raise TooLargeError("the repeated value is too large")
            if isinstance(left, int) and isinstance(right, int):
                self._check_bits(left.bit_length() + right.bit_length())
        return self.checked(super().call_binop(context, operator, left, right))

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Check what a function or a method returns."""
        return self.checked(super().call(context, obj, *args, **kwargs))

    def checked(self, value: Any) -> Any:
        """Return a value unless it is too large."""
        size = len(value) if type(value).__name__ in _SIZED else 0
        if size > self.max_size:
            raise TooLargeError(f"a value is longer than {self.max_size}")
        if type(value) is int:
            self._check_bits(value.bit_length())
        return value

    def _check_bits(self, bits: int) -> None:
        if bits > _MAX_BITS:
            raise TooLargeError("the number is too large")

    def _checking(self, function: Callable[..., Any]) -> Callable[..., Any]:
        # The marks of functions that take the context are attributes, which wraps copies.
        @wraps(function)
        def check(*args: Any, **kwargs: Any) -> Any:
            return self.checked(function(*args, **kwargs))

        return check


def run(template: Template, variables: Mapping[str, object], max_size: int) -> str:
    """Render a template.

    Raises:
        TooLargeError: The text is longer than ``max_size``.
        NoUnicodeError: It has half of a surrogate pair, which a template can write as an escape.
        Exception: Whatever the template causes.
    """
    parts: list[str] = []
    size = 0
    for part in template.root_render_func(template.new_context({**variables})):
        size += len(part)
        if size > max_size:
            raise TooLargeError(f"the text is longer than {max_size} characters")
        parts.append(part)
    text = "".join(parts)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoUnicodeError("the text is not valid Unicode") from None
    return text


def line_of(template: Template | None, traceback: TracebackType | None) -> int:
    """Return the template's line of an exception's innermost frame in it."""
    line = 1
    while template is not None and traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
