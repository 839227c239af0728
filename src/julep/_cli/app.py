"""The commands of clients that need ``julep[cli]``, as one tree."""

from __future__ import annotations

import sys

from cyclopts import App, CycloptsError, MissingArgumentError, UnusedCliTokensError

from julep._cli.candidates import print_candidates
from julep._cli.commands import resource_app
from julep._cli.completion import completion_app
from julep._cli.exits import INVALID, report
from julep._cli.explain import explain_app
from julep._cli.import_docs import import_app
from julep._cli.resources import RESOURCES

_WIDE = 200
"""Columns of a help that is read by a program: examples stay on their lines."""


def main(arguments: list[str]) -> int:
    """Run a command; return its exit status."""
    if arguments[:2] == ["completion", "candidates"]:
        return print_candidates(arguments[2:], build)
    app = build(arguments[0])
    try:
        status = app(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
    except CycloptsError as error:
        return report(text_of(error), INVALID)
    return status if isinstance(status, int) else 0


def build(*branches: str) -> App:
    """Return the tree.

    Args:
        *branches: The first words of the commands that it has.
    """
    app = App(
        name="julep",
        help_format="plaintext",
        version_flags=(),
        suppress_keyboard_interrupt=False,  # the program ends as others do
    )
    if not sys.stdout.isatty():
        from rich.console import Console

        app.help_formatter = "plain"
        app.console = Console(width=_WIDE)
    for resource in RESOURCES:
        if resource.name in branches:
            more = [import_app()] if resource.name == "docs" else []
            app.command(resource_app(resource, *more))
    if "explain" in branches:
        app.command(explain_app())
    if "completion" in branches:
        app.command(completion_app())
    return app


def text_of(error: CycloptsError) -> str:
    """Return an error's text, and where to look for what is right."""
    words = " ".join(error.command_chain or ())
    help_hint = f"julep {words} --help".replace("  ", " ")
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        argument = error.argument
        is_word = argument.index is not None
        text = f"{words} needs {argument.field_info.name.upper() if is_word else argument.name}"
        if error.keyword:
            text = f"{error.keyword} needs a value"
    elif isinstance(error, UnusedCliTokensError):
        text = f"{words} takes no {(error.unused_tokens or [''])[0]!r:.40}"
    else:
        text = str(error).rstrip(".")
    return f"{text} ({help_hint})"
