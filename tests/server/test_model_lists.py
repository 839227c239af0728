"""Lists of models of endpoints: their forms, the names that they accept, and what was meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from julep_server.models.model_list import ModelList, read_model_list

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": [{"id": "a"}, {"id": "b"}]}, ModelList(["a", "b"])),
        ([{"id": "a"}], ModelList(["a"])),
        ({"models": [{"name": "models/a"}]}, ModelList(["models/a"])),
        ({"data": None}, ModelList([])),
        ({"data": [{"id": "a"}], "has_more": True}, ModelList(["a"], is_whole=False)),
        ({"data": [{"id": "a"}, {"id": 3}]}, ModelList(["a"], is_whole=False)),
        ({"data": [{"id": "a\x1b[2J"}]}, ModelList([], is_whole=False)),
        ({"data": [{"id": "a", "owned_by": "llamacpp"}]}, ModelList(["a"], is_whole=False)),
        ({"error": "no such path"}, None),
        ({"data": "a"}, None),
        ("welcome", None),
    ],
)
def test_forms_of_lists(body: Any, expected: ModelList | None) -> None:
    assert read_model_list(json.dumps(body).encode()) == expected


def test_what_is_no_json_is_no_list() -> None:
    assert read_model_list(b"<html>") is None


@pytest.mark.parametrize(
    ("listed", "model", "has"),
    [
        ("llama3.2:latest", "llama3.2", True),
        ("llama3.2:3b", "llama3.2:1b", False),
        ("models/gemini-2.5-flash", "gemini-2.5-flash", True),
        ("meta-llama/llama-3.1", "meta-llama/llama-3.1:free", True),
        ("Qwen/Qwen3-4B", "qwen/qwen3-4b", True),
        ("openai/*", "openai/gpt-5", True),
        ("openai/*", "mistral/small", False),
    ],
)
def test_names_that_are_accepted(listed: str, model: str, has: bool) -> None:
    assert ModelList([listed]).has(model) is has


@pytest.mark.parametrize(
    ("listed", "model", "hint"),
    [
        (["llama3.2:latest", "qwen3:4b"], "lama3.2", "did you mean llama3.2:latest?"),
        (["Qwen/Qwen3-4B-Instruct", "x/y"], "qwen3-4b-instruct", "did you mean Qwen/Qwen3-4B-Ins"),
        ([f"m{n}" for n in range(7)], "gpt-5", "it has m0, m1, m2, m3, m4 and 2 more"),
        ([], "gpt-5", "it has none"),
    ],
)
def test_what_was_meant(listed: list[str], model: str, hint: str) -> None:
    assert ModelList(listed).hint(model).startswith(hint)
