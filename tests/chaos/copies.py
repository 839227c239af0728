"""Restored backups and imports give the responses of the original, byte for byte.

Run by hand: ``scripts/chaos copies sqlite postgresql``, from and to each of them.
"""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from julep_server import LocalServer
from tests.server.helpers.api import Api
from tests.server.helpers.commands import run_command
from tests.server.helpers.endpoint import Endpoint, serving_endpoint
from tests.server.helpers.every_get import every_get, operations_read
from tests.server.helpers.filled import fill

KEYS: Final = ("main:key-of-main", "writer:key-of-writer", "other:key-of-other")
_MAIN, _WRITER, _OTHER = (key.partition(":")[2] for key in KEYS)
_NOTES: Final = json.dumps(
    [
        {"content": "Grace likes rye bread.", "target": "user"},
        {"content": "Ada: 🍞 é𝄞 is \u05d0.", "target": "user"},
    ]
)
"""What a model notes, as memories and as suggestions; as a summary it is a text."""

_CALL: Final = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "look", "arguments": '{"at": "é𝄞"}'},
}


@dataclass
class Filled:
    """A database with data of every kind, and the responses of its server."""

    url: str
    responses: dict[str, str] = field(default_factory=dict[str, str])
    jobs: list[str] = field(default_factory=list[str])


@dataclass
class Comparison:
    """One comparison: how many responses, and those that differ."""

    name: str
    responses: int
    size: int
    different: list[str]


def serving(url: str, endpoint: Endpoint | None = None, **more: Any) -> LocalServer:
    """Return a server whose responses depend on its database alone."""
    model: dict[str, Any] = {}
    if endpoint is not None:
        model = {"model_url": endpoint.url, "model": "small"}
    return LocalServer(database=url, api_keys=KEYS, embedding_model="none", **model, **more)


def fill_everything(url: str) -> Filled:
    """Fill a database: also with tool calls, jobs, suggestions, and an answer broken off."""
    filled = Filled(url)
    with serving_endpoint() as endpoint:
        endpoint.answers_to_jobs = [_NOTES]
        with serving(url, endpoint, suggestions=True) as server, Api(server.url, _MAIN) as api:
            agent = fill(api)["id"]
            user = api.get("/users").json()["items"][0]["id"]
            filled.jobs += _chats(api, endpoint, agent, user)
            _delete_some(api, agent)
        _break_off(url, endpoint, agent)
        with serving(url, endpoint) as server, Api(server.url, _MAIN) as api:
            for job in filled.jobs:
                api.wait_ended(job)
            filled.responses = every_get(api, filled.jobs)
    return filled


def _chats(api: Api, endpoint: Endpoint, agent: str, user: str) -> list[str]:
    """Chat with tools, parts, templates and summaries; return the jobs."""
    jobs: list[str] = []
    session = api.make("sessions", agent_id=agent, user_id=user, metadata={"n": 1, "\0": "\u2028"})
    endpoint.script = [{"content": None, "tool_calls": [_CALL]}]
    jobs += api.reply(session["id"], "Look, rye bread é𝄞!")["jobs"]
    result = {"role": "function", "name": "call_1", "content": "A shop.\0"}
    jobs += api.reply(session["id"], messages=[result])["jobs"]
    parts = [{"type": "text", "text": "What is it?"}]
    jobs += api.reply(session["id"], messages=[{"role": "user", "content": parts}])["jobs"]
    short = api.make(
        "sessions", agent_id=agent, token_budget=60, context_overflow="adaptive", tags=["ä", "b"]
    )
    for number in range(8):
        jobs += api.reply(short["id"], f"Message {number}: {'bread ' * 8}")["jobs"]
        for job in jobs:
            api.wait_ended(job)
    jobs += api.reply(session["id"], "And now?")["jobs"]
    events = api.events(session["id"], "Stream, please.")
    jobs += events[-2].data["jobs"]
    for job in jobs:
        api.wait_ended(job)
    # A job that failed, with its reason.
    endpoint.answers_to_jobs = ["400"]
    jobs += api.reply(session["id"], "This can't be remembered.")["jobs"]
    return jobs


def _delete_some(api: Api, agent: str) -> None:
    """Delete what others refer to, or once referred to."""
    gone = api.make("users", name="Gone", docs=[{"title": "x", "content": "rye bread"}])["id"]
    session = api.make("sessions", agent_id=agent, user_id=gone)["id"]
    api.reply(session, "I'll be gone.", remember=False)
    api.delete(f"/users/{gone}")
    other = api.make("agents", name="Gone", docs=[{"title": "x", "content": "rye"}])["id"]
    api.make("sessions", agent_id=other)
    api.delete(f"/agents/{other}")
    doc = api.post(f"/agents/{agent}/docs", {"title": "Gone", "content": "rye"}).json()["id"]
    api.delete(f"/agents/{agent}/docs/{doc}")


