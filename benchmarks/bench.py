"""Run all benchmarks, each section in a process of its own; ``scripts/bench`` starts it.

Prints a table, and writes it with a chart and all numbers to ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import _fixture, growth
from benchmarks._chart import chart
from benchmarks._side_by_side import Row, compare, pin

RESULTS: Final = Path(__file__).parent / "results"
DOCS: Final = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- last run -->\n", "<!-- end of last run -->\n"

# The highest ratios, by section and case; a section's own come before those of all.
TARGETS: Final[dict[tuple[str, str], float]] = {
    ("", "get"): 0.60,
    ("asyncio", "get"): 0.55,
    ("", "create"): 0.60,
    ("", "chat"): 0.60,
    ("", "list of 1,000"): 1.1,
    ("", "stream of 2,000 events"): 0.6,
    ("", "50 gets in flight"): 0.5,
    ("", "500 gets in flight"): 0.08,
    ("", "gets of 8 threads"): 0.6,
    ("", "import julep"): 0.5,
    ("", "julep, and a first response"): 1.25,
    ("", "a further client"): 0.01,
    ("", "memory kept by a list of 1,000"): 0.8,
    ("", "GET a session"): 2.0,
    ("", "GET 100 sessions"): 1.4,
    ("", "POST a user"): 2.5,
    ("", "PATCH a user"): 2.2,
    ("", "POST a chat"): 3.5,
}
FAST_TARGETS: Final[dict[str, float]] = {
    **dict.fromkeys(("get", "create", "chat"), 0.35),
    "list of 1,000": 0.8,
}


class Effort(NamedTuple):
    """How long to measure.

    Attributes:
        rounds: Measurements of each case.
        seconds: The approximate time of one measurement.
    """

    rounds: int
    seconds: float


QUICK, FULL = Effort(5, 0.04), Effort(15, 0.15)


class Line(NamedTuple):
    """One line of the table."""

    section: str
    what: str
    baseline: str
    baseline_microseconds: float
    microseconds: float
    ratio: float
    target: float | None = None


def calls(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare whole calls of one kind of client, by one of the parsers of HTTP."""
    kind, _, parser = section.partition(", ")
    if parser == "h11":
        _hide("httptools", "msgspec")
    from benchmarks import calls as programs

    measures: dict[str, list[Callable[[int, int, float], dict[str, list[Row]]]]] = {
        "sync": [programs.with_sync],
        "asyncio": [programs.on_asyncio],
        "trio": [programs.on_trio],
        "at once": [programs.in_flight, programs.threads],
    }
    found: dict[str, list[Row]] = {}
    for measure in measures[kind]:
        found |= measure(port, *effort)
    return [line for what, rows in found.items() for line in _lines(section, rows, what)]


def _hide(*modules: str) -> None:
    """Run this process as if some modules were not installed."""
    for name in modules:
        sys.modules[name] = None  # type: ignore[assignment]  # so that its import fails


