"""Errors of the conversion between Python values and the contract's JSON.

All errors name the place (``messages[3].role``), what is wrong there, and what was expected.
Code that reads or checks a value knows only its own part, so an error starts with the path of that
part, and every container prepends its own while the error propagates: a path costs nothing until
something fails.
"""

from __future__ import annotations

import re
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Final, Literal, TypeAlias

__all__ = ["DecodeError", "EncodeError", "Kind", "ModelError", "joined", "shown"]

Kind: TypeAlias = Literal["type", "value", "id"]

_SHOWN_CHARACTERS = 80
_ADDRESS: Final = re.compile(" at 0x[0-9A-Fa-f]+")
_MODULE: Final = re.compile(r"<[\w.<>]+\.(\w+) object")


def shown(value: object) -> str:
    """Return a short form of a value for an error message.

    Args:
        value: Anything; its ``repr`` may be long, or may fail.

    Returns:
        The value's ``repr``, at most 80 characters of it, without addresses of memory, which differ
        from run to run, and without modules; of functions and classes, the name.
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, (FunctionType, MethodType, BuiltinFunctionType)):
        return f"the function {value.__name__}"
    try:
        text = _MODULE.sub(r"<\1 object", _ADDRESS.sub("", repr(value)))
    except Exception:  # a repr may raise anything, and this is already an error's message
        text = f"<{type(value).__name__}>"
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    return text[: _SHOWN_CHARACTERS - 1] + "…"


def joined(prefix: str, path: str) -> str:
    """Join two paths.

    Args:
        prefix: Path of the container, such as ``messages`` or ``[3]``.
        path: Path inside it, such as ``role`` or ``[0].text``; may be empty.

    Returns:
        One path, such as ``messages[3].role``.
    """
    if not path or not prefix or path.startswith("["):
        return prefix + path
    return f"{prefix}.{path}"


class EncodeError(Exception):
    """A value cannot be sent: it does not match the contract.

    Attributes:
        path: Where the value is, such as ``messages[3].role``; empty for the value itself.
        problem: What is wrong, and what was expected.
        kind: ``"type"`` for a wrong Python type, ``"id"`` for an id that is not a UUID v4,
            ``"value"`` for everything else (a bound, an enum, a missing or unknown key).
    """

    def __init__(self, path: str, problem: str, kind: Kind = "value") -> None:
        super().__init__(path, problem, kind)
        self.path = path
        self.problem = problem
        self.kind: Kind = kind

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem

    def under(self, prefix: str) -> EncodeError:
        """Return the same error with the path of its container.

        Args:
            prefix: Path of the container, prepended to this error's path.

        Returns:
            A new error.
        """
        return EncodeError(joined(prefix, self.path), self.problem, self.kind)


class DecodeError(Exception):
    """A response does not match the contract, and cannot be read.

    Attributes:
        path: Where in the response, such as ``items[3].agent_id``; empty for all of it.
        problem: What was expected there, and what was found.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem

    def under(self, prefix: str) -> DecodeError:
        """Return the same error with the path of its container.

        Args:
            prefix: Path of the container, prepended to this error's path.

        Returns:
            A new error.
        """
        return DecodeError(joined(prefix, self.path), self.problem)


class ModelError(ValueError):
    """A model cannot be made of what was given to its constructor.

    Attributes:
        path: Where the value is, such as ``InputChatMlMessage.role``.
        problem: What was expected there, and what was given.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem

    def under(self, prefix: str) -> ModelError:
        """Return the same error with the path of its container.

        Args:
            prefix: Path of the container, prepended to this error's path.

        Returns:
            A new error.
        """
        return ModelError(joined(prefix, self.path), self.problem)
