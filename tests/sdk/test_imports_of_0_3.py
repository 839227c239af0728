"""Import paths and names of julep 0.3, in processes of their own and with their warnings."""

from __future__ import annotations

import importlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest

import julep
from julep.api import types
from julep_api import models
from tests.sdk.helpers.deprecated import warned
from tests.sdk.test_compatibility_0_3 import NAMES

AGENT = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"

# What each module of managers defined or imported, as its own users could import it from there.
MANAGERS = {
    "agent": (
        "Agent AgentCreateArgs AgentDefaultSettings AgentUpdateArgs AgentsManager Any"
        " AsyncAgentsManager Awaitable BaseAgentsManager BaseManager CreateDoc CreateToolRequest"
        " Dict DocDict FunctionDefDict List ListAgentsResponse Literal Optional"
        " ResourceCreatedResponse ResourceUpdatedResponse ToolDict TypedDict UUID Union beartype"
        " json rewrap_in_class"
    ),
    "user": (
        "Any AsyncUsersManager Awaitable BaseManager BaseUsersManager CreateDoc Dict DocDict List"
        " ListUsersResponse Optional ResourceCreatedResponse ResourceUpdatedResponse TypedDict"
        " UUID Union User UserCreateArgs UserUpdateArgs UsersManager beartype json rewrap_in_class"
    ),
    "session": (
        "Any AsyncSessionsManager Awaitable BaseManager BaseSessionsManager ChatMlMessage"
        " ChatResponse ChatSettingsResponseFormat ChatSettingsResponseFormatDict ChatSettingsStop"
        " Dict GetHistoryResponse GetSuggestionsResponse InputChatMlMessage InputChatMlMessageDict"
        " List ListSessionsResponse Optional ResourceCreatedResponse ResourceUpdatedResponse"
        " Session SessionCreateArgs SessionUpdateArgs SessionsManager Suggestion Tool"
        " ToolChoiceOption ToolDict TypedDict UUID Union beartype json rewrap_in_class"
    ),
    "doc": (
        "Any AsyncDocsManager Awaitable BaseDocsManager BaseManager CreateDoc Dict Doc DocDict"
        " DocsManager GetAgentDocsResponse List Optional ResourceCreatedResponse"
        " ResourceDeletedResponse TypedDict UUID Union beartype json rewrap_in_class"
    ),
    "memory": (
        "AsyncMemoriesManager Awaitable BaseManager BaseMemoriesManager GetAgentMemoriesResponse"
        " List MemoriesManager Memory Optional UUID Union beartype"
    ),
    "tool": (
        "AsyncToolsManager Awaitable BaseManager BaseToolsManager CreateToolRequest FunctionDef"
        " FunctionDefDict GetAgentToolsResponse List Optional ResourceCreatedResponse"
        " ResourceDeletedResponse ResourceUpdatedResponse Tool ToolDict ToolsManager UUID Union"
        " beartype"
    ),
    "types": (
        "AgentDefaultSettings ChatSettingsResponseFormat ChatSettingsResponseFormatDict CreateDoc"
        " CreateToolRequest DocDict FunctionDef FunctionDefDict InputChatMlMessage"
        " InputChatMlMessageDict Tool ToolDict TypedDict"
    ),
    "base": "AsyncJulepApi BaseManager JulepApi Union",
    "utils": "Callable ParamSpec ResourceCreatedResponse UUID rewrap_in_class wraps",
}

DEPRECATED = [
    ("doc", "DocsCreateArgs", "DocCreateArgs"),
    ("types", "DefaultSettingsDict", "AgentDefaultSettingsDict"),
    ("agent", "DefaultSettingsDict", "AgentDefaultSettingsDict"),
    ("agent", "ModelName", "str"),
    ("agent", "NotSet", "julep.UNSET"),
    ("user", "NotSet", "julep.UNSET"),
    ("utils", "NotSet", "julep.UNSET"),
    ("session", "is_valid_uuid4", "uuid.UUID"),
    ("utils", "is_valid_uuid4", "uuid.UUID"),
    ("utils", "pydantic_model_construct", "from_dict"),
]

BARE = [
    "julep.api.types.Agent",
    "julep.api.types.agent.Agent",
    "julep.api.core.ApiError",
    "julep.api.core.remove_none_from_dict",
    "julep.api.client.JulepApi",
    "julep.api.environment.JulepApiEnvironment.DEFAULT",
    "julep.client.AsyncJulepApi",
    "julep.env.JULEP_API_URL",
    "julep.errors.ApiError",
    "julep.managers.base.BaseManager",
    "julep.managers.session.SessionsManager",
    "julep.managers.types.ToolDict",
    "julep.streams.ChatStream",
    "julep.types.User",
]


def of(module: ModuleType, name: str) -> Any:
    return getattr(module, name)


def test_modules_are_reached_after_a_bare_import() -> None:
    program = f"import julep\nfor path in {BARE!r}: print(eval(path) is not None)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["True"] * len(BARE)


def test_each_type_has_a_module_of_its_own() -> None:
    for name in NAMES:
        stem = vars(models)["_MODULES"][name.partition("_")[0]]
        module = importlib.import_module(f"julep.api.types.{stem}")
        assert of(module, name) is getattr(types, name)
        assert name in module.__all__
        assert module is getattr(types, stem)
    with pytest.raises(AttributeError, match="no attribute 'Nope'"):
        of(importlib.import_module("julep.api.types.agent"), "Nope")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("julep.api.types.nope")


