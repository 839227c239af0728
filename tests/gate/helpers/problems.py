"""What the gate found, and what is deliberately different: exceptions.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple

EXCEPTIONS: Final = Path(__file__).parents[1] / "exceptions.toml"


class Problem(NamedTuple):
    """A place where hand-written code does not follow the contract.

    Attributes:
        place: What is not followed, such as ``sent ListUsers query order by users.list``.
        text: Where that is, and what is expected there.
    """

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass
class Exceptions:
    """The places that need not follow, by patterns, with the reason of each.

    Attributes:
        used: The patterns that a problem had.
    """

    reasons: dict[str, str]
    used: set[str] = field(default_factory=set[str])

    def without(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return the problems that are no exceptions, each once."""
        return [one for one in dict.fromkeys(problems) if not self._matches(one.place)]

    def unused(self, check: str) -> list[str]:
        """Return the exceptions of a check that no problem had."""
        return sorted(
            pattern
            for pattern in self.reasons.keys() - self.used
            if pattern.partition(" ")[0] == check
        )

    def _matches(self, place: str) -> bool:
        # In brackets, fnmatch expects characters to choose from; paths have empty ones.
        found = {
            pattern for pattern in self.reasons if fnmatchcase(place, pattern.replace("[", "[[]"))
        }
        self.used |= found
        return bool(found)


def load_exceptions() -> Exceptions:
    """Read exceptions.toml."""
    entries = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))["exception"]
    return Exceptions({place: entry["reason"] for entry in entries for place in entry["places"]})


def shown(problems: Sequence[Problem]) -> str:
    """Return problems as lines of text."""
    return "\n".join(map(str, problems))
