"""The command ``julep explain``: what the model would see of a message."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated, Any, cast

from cyclopts import App
from cyclopts import Parameter as Details

from julep._cli.commands import JSON, PROFILE, URL, command
from julep._cli.connection import connect
from julep._cli.exits import UsageError
from julep._cli.options import in_options
from julep._cli.output import print_json, print_rows
from julep._cli.resources import ID
from julep.errors import InvalidArgumentError

_COLUMNS = ("kind", "role", "tokens", "left_out", "text")


def explain_app() -> App:
    """Return the command."""
    about = (
        "Show what the model would see of a message: the parts of the prompt, the documents and"
        " memories that were found, and what was left out. No request is made to the model, and"
        " nothing is stored."
    )
    words = (_word("session_id", "The session's id."), _word("text", "The message."))
    examples = (f'{ID} "When does it open?"', f'{ID} "When does it open?" --json')
    return command("explain", about, examples, _explain, *words, JSON, URL, PROFILE)


def _word(name: str, text: str) -> Parameter:
    annotation = cast("Any", Annotated)[str, Details(help=text)]
    return Parameter(name, Parameter.POSITIONAL_ONLY, annotation=annotation)


def _explain(
    session_id: str, text: str, *, json: bool, url: str | None, profile: str | None
) -> int:
    with connect(url, profile) as client:
        try:
            rendered = client.sessions.render(session_id, text)
        except InvalidArgumentError as error:
            raise UsageError(in_options(str(error), words=("session_id", "text"))) from None
    if json:
        print_json(rendered.to_dict())
    else:
        print_rows(_COLUMNS, (part.to_dict() for part in rendered.explanation.parts))
    return 0
