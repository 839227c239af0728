"""Scripts of the scripted model in files, TOML or JSON."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TypeVar, cast, overload

from julep_server.json_text import JSON, JSONObject
from julep_server.models.provider import ModelRequest
from julep_server.models.scripted import SCRIPTED_FAILURE, ScriptedAnswer, ScriptedModel

_FIELDS = {field.name for field in fields(ScriptedAnswer)} | {"when"}
_T = TypeVar("_T")


def read_script(path: str | Path) -> ScriptedModel:
    """Read a script.

    Its ``answers`` are the steps. An answer with ``when`` is none: it answers every request whose
    last message contains that text. ``otherwise`` answers the requests for which nothing else does.

    Args:
        path: A file of TOML, or of JSON if its name ends in ``.json``.

    Raises:
        ValueError: It can't be read, or is no script; the message says where.
    """
    try:
        text = Path(path).read_text("utf-8")
        is_json = str(path).endswith(".json")
        parsed = cast("JSON", json.loads(text) if is_json else tomllib.loads(text))
    except (OSError, ValueError) as error:
        raise ValueError(f"the model's script {path} can't be read: {error}") from None
    try:
        return _model(parsed)
    except ValueError as error:
        raise ValueError(f"the model's script {path}: {error}") from None


def _model(script: JSON) -> ScriptedModel:
    if not isinstance(script, dict):
        raise ValueError(f"expected an object with answers; got {script!r:.80}")
    if unknown := script.keys() - {"answers", "otherwise", "name"}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: answers, name, otherwise")
    answers = script.get("answers", [])
    if not isinstance(answers, list):
        raise ValueError(f"answers: expected a list; got {answers!r:.80}")
    steps: list[ScriptedAnswer] = []
    rules: list[tuple[str, ScriptedAnswer]] = []
    for number, item in enumerate(answers):
        path = f"answers[{number}]"
        answer = _answer(item, path)
        when = item.get("when") if isinstance(item, dict) else None
        if when is None:
            steps.append(answer)
        elif isinstance(when, str):
            rules.append((when, answer))
        else:
            raise ValueError(f"{path}.when: expected a text; got {when!r:.80}")
    last = _answer(script["otherwise"], "otherwise") if "otherwise" in script else None
    return ScriptedModel(_chooser(steps, rules, last), name=str(script.get("name", "scripted")))


def _chooser(
    steps: list[ScriptedAnswer],
    rules: list[tuple[str, ScriptedAnswer]],
    last: ScriptedAnswer | None,
) -> Callable[[ModelRequest], ScriptedAnswer]:
    waiting = iter(steps)

    def choose(request: ModelRequest) -> ScriptedAnswer:
        asked = _text(request.messages[-1].get("content")) if request.messages else ""
        for when, answer in rules:
            if when in asked:
                return answer
        found = next(waiting, last)
        if found is None:
            message = "the model's script has no answer left"
            return ScriptedAnswer(status=503, message=message)
        return found

    return choose


def _text(content: JSON) -> str:
    parts = content if isinstance(content, list) else [{"text": content}]
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))


def _answer(item: JSON, path: str) -> ScriptedAnswer:
    if isinstance(item, str):
        return ScriptedAnswer(text=item)
    if not isinstance(item, dict):
        raise ValueError(f"{path}: expected a text or an object; got {item!r:.80}")
    if unknown := item.keys() - _FIELDS:
        raise ValueError(f"{path}: unknown: {', '.join(sorted(unknown))}")
    counts = [count for count in _list(item, "usage", path) if isinstance(count, int)]
    if "usage" in item and len(counts) != 2:
        raise ValueError(f"{path}.usage: expected two numbers; got {item['usage']!r:.80}")
    calls = _list(item, "calls", path)
    try:
        return ScriptedAnswer(
            text=_field(item, "text", str, path, ""),
            calls=[_call(call, f"{path}.calls[{n}]") for n, call in enumerate(calls)],
            finish_reason=_field(item, "finish_reason", str, path, None),
            delay=_seconds(item, "delay", path),
            pause=_seconds(item, "pause", path),
            status=_field(item, "status", int, path, None),
            message=_field(item, "message", str, path, SCRIPTED_FAILURE),
            retry_after=_field(item, "retry_after", int, path, None),
            breaks_off_after=_field(item, "breaks_off_after", int, path, None),
            usage=(counts[0], counts[1]) if counts else None,
        )
    except ValueError as error:
        text = str(error)
        raise ValueError(text if text.startswith(path) else f"{path}: {text}") from None


@overload
def _field(item: JSONObject, name: str, kind: type[_T], path: str, default: None) -> _T | None: ...
@overload
def _field(item: JSONObject, name: str, kind: type[_T], path: str, default: _T) -> _T: ...
def _field(item: JSONObject, name: str, kind: type[_T], path: str, default: _T | None) -> _T | None:
    value: object = item.get(name)
    if value is None:
        return default
    if value is True or value is False or not isinstance(value, kind):
        raise ValueError(f"{path}.{name}: expected {_KINDS[kind]}; got {value!r:.80}")
    return value


def _list(item: JSONObject, name: str, path: str) -> list[JSON]:
    value = item.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{path}.{name}: expected a list; got {value!r:.80}")
    return value


_KINDS: dict[type, str] = {str: "a text", int: "a whole number"}


def _seconds(item: JSONObject, name: str, path: str) -> float:
    value = item.get(name)
    if isinstance(value, float):
        return value
    return float(_field(item, name, int, path, 0))


def _call(call: JSON, path: str) -> tuple[str, JSONObject]:
    name = call.get("name") if isinstance(call, dict) else None
    arguments = call.get("arguments", {}) if isinstance(call, dict) else None
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise ValueError(f'{path}: expected {{"name": …, "arguments": {{…}}}}; got {call!r:.80}')
    return name, arguments
