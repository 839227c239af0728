"""What goes wrong between Python values and the contract's JSON.

Both errors name the place (``messages[3].role``), what is wrong there, and what would be right.
Code that reads or checks a value knows only the piece it was given, so errors start with the
path of that piece and every container puts its own part in front while the error travels up:
a path costs nothing until something fails.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["DecodeError", "EncodeError", "Kind", "joined", "shown"]

Kind: TypeAlias = Literal["type", "value", "id"]

_SHOWN_CHARACTERS = 80


def shown(value: object) -> str:
    """Give a short form of a value for an error message.

    Args:
        value: Anything; its ``repr`` may be long, or may fail.

    Returns:
        The value's ``repr``, at most 80 characters of it.
    """
    try:
        text = repr(value)
    except Exception:  # a repr may raise anything, and this is already an error's message
        text = f"<{type(value).__name__}>"
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    return text[: _SHOWN_CHARACTERS - 1] + "…"


def joined(prefix: str, path: str) -> str:
    """Put one path in front of another.

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
    """A value may not be sent: it is not what the contract describes.

    Attributes:
        path: Where the value is, such as ``messages[3].role``; empty for the value itself.
        problem: What is wrong, and what would be right.
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
        """Give the same error as its container sees it.

        Args:
            prefix: Path of the container, put in front of this error's path.

        Returns:
            A new error.
        """
        return EncodeError(joined(prefix, self.path), self.problem, self.kind)


class DecodeError(Exception):
    """An answer does not fit the contract, in a way that cannot be read past.

    Attributes:
        path: Where in the answer, such as ``items[3].agent_id``; empty for the whole.
        problem: What was expected there, and what was found.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem

    def under(self, prefix: str) -> DecodeError:
        """Give the same error as its container sees it.

        Args:
            prefix: Path of the container, put in front of this error's path.

        Returns:
            A new error.
        """
        return DecodeError(joined(prefix, self.path), self.problem)
