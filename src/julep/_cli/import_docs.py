"""The command ``julep docs import``: the files of a folder as documents."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from cyclopts import App
from cyclopts import Parameter as Details

from julep._cli.commands import JSON, PROFILE, URL, command, option
from julep._cli.connection import connect
from julep._cli.exits import FAILED, UsageError
from julep._cli.options import in_options
from julep._cli.output import is_terminal, note, print_json, print_rows, printable
from julep._cli.owners import id_of
from julep._cli.resources import ID
from julep.errors import InvalidArgumentError

if TYPE_CHECKING:
    from julep._documents.added import AddedFile

_OPTIONS: Final = ("name", "prune")
"""The parameters whose options are called as they are."""

_COLUMNS: Final = ("status", "source", "doc_id", "reason")
_ABOUT: Final = (
    "Add the files of a folder as documents: text, Markdown, HTML and PDF. What did not change is"
    " left alone, what changed replaces its document; nothing is removed without --prune. Documents"
    " are found again by the folder's name, from any path and on any machine. The exit status is 1"
    " if a file could not be read."
)


def import_app() -> App:
    """Return the command."""
    path = Parameter(
        "path",
        Parameter.POSITIONAL_ONLY,
        annotation=cast("Any", Annotated)[str, Details(help="The folder, or one file of it.")],
    )
    options = (
        option("agent", str | None, None, "The agent that has the documents: its id or name."),
        option("user", str | None, None, "The user that the documents are about: the id or name."),
        option(
            "name",
            str | None,
            None,
            "The folder's name in its documents; by default its own. It keeps folders apart.",
        ),
        option(
            "prune", bool, False, "Delete documents of the folder whose files are gone, or empty."
        ),
        option(
            "dry_run", bool, False, "Change nothing, and print what would be added and deleted."
        ),
    )
    examples = (
        f"handbook --agent {ID}",
        f"handbook --user {ID} --prune --dry-run",
        f"build/docs --agent {ID} --name handbook",
    )
    return command("docs import", _ABOUT, examples, _import, path, *options, JSON, URL, PROFILE)


def _import(
    path: str,
    *,
    agent: str | None,
    user: str | None,
    name: str | None,
    prune: bool,
    dry_run: bool,
    json: bool,
    url: str | None,
    profile: str | None,
) -> int:
    # What the reader of PDF files logs of damaged ones is in the result, too.
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    with connect(url, profile) as client, _progress() as on_file:
        agent_id = agent if agent is None else id_of(client, "agent_id", agent)
        user_id = user if user is None else id_of(client, "user_id", user)
        try:
            added = client.docs.add(
                path,
                agent_id=agent_id,
                user_id=user_id,
                name=name,
                prune=prune,
                dry_run=dry_run,
                on_file=on_file,
            )
        except InvalidArgumentError as error:
            option_ = "--" if error.path in _OPTIONS else ""
            raise UsageError(f"{option_}{in_options(str(error), words=('path',))}") from None
    rows = [file._asdict() for file in added.files]
    if json:
        print_json(cast("Any", rows))
    else:
        # People look for what happened, programs for every file; failures follow.
        if is_terminal():
            rows = [row for row in rows if row["status"] not in {"unchanged", "failed"}]
        if rows:
            print_rows(_COLUMNS[:3] if is_terminal() else _COLUMNS, rows)
    counts = Counter(file.status for file in added.files)
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    note(f"{'would be: ' if dry_run and summary else ''}{summary or 'no files'}")
    for job in (job for file in added.files for job in file.jobs):
        note(f"started job {job}")
    for file in added.failed:
        sys.stderr.write(f"julep: {printable(file.source)}: {printable(file.reason or '')}\n")
    return FAILED if added.failed else 0


@contextmanager
def _progress() -> Iterator[Callable[[AddedFile, int], object] | None]:
    """Show a bar while the files are added, if people look."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_interactive or console.is_dumb_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("documents", total=None)
        yield lambda _, total: progress.update(task, total=total, advance=1)
