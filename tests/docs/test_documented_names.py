"""Every public name has a docstring and an example, and each example prints what it shows."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from julep.testing import ScriptedServer
from julep_server import ScriptedAnswer
from tests.docs.helpers.doc_examples import Script, examples_of, mistakes, world
from tests.docs.helpers.documented import Documented, documented
from tests.sdk.test_public_names import PINNED

pytestmark = pytest.mark.once

WITH_EXAMPLES = [name for name, entry in documented().items() if examples_of(entry.text)]

WEATHER = (
    ScriptedAnswer(calls=[("temperature", {"city": "Lisbon"})]),
    "It is 21.5 degrees in Lisbon.",
)
TWO = ('{"value": 2}',)
MANY = ('{"many": 2}',)
PANCAKES = ('{"name": "Pancakes", "minutes": 20}',)
# What the model answers in the examples of a name and of its async form; else it greets.
SCRIPTS: dict[str, tuple[str | ScriptedAnswer, ...]] = {
    "AnswerRejected": ('"many"', *TWO),
    "ChatSettingsResponseFormatDict": MANY,
    "MaxTurnsError": WEATHER,
    "NotApprovedError": WEATHER,
    "Parse": TWO,
    "Parse.parse": PANCAKES,
    "ParseArgs": TWO,
    "ParsedResponse": TWO,
    "ParsedResponse.text": TWO,
    "ResponseFormat": MANY,
    "RetryEvent": (ScriptedAnswer(status=503),),
    "Run": WEATHER,
    "Run.iterate_run": WEATHER,
    "Run.run": WEATHER,
    "Run.stream_run": WEATHER,
    "RunStream": WEATHER,
    "RunStream.aclose": WEATHER,
    "RunStream.close": WEATHER,
    "RunStream.get_final_response": WEATHER,
    "RunStream.text_stream": WEATHER,
    "ToolCallArguments": WEATHER,
    "ToolCallBegun": WEATHER,
    "ToolResult": WEATHER,
}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def script() -> Script:
    return Script()


@pytest.fixture(scope="module")
def server(script: Script) -> Iterator[ScriptedServer]:
    # A tenant for each example.
    with ScriptedServer(script, api_keys=WITH_EXAMPLES) as server:
        yield server


def test_every_public_name_has_a_docstring() -> None:
    assert [name for name, entry in documented().items() if not entry.text] == []


def test_every_public_name_has_an_example() -> None:
    without = [
        name
        for name, entry in documented().items()
        if not entry.is_alias and not examples_of(entry.text)
    ]
    assert without == []


def test_the_example_of_an_error_raises_and_handles_it() -> None:
    errors = [*PINNED["julep.errors"].split(), *PINNED["julep.testing"].split()]
    errors = [name for name in errors if name.endswith("Error")]
    assert len(errors) > 25
    texts = {entry.short: entry.text for entry in documented().values()}
    # A call that is not approved ends no run: its error is part of the function's result.
    handled = re.compile(r"except (?:julep\.)?(\w+) as error:\n.*print\(.*error")
    silent = [name for name in errors if name not in handled.findall(texts[name])]
    assert silent == ["NotApprovedError"]


def undocumented(entry: Documented) -> list[str]:
    """Return the parameters of a function that its docstring leaves out, and its result."""
    if entry.function is None:
        return []
    signature = inspect.signature(entry.function)
    sections = re.findall(r"^Args:\n((?: {4}.*\n|\n)+)", f"{entry.text}\n", re.MULTILINE)
    described = set(re.findall(r"^ {4}\*{0,2}(\w+)(?: \(.*\))?: ", "".join(sections), re.MULTILINE))
    left_out = signature.parameters.keys() - described - {"self", "cls"}
    returns = signature.return_annotation not in ("None", None, signature.empty)
    if returns and not re.search("^(Returns|Yields):$", entry.text, re.MULTILINE):
        left_out.add("return")
    return sorted(f"{entry.name}: {name}" for name in left_out)


def test_arguments_and_results_are_documented() -> None:
    assert [name for entry in documented().values() for name in undocumented(entry)] == []


def test_a_method_that_takes_an_id_documents_the_error_of_a_wrong_one() -> None:
    takes_ids = [
        entry
        for entry in documented().values()
        if entry.function is not None
        and any(
            re.fullmatch("id|.+_id", name) for name in inspect.signature(entry.function).parameters
        )
    ]
    assert len(takes_ids) > 60
    silent = [entry.name for entry in takes_ids if "    InvalidIdError: When " not in entry.text]
    assert silent == []


NUMBERS = {"limit", "max_turns", "offset", "page_size", "repairs", "timeout"}


def test_a_method_of_a_manager_documents_the_errors_of_its_arguments() -> None:
    methods = [
        entry
        for entry in documented().values()
        if entry.function is not None and entry.name.startswith("julep.managers.")
    ]
    assert len(methods) > 90
    silent: list[str] = []
    for method in methods:
        assert method.function is not None
        numbers = NUMBERS & inspect.signature(method.function).parameters.keys()
        errors = ["ArgumentTypeError", *(["InvalidArgumentError"] if numbers else [])]
        silent += [
            f"{method.name}: {error}"
            for error in errors
            if f"    {error}: When " not in method.text
        ]
    assert silent == []


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_an_example_prints_what_it_shows(
    name: str,
    server: ScriptedServer,
    script: Script,
    runner: asyncio.Runner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JULEP_API_URL", server.url)
    monkeypatch.setenv("JULEP_API_KEY", name)
    monkeypatch.chdir(tmp_path)
    handbook = tmp_path / "handbook"
    handbook.mkdir()
    (handbook / "hours.md").write_text("We open at nine.", "utf-8")
    (handbook / "prices.txt").write_text("A coffee is two euros.", "utf-8")
    assert outcome(name, server, script, runner) == []


def outcome(name: str, server: ScriptedServer, script: Script, runner: asyncio.Runner) -> list[str]:
    """Run the examples of a name in a tenant of their own."""
    entry = documented()[name]
    examples = examples_of(entry.text)
    script.answers = list(SCRIPTS.get(entry.short.removeprefix("Async"), ()))
    with world(server.url, name, examples, runner) as names:
        return mistakes(examples, names, runner)
