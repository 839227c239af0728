"""Examples of docstrings, run as a person would run them: sync and async ones alike."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import inspect
import io
import re
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from types import CodeType
from typing import Final

import julep
from julep_server import ModelRequest, ScriptedAnswer

GREETING: Final = "Hello! How can I help?"

# What differs from run to run, in what is shown and in what is printed.
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"
_ADDRESS = r"http://(?:127\.0\.0\.1|localhost):\d+(?:/\d+)?"
_VARYING = re.compile(
    rf"(?P<uuid>{_UUID}|[0-9a-f]{{8}}-…)|(?P<time>{_TIME})|(?P<address>{_ADDRESS})|(?P<cut>…)"
)
_PATTERNS = {"uuid": _UUID, "time": _TIME, "address": _ADDRESS, "cut": ".+?"}


_RESOURCES: Final = frozenset(
    ("client", "agent", "user", "session", "memory", "doc", "tool", "Client")
)


class Script:
    """The model of the examples: the answers of a script, then greetings."""

    def __init__(self) -> None:
        self.answers: list[str | ScriptedAnswer] = []

    def __call__(self, request: ModelRequest) -> str | ScriptedAnswer:
        """Return the next answer."""
        return self.answers.pop(0) if self.answers else GREETING


def temperature(city: str) -> float:
    """Measure how warm it is, in degrees Celsius."""
    return {"Lisbon": 21.5}[city]


@contextlib.contextmanager
def world(
    base_url: str, key: str, examples: Sequence[doctest.Example], run: asyncio.Runner
) -> Iterator[dict[str, object]]:
    """Create what examples use, and yield it by its names; without requests if none is used."""
    names: dict[str, object] = {
        "julep": julep,
        "UNSET": julep.UNSET,
        "Unset": julep.Unset,
        "messages": [{"role": "user", "content": "Hello!"}],
        "temperature": temperature,
    }
    programs = [code(example) for example in examples]
    used = {name for program in programs for name in program.co_names}
    used |= {name for program in programs for name in _inner_names(program)}
    if used & _RESOURCES:
        client = julep.Client(key, base_url)
        names |= _resources(client, used)
        names["client"] = client
        if any(program.co_flags & inspect.CO_COROUTINE for program in programs):
            client.close()
            names["client"] = julep.AsyncClient(key, base_url)
    first = names.get("client")
    yield names
    # What a reader's program does at its end.
    for left in (first, *names.values()):
        if isinstance(left, julep.Client):
            left.close()
        elif isinstance(left, julep.AsyncClient):
            run.run(left.aclose())


def _inner_names(program: CodeType) -> Iterator[str]:
    """Yield the names that functions and comprehensions of a statement use."""
    for constant in program.co_consts:
        if isinstance(constant, CodeType):
            yield from constant.co_names
            yield from _inner_names(constant)


def _resources(client: julep.Client, used: AbstractSet[str]) -> dict[str, object]:
    """Create what examples talk about."""
    function = {"name": "add", "parameters": {"type": "object"}}
    agent = client.agents.create(
        name="Ada",
        about="a patient tutor",
        docs=[{"title": "Opening hours", "content": "We open at nine."}],
        tools=[{"type": "function", "function": function}],
        metadata={"team": "support"},
    )
    user = client.users.create(name="Grace", about="likes short answers", metadata={"plan": "pro"})
    names: dict[str, object] = {"agent": agent, "user": user}
    if not used.isdisjoint(("session", "sessions")):
        names["session"] = client.sessions.create(
            agent_id=agent.id,
            user_id=user.id,
            situation="A quiet library",
            metadata={"plan": "pro", "topic": "tea"},
        )
    if not used.isdisjoint(("memory", "memories")):
        names["memory"] = client.memories.create(
            agent_id=agent.id, user_id=user.id, content="Grace likes porridge."
        )
    if "doc" in used:
        [names["doc"]] = client.docs.list(agent_id=agent.id)
    if "tool" in used:
        [names["tool"]] = client.tools.list(agent.id)
    return names


def examples_of(text: str) -> list[doctest.Example]:
    """Return the statements of a docstring's examples."""
    return doctest.DocTestParser().get_examples(text)


def code(example: doctest.Example) -> CodeType:
    """Compile a statement, which may await at its top level."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    program: CodeType = compile(example.source, "<example>", "single", flags)
    return program


def mistakes(
    examples: Sequence[doctest.Example], names: dict[str, object], run: asyncio.Runner
) -> list[str]:
    """Run statements one after another; return what differs from what the docstring shows."""
    found: list[str] = []
    for example in examples:
        printed = _printed(code(example), names, run)
        wanted = example.want.rstrip().replace("<BLANKLINE>", "")
        if not re.fullmatch(_pattern(wanted), printed.rstrip(), re.DOTALL):
            shown = f">>> {example.source.rstrip()}\nshows   {wanted}\nprinted {printed.rstrip()}"
            found.append(shown)
    return found


def _printed(program: CodeType, names: dict[str, object], run: asyncio.Runner) -> str:
    """Return what a statement prints, or its error as the docstring of one shows it."""

    async def awaited() -> None:
        await eval(program, names)  # noqa: S307  # ours

    before, sys.displayhook = sys.displayhook, _show
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output), warnings.catch_warnings():
            # Names of 0.3 are deprecated, and documented.
            warnings.simplefilter("ignore", DeprecationWarning)
            if program.co_flags & inspect.CO_COROUTINE:
                run.run(awaited())
            else:
                eval(program, names)  # noqa: S307  # ours
    except Exception as error:  # noqa: BLE001  # shown as the interpreter does
        text = "".join(traceback.format_exception_only(error))
        return f"{output.getvalue()}Traceback (most recent call last):\n    ...\n{text}"
    finally:
        sys.displayhook = before
    return output.getvalue()


def _show(value: object) -> None:
    if value is not None:
        sys.stdout.write(f"{value!r}\n")


def _pattern(wanted: str) -> str:
    """Return a pattern for what is shown: ids, times, addresses and ``…`` are any."""
    pattern = ""
    end = 0
    for match in _VARYING.finditer(wanted):
        kind = match.lastgroup
        assert kind is not None
        pattern += re.escape(wanted[end : match.start()]) + _PATTERNS[kind]
        end = match.end()
    return pattern + re.escape(wanted[end:])
