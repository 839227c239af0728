"""Jinja templates in a sandbox, because callers write them."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from julep_server.errors import ApiError, invalid_field

MAX_OUTPUT = 1_000_000
"""Characters that a rendered text may have."""


class _TooLargeError(Exception):
    """A template's result is too large."""


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with limits on the operators that can exhaust the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Check that the result stays small; ``Any`` as in the base class."""
        if operator == "**" and not (abs(left) < 1_000_000 and abs(right) < 100):
            raise _TooLargeError("the power is too large")
        for factor, times in ((left, right), (right, left)):
            if hasattr(factor, "__len__") and len(factor) * times > MAX_OUTPUT:
                raise _TooLargeError("the repeated value is too large")
        return super().call_binop(context, operator, left, right)


_ENVIRONMENT = _Environment(
    trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False
)


def render(source: str, variables: Mapping[str, object], path: str) -> str:
    """Render a template.

    Args:
        source: The template.
        variables: The variables that it can use.
        path: The path of the template's field, for errors.

    Raises:
        ApiError: 422 that names the template's line.
    """
    try:
        return _rendered(source, variables)
    except TemplateSyntaxError as error:
        raise _failure(path, error.lineno, error.message or "syntax error") from None
    except Exception as error:  # noqa: BLE001 - a template can cause any exception
        line = _line(error.__traceback__)
        raise _failure(path, line, str(error) or type(error).__name__) from None


def _rendered(source: str, variables: Mapping[str, object]) -> str:
    parts: list[str] = []
    size = 0
    for part in _ENVIRONMENT.from_string(source).generate(variables):
        size += len(part)
        if size > MAX_OUTPUT:
            raise _TooLargeError(f"the text is longer than {MAX_OUTPUT} characters")
        parts.append(part)
    return "".join(parts)


def _line(traceback: TracebackType | None) -> int:
    line = 1
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _failure(path: str, line: int, message: str) -> ApiError:
    return invalid_field(path, f"template error in line {line}: {message}")