def processes(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare new processes."""
    from benchmarks import imports

    rows = imports.imported(effort.rounds), imports.first_response(port, effort.rounds)
    return [line for those in rows for line in _lines(section, those)]


def clients(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare making further clients."""
    import httpx

    import julep

    del port
    cases = {
        "httpx.Client()": lambda: httpx.Client().close(),
        "a further client": lambda: julep.Client().close(),
    }
    return _lines(section, compare(cases, rounds=effort.rounds, seconds=effort.seconds))


def reading(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare reading and writing JSON, without a server, as a plain installation does it."""
    _hide("msgspec")
    from benchmarks import arguments, decode

    del port
    settings = effort._asdict()
    rows = compare(
        {"json.loads": decode.list_as_dicts, "reading 1,000 sessions": decode.list_as_models},
        **settings,
    )
    lines = _lines(section, rows)
    rows = compare(
        {
            "httpx iter_lines": decode.stream_by_httpx,
            "reading 2,000 events": lambda: decode.stream_as_models(decode.PLAIN),
        },
        **settings,
    )
    lines += _lines(section, rows)
    lines += _lines(section, arguments.long_chat(**settings))
    dicts, models = decode.kept(decode.list_as_dicts), decode.kept(decode.list_as_models)
    rows = [
        Row("its dicts, in bytes", dicts, 1.0),
        Row("memory kept by a list of 1,000", models, models / dicts),
    ]
    return lines + _lines(section, rows)


def server(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare our server's requests with bare routes, on one database."""
    from benchmarks import server as programs

    del port
    kind = section.partition(", ")[2]
    found = programs.measure(kind, effort.rounds)
    return [line for what, rows in found.items() for line in _lines(section, rows, what)]


def token(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare what the server adds to a token of a streamed chat with the aim."""
    from benchmarks import token_way

    del port
    aim, added = token_way.AIM, token_way.measure(effort.rounds).added
    return [Line(section, "beyond the sockets", "aim", aim, added, added / aim, 1.0)]


def growing(section: str, port: int, effort: Effort) -> list[Line]:
    """Compare large sizes with small ones: a ratio of 1 means that costs do not grow."""
    _hide("msgspec")  # it would parse the long lists, and not the short ones
    pin()
    by_items = growth.by_items(100_000 if effort == FULL else 10_000)
    (first, few), (last, many) = by_items[100], by_items[max(by_items)]
    rows = [
        Row("100 items", first, few),
        Row(f"an item of {max(by_items):,}", last, many / few),
    ]
    lines = _lines(section, rows)
    rates = growth.by_calls_in_flight(port)
    rows = [
        Row("10 in flight", 1e6 / rates[10], 1.0),
        Row("a call with 1,000 in flight", 1e6 / rates[1000], rates[10] / rates[1000]),
    ]
    return lines + _lines(section, rows)


SECTIONS: Final[dict[str, Callable[[str, int, Effort], list[Line]]]] = {
    **{
        f"{kind}, {parser}": calls
        for kind in ("sync", "asyncio", "trio", "at once")
        for parser in ("h11", "httptools")
    },
    "new processes": processes,
    "clients": clients,
    "reading and writing": reading,
    "the server, SQLite": server,
    "the server, PostgreSQL": server,
    "a streamed token": token,
    "growth": growing,
}


def _lines(section: str, rows: list[Row], what: str = "") -> list[Line]:
    """Build lines of rows, the first being the baseline; ``what`` names a single other row."""
    base, *others = rows
    return [
        Line(
            section,
            what or row.name,
            base.name,
            base.microseconds,
            row.microseconds,
            row.ratio,
            _target(section, what or row.name),
        )
        for row in others
    ]


def _target(section: str, what: str) -> float | None:
    kind, _, parser = section.partition(", ")
    fast = FAST_TARGETS.get(what) if parser == "httptools" else None
    return fast or TARGETS.get((kind, what)) or TARGETS.get(("", what))


def table(lines: list[Line]) -> str:
    """Return a table, as Markdown."""
    rows = ["| | | µs | against | ratio | aim |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    section = ""
    for line in lines:
        aim = "" if line.target is None else f"≤ {line.target:g}"
        rows.append(
            f"| {line.section if line.section != section else ''} | {line.what}"
            f" | {_number(line.microseconds)}"
            f" | {line.baseline}: {_number(line.baseline_microseconds)}"
            f" | {line.ratio:.{2 if line.ratio >= 0.02 else 4}f} | {aim} |"
        )
        section = line.section
    return "\n".join(rows) + "\n"


def _number(microseconds: float) -> str:
    return f"{microseconds:,.0f}" if microseconds >= 100 else f"{microseconds:.3g}"


def _measured(section: str, port: int, quick: bool) -> list[Line]:
    """Measure a section in a new process."""
    command = [sys.executable, "-m", "benchmarks.bench", "--section", section, "--port", str(port)]
    done = subprocess.run(
        [*command, *(["--quick"] if quick else [])], check=True, stdout=subprocess.PIPE, text=True
    )
    return [Line(*each) for each in json.loads(done.stdout)]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in under two minutes")
    parser.add_argument("--only", default="", help="sections with this in their name")
    parser.add_argument(
        "--docs", action="store_true", help="put the table and the chart into docs/"
    )
    parser.add_argument("--section", choices=SECTIONS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.section:
        effort = QUICK if given.quick else FULL
        json.dump(SECTIONS[given.section](given.section, given.port, effort), sys.stdout)
        return
    sections = [section for section in SECTIONS if given.only in section]
    if not sections:
        known = "; ".join(SECTIONS)
        parser.error(f"--only {given.only}: no section has this in its name; there are: {known}")
    if given.docs and given.only:
        parser.error("--docs needs all sections: leave --only out")
    lines: list[Line] = []
    with _fixture.running() as port:
        for section in sections:
            print(f"measuring {section} ...", file=sys.stderr, flush=True)
            lines += _measured(section, port, given.quick)
    where = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    _write_results(lines, where, quick=given.quick)
    print(table(lines))
    if given.docs:
        _write_page(lines, where)


def _write_results(lines: list[Line], where: str, *, quick: bool) -> None:
    RESULTS.mkdir(exist_ok=True)
    results = {"where": where, "quick": quick, "lines": [line._asdict() for line in lines]}
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "latest.md").write_text(f"{where}.\n\n{table(lines)}")
    (RESULTS / "latest.svg").write_text(chart(lines, where))


def _write_page(lines: list[Line], where: str) -> None:
    """Put the table and the chart into the page of the documentation."""
    page = DOCS / "performance.md"
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}{where}.\n\n{table(lines)}{END}{after}")
    (DOCS / "performance.svg").write_text(chart(lines, where))


if __name__ == "__main__":
    main()