def _break_off(url: str, endpoint: Endpoint, agent: str) -> None:
    """Stop a server while it writes an answer, with a key and without one."""
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    said = {"messages": [{"role": "user", "content": "Go on for long."}]}
    for headers in ({}, {"Idempotency-Key": "broken off"}):
        server = serving(url, endpoint).start()
        with Api(server.url, _MAIN) as api:
            session = api.make("sessions", agent_id=agent)["id"]
            with api.streaming(session, said, headers) as response:
                texts = response.iter_text()
                while "A fine" not in next(texts):
                    pass
                server.stop()
    endpoint.delay_before = lambda _: 0.0


@contextmanager
def writing(url: str) -> Generator[None]:
    """Let another tenant write meanwhile."""
    done = threading.Event()
    with serving(url) as server:

        def write() -> None:
            with Api(server.url, _WRITER) as api:
                while not done.is_set():
                    session = api.make("sessions")["id"]
                    api.reply(session, "rye bread")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            yield
        finally:
            done.set()
            writer.join()


def compared(name: str, before: dict[str, str], after: dict[str, str]) -> Comparison:
    """Compare responses byte for byte."""
    paths = sorted(before.keys() | after.keys())
    different = [
        f"{path}:\n  {before.get(path)}\n  {after.get(path)}"
        for path in paths
        if before.get(path) != after.get(path)
    ]
    return Comparison(name, len(paths), sum(map(len, before.values())), different)


def run_all(
    filled: Filled, kind: str, targets: dict[str, Callable[[], str]], folder: Path
) -> list[Comparison]:
    """Back up, restore, export and import a database, and compare each copy.

    Args:
        filled: The database.
        kind: Its kind.
        targets: Functions that return the URL of an empty database, by its kind.
        folder: A folder for the files.
    """
    backup, export = folder / f"backup-{kind}", folder / f"export-{kind}.jsonl"
    of = ["--database", filled.url]
    with writing(filled.url):
        _command("db", "backup", str(backup), *of)
        _command("export", "--output", str(export), "--tenant", "main", *of)
    exported = {path: text for path, text in filled.responses.items() if "/jobs/" not in path}
    found: list[Comparison] = []
    for target, new_database in targets.items():
        url = new_database()
        _command("db", "restore", str(backup), "--database", url)
        with serving(url) as server, Api(server.url, _MAIN) as api:
            after = every_get(api, filled.jobs)
        found.append(compared(f"backup of {kind} in {target}", filled.responses, after))
        url = new_database()
        with serving(url) as server, Api(server.url, _MAIN) as api:
            _command("import", str(export), "--tenant", "main", "--database", url)
            after = every_get(api)
        found.append(compared(f"export of {kind} in {target}", exported, after))
    printed = _command("import", str(export), "--tenant", "other", *of)
    new_ids = {
        line.split()[2]: line.split()[4]
        for line in printed.splitlines()
        if line.startswith("new id: ")
    }
    with serving(filled.url) as server, Api(server.url, _OTHER) as api:
        after = every_get(api)
    renamed = {_renamed(path, new_ids): _renamed(t, new_ids) for path, t in exported.items()}
    found.append(compared(f"export of {kind} in another tenant", renamed, after))
    return found


def _renamed(text: str, new_ids: dict[str, str]) -> str:
    for old, new in new_ids.items():
        text = text.replace(old, new)
    return text


def _command(*arguments: str) -> str:
    output = io.StringIO()
    with redirect_stdout(output):
        status = run_command(*arguments)
    assert status == 0, (arguments, output.getvalue())
    return output.getvalue()


def main(kinds: Sequence[str]) -> int:
    found: list[Comparison] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="julep-copies-")))
        numbers = iter(range(1000))
        targets: dict[str, Callable[[], str]] = {
            "sqlite": lambda: f"sqlite:///{folder}/{next(numbers)}.db"
        }
        if "postgresql" in kinds:
            from tests.server.helpers.postgres import Cluster

            targets["postgresql"] = stack.enter_context(Cluster()).new_database
        for kind in kinds:
            filled = fill_everything(targets[kind]())
            read = operations_read(filled.responses)
            sys.stdout.write(f"{kind}: {len(read)} kinds of GET, {len(filled.jobs)} jobs\n")
            found += run_all(filled, kind, {name: targets[name] for name in kinds}, folder)
    for one in found:
        sys.stdout.write(
            f"{one.name}: {one.responses} responses, {one.size} characters,"
            f" {len(one.different)} different\n"
        )
        sys.stdout.writelines(f"DIFFERS: {text}\n" for text in one.different)
    return int(any(one.different for one in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
