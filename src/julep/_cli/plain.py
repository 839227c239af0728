"""Commands that need the standard library alone: their options, help, and how they are read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from julep._cli.exits import INVALID, report
from julep._cli.names import nearest


class PlainOption(NamedTuple):
    """An option.

    Attributes:
        name: Its name, with both dashes.
        text: What it is.
        value: What its value is called; nothing for an option without one.
    """

    name: str
    text: str
    value: str = ""

    @property
    def shown(self) -> str:
        """The option with its value."""
        return f"{self.name} {self.value}".rstrip()


class PlainCommand(NamedTuple):
    """A command.

    Attributes:
        name: Its name.
        about: What it does.
        options: Its options.
        statuses: The sentence about exit statuses.
        examples: Command lines.
    """

    name: str
    about: str
    options: tuple[PlainOption, ...]
    statuses: str
    examples: tuple[str, ...]

    @property
    def help(self) -> str:
        """The text of ``--help``."""
        usage = " ".join(f"[{option.shown}]" for option in self.options)
        width = max(len(option.shown) for option in self.options)
        options = "".join(f"  {option.shown:<{width}}  {option.text}\n" for option in self.options)
        examples = "".join(f"  {line}\n" for line in self.examples)
        return (
            f"Usage: julep {self.name} {usage}\n\n{self.about}\n\n{options}\n"
            f"{self.statuses}\n\nExamples:\n{examples}"
        )

    def read(self, arguments: Sequence[str]) -> dict[str, str] | int:
        """Return the values of the options that are given, or the exit status if they end it."""
        known = {option.name: option for option in self.options}
        values: dict[str, str] = {}
        given = list(arguments)
        while given:
            word = given.pop(0)
            if word in _HELP:
                sys.stdout.write(self.help)
                return 0
            name, equals, value = word.partition("=")
            option = known.get(name)
            if option is None:
                if not word.startswith("-"):
                    return self._refuse(f"takes options alone, not {word!r:.40}")
                return self._refuse(f"has no option {name!r:.40}{nearest(name, known)}")
            if option.value and not equals:
                if not given or given[0] in known:
                    return self._refuse(f"needs a value: {option.shown}")
                value = given.pop(0)
            elif equals and not option.value:
                return self._refuse(f"takes no value for {name}")
            values[name] = value
        return values

    def _refuse(self, problem: str) -> int:
        return report(f"{self.name} {problem} (julep {self.name} --help)", INVALID)


_HELP: Final = ("--help", "-h")
URL: Final = PlainOption(
    "--url", "the server's base URL; by default that of the profile or the environment", "URL"
)
PROFILE: Final = PlainOption("--profile", "a profile of the configuration file", "NAME")