@pytest.mark.parametrize("module", MANAGERS)
def test_a_managers_module_has_its_names_of_0_3(module: str) -> None:
    found = importlib.import_module(f"julep.managers.{module}")
    for name in MANAGERS[module].split():
        assert of(found, name) is not None
        if hasattr(types, name):
            assert of(found, name) is getattr(types, name)
    with pytest.raises(AttributeError, match="no attribute 'Nope'"):
        of(found, "Nope")


@pytest.mark.parametrize(("module", "name", "replacement"), DEPRECATED)
def test_a_renamed_name_warns_with_its_replacement(
    module: str, name: str, replacement: str
) -> None:
    found = importlib.import_module(f"julep.managers.{module}")
    with pytest.warns(DeprecationWarning, match=f"2027-12-01 on: use {replacement}") as caught:
        assert of(found, name) is not None
    assert caught[0].filename == __file__
    assert name not in dir(found)


@pytest.mark.filterwarnings("ignore:.* is from julep 0.3:DeprecationWarning")
def test_renamed_names_do_what_they_did() -> None:
    from julep.managers import utils
    from julep.managers.agent import ModelName  # type: ignore[attr-defined]  # at run time only
    from julep.managers.types import AgentDefaultSettingsDict

    assert ModelName is str
    assert of(utils, "NotSet") is julep.UNSET
    assert of(julep.managers.types, "DefaultSettingsDict") is AgentDefaultSettingsDict
    valid = of(utils, "is_valid_uuid4")
    assert [valid(one) for one in (uuid4(), AGENT, "no", UUID(int=0))] == [True, True, False, False]


def test_the_environments_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    env = julep.env.env
    monkeypatch.setenv("A_TEXT", "x")
    monkeypatch.setenv("A_NUMBER", "3")
    monkeypatch.setenv("A_FLAG", "True")
    monkeypatch.delenv("MISSING", raising=False)
    assert warned(lambda: env("A_TEXT"), "os.environ") == "x"
    assert warned(lambda: env.str("MISSING", None), "os.environ") is None
    assert warned(lambda: env.int("A_NUMBER"), "os.environ") == 3
    assert warned(lambda: env.float("A_NUMBER"), "os.environ") == 3.0
    assert warned(lambda: env.bool("A_FLAG"), "os.environ") is True
    for read_one, name, problem in (
        (env.int, "A_TEXT", "not valid"),
        (env.bool, "A_TEXT", "not valid"),
        (env.str, "MISSING", "not set"),
    ):
        with (
            pytest.warns(DeprecationWarning, match="use os.environ"),
            pytest.raises(ValueError, match=f"{name}: the environment variable is {problem}"),
        ):
            read_one(name)


def test_the_host_of_a_url() -> None:
    found = warned(lambda: julep.client.get_base_url("http://a.test:1/b/c?d"), "urllib.parse")
    assert found == "http://a.test:1"


def test_the_low_level_runtime() -> None:
    from julep.api import core

    for zone, offset in ((UTC, "Z"), (timezone(timedelta(hours=1)), "+01:00")):
        time = datetime(2024, 1, 2, tzinfo=zone)
        text = warned(lambda: core.serialize_datetime(time), "isoformat")  # noqa: B023
        assert text == f"2024-01-02T00:00:00{offset}"
    assert warned(lambda: core.remove_none_from_dict({"a": 1, "b": None}), "compr") == {"a": 1}
    for kind in (core.BaseClientWrapper, core.SyncClientWrapper, core.AsyncClientWrapper):
        more: dict[str, Any] = {} if kind is core.BaseClientWrapper else {"httpx_client": None}
        make: Any = partial(kind, api_key="Bearer k", base_url="u", **more)
        wrapper = warned(lambda: make(), "julep.Client")  # noqa: B023, PLW0108
        assert wrapper.get_headers() == {"Authorization": "Bearer k"}
        assert wrapper.get_base_url() == "u"
        assert "Bearer" not in repr(wrapper)


class _Point:
    def __init__(self) -> None:
        self.x = 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({1: {"a"}}, {1: ["a"]}),
        ((1, 2.5, True), [1, 2.5, True]),
        (Path("a/b"), "a/b"),
        (UUID(AGENT), AGENT),
        (Decimal("1.50"), 1.5),
        (Decimal(2), 2),
        (timedelta(minutes=1), 60.0),
        (b"x", "x"),
        (types.JobStatusState.PENDING, "pending"),
        (_Point(), {"x": 1}),
        (
            types.DocIds(agent_doc_ids=[], user_doc_ids=[]),
            {"agent_doc_ids": [], "user_doc_ids": []},
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:jsonable_encoder:DeprecationWarning")
def test_the_encoder_of_0_3(value: object, expected: object) -> None:
    assert julep.api.core.jsonable_encoder(value) == expected
    with pytest.raises(ValueError, match="no form in JSON"):
        julep.api.core.jsonable_encoder(object())
    assert julep.api.core.jsonable_encoder(3, {int: str}) == "3"
    ids = types.DocIds(agent_doc_ids=["b", "a"], user_doc_ids=[])
    custom: Any = {str: str.upper, list: sorted}
    assert julep.api.core.jsonable_encoder(ids, custom) == {
        "AGENT_DOC_IDS": ["a", "b"],
        "USER_DOC_IDS": [],
    }
