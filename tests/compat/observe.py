"""Run code written for julep 0.3, and print what each piece of it does: observe.py URL.

It runs under the released client and under this checkout's. Every habit and every program gets one
outcome as JSON: its value, or the classes of its error. Ids and times are replaced, so that only
what differs between the two clients differs.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import copy
import datetime as dt
import importlib
import io
import json
import os
import pickle
import re
import sys
import traceback
import types
import uuid
import warnings
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
HELLO = [{"role": "user", "content": "Hello"}]
FUNCTION = {
    "name": "add",
    "description": "Adds numbers.",
    "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
}
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_ADDRESS = re.compile(r"0x[0-9a-f]+")


def habits() -> dict[str, str]:
    """Return the habits by their text: statements in one line, the last one an expression."""
    texts = (path.read_text() for path in sorted(FOLDER.glob("habits/*.txt")))
    lines = (line for text in texts for line in text.splitlines())
    return {line: line for line in lines if line and not line.startswith("#")}


def programs() -> dict[str, str]:
    """Return the programs by their names."""
    parts = re.split(r"^# === (.+)\n", (FOLDER / "programs.txt").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def described(value: Any) -> object:
    """Return a form of a value that is the same in both clients."""
    if isinstance(value, Enum):
        return described(value.value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _ADDRESS.sub("<address>", _TIME.sub("<time>", _ID.sub("<id>", value)))
    if isinstance(value, dt.datetime):
        return "<time>"
    if isinstance(value, uuid.UUID):
        return "<id>"
    return _described_container(value)


def _described_container(value: Any) -> object:
    items: Any = value
    if isinstance(value, dict):
        pairs = [(str(described(k)), described(v)) for k, v in items.items()]
        return dict(sorted(pairs))
    if isinstance(value, list | tuple):
        return [described(item) for item in items]
    if isinstance(value, set | frozenset):
        return sorted(str(described(item)) for item in items)
    if isinstance(value, type | types.FunctionType | types.ModuleType | types.MethodType):
        return f"<{items.__name__}>"
    kind: Any = items.__class__
    if hasattr(kind, "__fields__") and hasattr(items, "dict"):
        found = {k: v for k, v in items.dict().items() if v is not None}
        return {"model": kind.__name__, "fields": described(found)}
    return f"<{kind.__name__}>"


def outcome(run: Callable[[], object]) -> dict[str, object]:
    """Return what a function returns, or the classes of its error."""
    try:
        return {"value": described(run())}
    except Exception as error:  # noqa: BLE001  # every error is an outcome
        if os.environ.get("OBSERVE_TRACEBACKS"):
            traceback.print_exc()
        return {"raises": [kind.__name__ for kind in type(error).__mro__], "text": str(error)[:200]}


def evaluate(code: str, names: dict[str, Any]) -> object:
    """Run statements, and return the value of the last one."""
    tree = ast.parse(code)
    last = tree.body.pop()
    if not isinstance(last, ast.Expr):
        raise TypeError(f"{code!r} does not end with an expression")
    exec(compile(tree, "<habit>", "exec"), names)  # noqa: S102  # our own code
    return eval(compile(ast.Expression(last.value), "<habit>", "eval"), names)  # noqa: S307  # the same


def world(url: str) -> dict[str, Any]:
    """Return the names that habits use."""
    julep = importlib.import_module("julep")
    client: Any = julep.Client(api_key="key", base_url=url)
    loop = asyncio.new_event_loop()
    agent = client.agents.create(
        name="Ada",
        about="a tutor",
        instructions=["Be kind."],
        default_settings={"temperature": 0.5},
        model="gpt-4o",
        metadata={"team": "blue"},
    )
    user = client.users.create(name="Grace", about="an admiral", metadata={"plan": "pro"})
    session = client.sessions.create(agent_id=agent.id, user_id=user.id, situation="A library.")
    tool = client.tools.create(agent_id=agent.id, tool={"type": "function", "function": FUNCTION})
    doc = client.docs.create(agent_id=agent.id, doc={"title": "Hours", "content": "From nine."})
    reply = client.sessions.chat(session_id=session.id, messages=HELLO)
    return {
        "aclient": julep.AsyncClient(api_key="key", base_url=url),
        "agent": client.agents.get(agent.id),
        "api": importlib.import_module("julep.api.types"),
        "client": client,
        "copy": copy,
        "doc": doc,
        "FUNCTION": FUNCTION,
        "HELLO": HELLO,
        "history": client.sessions.history(session_id=session.id),
        "json": json,
        "julep": julep,
        "mark": lambda: {"mark": str(uuid.uuid4())},
        "pickle": pickle,
        "reply": reply,
        "run": loop.run_until_complete,
        "session": client.sessions.get(session.id),
        "tool": tool,
        "url": url,
        "user": client.users.get(user.id),
        "uuid": uuid,
    }


def printed(program: str, url: str) -> object:
    """Run a program, and return what it prints."""
    os.environ.update(JULEP_API_KEY="key", JULEP_API_URL=url)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})  # noqa: S102  # our own code
    return output.getvalue().splitlines()


def main(url: str) -> None:
    warnings.simplefilter("ignore")
    # The released client reads them when it is imported.
    os.environ.update(JULEP_API_KEY="key", JULEP_API_URL=url)
    names = world(url)
    found = {
        habit: outcome(lambda: evaluate(code, dict(names)))  # noqa: B023  # called at once
        for habit, code in habits().items()
    }
    found |= {
        f"program: {name}": outcome(lambda: printed(program, url))  # noqa: B023  # the same
        for name, program in programs().items()
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
