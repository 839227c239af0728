"""What the commands print: tables for people, lines with tabs for pipes, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from julep import _redaction as redaction

if TYPE_CHECKING:
    from julep_api.types import JSON

_MAX_CELL: Final = 200
_MIN_WIDTH: Final = 8


def is_terminal() -> bool:
    """Check whether people read the output."""
    return sys.stdout.isatty()


def printable(text: str, *, keep: str = "\n") -> str:
    r"""Return a text in which control characters are escaped: they could command the terminal.

    Args:
        text: The text.
        keep: Which of tabs and ends of lines stay.

    Example:
        >>> printable("\x1b[2J")
        '\\x1b[2J'
    """
    text = redaction.printable(text)
    for character, code in {"\t": r"\t", "\r": r"\r", "\n": r"\n"}.items():
        if character not in keep:
            text = text.replace(character, code)
    return text


def cell(value: JSON) -> str:
    r"""Return a value as one line.

    Example:
        >>> cell("Be kind.\nBe short."), cell(["a", "b"]), cell(None), cell(True)
        ('Be kind. Be short.', 'a; b', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return printable(" ".join(value.split("\n")).replace("\t", " ").replace("\r", ""))
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(cell(item) for item in value)
    if isinstance(value, (list, dict)):
        return printable(json.dumps(value, ensure_ascii=False)) if value else ""
    # JSON has the digits of a number, which are many.
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)


def print_json(value: JSON) -> None:
    """Print JSON, indented."""
    encoding = (sys.stdout.encoding or "utf-8").lower()
    text = json.dumps(value, indent=2, ensure_ascii=not encoding.startswith("utf"))
    sys.stdout.write(f"{text}\n")


def print_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows: a table on a terminal, and otherwise lines with tabs, without a head.

    Args:
        columns: The names of the fields.
        rows: The fields of each row.
    """
    lines = ([cell(cast("JSON", row.get(name))) for name in columns] for row in rows)
    if not is_terminal():
        for line in lines:
            sys.stdout.write("\t".join(line) + "\n")
        return
    cells = [[_short(*each) for each in zip(columns, line, strict=True)] for line in lines]
    if not cells:
        sys.stderr.write("nothing found\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    titles = [name.replace("_", " ") for name in columns]
    widths = _widths(columns, [titles, *cells], console.width)
    for number, row in enumerate((titles, *cells)):
        text = "  ".join(_fitted(*each) for each in zip(row, widths, strict=True)).rstrip()
        console.print(Text(text, style="bold" if number == 0 else ""), soft_wrap=True)


def _fitted(text: str, width: int) -> str:
    """Return a text of a width: filled with spaces, or cut off."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return f"{set_cell_size(text, width - 1)}…"


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the widths of columns: ids, which are copied, and times are whole; others share."""
    from rich.cells import cell_len

    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(columns))]
    whole = [name == "id" or name.endswith(("_id", "_at")) for name in columns]
    room -= 2 * (len(columns) - 1) + sum(w for w, fixed in zip(widths, whole, strict=True) if fixed)
    shared = sorted(
        (w, n) for n, (w, fixed) in enumerate(zip(widths, whole, strict=True)) if not fixed
    )
    for index, (width, number) in enumerate(shared):
        widths[number] = min(width, max(_MIN_WIDTH, room // (len(shared) - index)))
        room -= widths[number]
    return widths


def _short(name: str, text: str) -> str:
    """Return a cell of a table: a time without what follows its seconds, in UTC."""
    return text[:19].replace("T", " ") if name.endswith("_at") else text[:_MAX_CELL]


def print_fields(fields: Mapping[str, Any]) -> None:
    """Print the fields of one thing: names beside values, or lines with a tab between both."""
    if not is_terminal():
        for name, value in fields.items():
            sys.stdout.write(f"{name}\t{cell(value)}\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields.items():
        text = printable(value) if isinstance(value, str) else cell(value)
        table.add_row(name.replace("_", " "), Text(text))
    Console(highlight=False).print(table)


def note(text: str) -> None:
    """Print a line for people, if they read: programs read the output."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{printable(text)}\n")
