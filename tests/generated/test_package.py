"""The package: its contents, the modules that it imports, and what an operation sends."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import uuid
from importlib import import_module
from importlib.resources import files
from typing import Any, get_type_hints

import pytest

import julep_api
import julep_api.api.sessions
import julep_api.models
from julep_api.api.memories import get_agent_memories
from julep_api.api.sessions import chat, create_session, get_session, list_sessions
from julep_api.api.users import get_user
from julep_api.client import Call, EventCall
from julep_api.decoding import Reader, nothing
from julep_api.errors import EncodeError
from julep_api.model import Model
from julep_api.models import ChatResponseChunk, ListSessionsRequestOrder, Session
from julep_api.operations import OPERATIONS
from julep_api.types import UNSET
from tests.generated.helpers.strategies import CONTRACT, SCHEMAS

ID = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"
HI = {"role": "user", "content": "Hi."}


def imported_by(statement: str) -> set[str]:
    """Return the modules that a statement imports, in a process of its own."""
    folder = str(files("julep_api").joinpath(".."))
    lines = (
        f"import sys; sys.path.insert(0, {folder!r}); before = set(sys.modules)",
        statement,
        "print(*(set(sys.modules) - before))",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


def own(modules: set[str], below: str) -> set[str]:
    return {name.removeprefix(below) for name in modules if name.startswith(below)}


def test_importing_the_package_imports_nothing_else() -> None:
    assert own(imported_by("import julep_api"), "julep_api") == {""}
    assert own(imported_by("import julep_api.models"), "julep_api") == {"", ".models"}


def test_an_operation_imports_its_models_and_the_runtime_only() -> None:
    modules = imported_by("import julep_api.api.sessions.get_session")
    assert own(modules, "julep_api.models.") == {"session"}
    assert own(modules, "julep_api.api.") == {"sessions", "sessions.get_session"}
    assert own(imported_by("from julep_api.models import Session"), "julep_api.models.") == {
        "session"
    }


def test_no_operation_imports_an_http_library() -> None:
    everything = "\n".join(f"import {operation.module}" for operation in OPERATIONS.values())
    roots = {name.split(".")[0] for name in imported_by(everything)}
    assert not roots & {
        "httpx",
        "httpx2",
        "httpcore",
        "requests",
        "aiohttp",
        "h11",
        "anyio",
        "http",
        "ssl",
        "asyncio",
    }
    foreign = {
        name for name in roots if name not in sys.stdlib_module_names and not name.startswith("_")
    }
    assert foreign <= {"julep_api", "attr", "attrs"}


def test_the_table_imports_the_standard_library_only() -> None:
    modules = imported_by("import julep_api.operations")
    assert own(modules, "julep_api") == {"", ".operations"}
    assert not own(modules, "attr")


def test_every_operation_has_a_module_and_a_line_in_the_table() -> None:
    documented = {
        operation["operationId"]: (method.upper(), path, operation["tags"][0])
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
    }
    assert {name: one[1:4] for name, one in OPERATIONS.items()} == documented
    assert len(documented) == 49
    for operation in OPERATIONS.values():
        module = import_module(operation.module)
        hints = get_type_hints(module.call, vars(module) | {"UUID": uuid.UUID, **lazy()})
        assert hints["return"].__origin__ is Call


def lazy() -> dict[str, Any]:
    return {name: getattr(julep_api.models, name) for name in julep_api.models.__all__}


def test_a_tag_imports_its_operations_on_first_use() -> None:
    for tag in {operation.tag for operation in OPERATIONS.values()}:
        package = import_module(f"julep_api.api.{tag}")
        modules = {one.module for one in OPERATIONS.values() if one.tag == tag}
        assert {getattr(package, name).__name__ for name in package.__all__} == modules
        assert set(package.__all__) <= set(dir(package))
    assert own(imported_by("import julep_api.api.sessions"), "julep_api.models") == set()
    with pytest.raises(AttributeError, match="has no attribute 'get_sesion'"):
        julep_api.api.sessions.get_sesion  # type: ignore[attr-defined]  # noqa: B018  # the point of the test


def test_every_schema_has_a_class_or_a_named_type() -> None:
    names = {name.lower() for name in julep_api.models.__all__}
    assert {name.lower() for name in SCHEMAS} <= names
    assert set(julep_api.models.__all__) <= set(dir(julep_api.models))
    assert all(value is not None for value in lazy().values())


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Sesion'"):
        julep_api.models.Sesion  # type: ignore[attr-defined]  # noqa: B018  # the point of the test


def test_models_need_their_required_attributes_only() -> None:
    for name, value in lazy().items():
        if not (isinstance(value, type) and issubclass(value, Model)):
            continue
        parameters = inspect.signature(value).parameters.values()
        optional = [item for item in parameters if item.default is not inspect.Parameter.empty]
        optional = [item for item in optional if item.kind is not item.VAR_KEYWORD]
        constants = [item.name for item in optional if item.default is not None]
        assert constants in ([], ["type"]), name


def test_every_public_name_has_a_docstring() -> None:
    for name, value in lazy().items():
        if isinstance(value, type):
            assert len(value.__doc__ or "") > 10, name
    for operation in OPERATIONS.values():
        module = import_module(operation.module)
        for function in (module.call, getattr(module, "stream", module.call)):
            assert f"``{operation.method} {operation.path}``" in function.__doc__
            for argument in inspect.signature(function).parameters:
                assert re.search(rf"^ +{argument}: \S", function.__doc__, re.MULTILINE), (
                    function,
                    argument,
                )


def test_the_package_contains_the_contract() -> None:
    contract = json.loads(files(julep_api).joinpath("openapi.json").read_text("utf-8"))
    assert contract["info"]["title"]
    assert files(julep_api).joinpath("py.typed").is_file()


def test_a_call_is_data() -> None:
    call = get_session.call(uuid.UUID(ID))
    assert call == Call("GetSession", "GET", f"/sessions/{ID}", {200: Session.from_dict})
    assert (call.query, call.headers, call.body) == ((), (), UNSET)
    assert call.answers[200]({"id": ID, "agent_id": ID}) == Session(ID, ID)


def test_no_default_is_sent() -> None:
    assert list_sessions.call().query == ()
    assert list_sessions.call(limit=None, offset=UNSET).query == ()
    assert chat.call(ID, {"messages": [HI]}).headers == ()
    for name, operation in OPERATIONS.items():
        function = import_module(operation.module).call
        optional = [
            item
            for item in inspect.signature(function).parameters.values()
            if item.kind is item.KEYWORD_ONLY
        ]
        assert {item.default for item in optional if item.name != "query"} <= {UNSET}, name


def test_arguments_are_sent_as_text() -> None:
    order = ListSessionsRequestOrder.ASC
    call = list_sessions.call(
        limit=5, offset=0, metadata_filter="{}", sort_by="updated_at", order=order
    )
    assert call.query == (
        ("limit", "5"),
        ("offset", "0"),
        ("metadata_filter", "{}"),
        ("sort_by", "updated_at"),
        ("order", "asc"),
    )
    assert all(type(text) is str for pair in call.query for text in pair)


def test_a_list_is_sent_once_for_each_item() -> None:
    call = get_agent_memories.call(ID, query="bread", types=["episode", "belief"])
    assert call.query == (("query", "bread"), ("types", "episode"), ("types", "belief"))
    with pytest.raises(EncodeError) as caught:
        get_agent_memories.call(ID, query="bread", types="episode")  # type: ignore[arg-type]  # the point
    assert (caught.value.path, caught.value.kind) == ("types", "type")


@pytest.mark.parametrize("value", [UNSET, None, 5])
def test_a_required_parameter_is_required(value: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        get_user.call(value)
    assert (caught.value.path, caught.value.kind) == ("user_id", "type")


def test_headers_are_sent_under_their_own_names() -> None:
    call = create_session.call(
        {"agent_id": ID}, prefer="return=representation", idempotency_key="k-1"
    )
    assert set(call.headers) == {("Prefer", "return=representation"), ("Idempotency-Key", "k-1")}
    assert call.body == {"agent_id": ID}


@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "a\n", " a", "ä", "a\x00"])
def test_a_header_cannot_contain_a_second_one(key: str) -> None:
    with pytest.raises(EncodeError) as caught:
        create_session.call({"agent_id": ID}, idempotency_key=key)
    assert caught.value.path == "idempotency_key"


@pytest.mark.parametrize(
    ("value", "kind"), [("../agents", "id"), ("", "id"), (5, "type"), (None, "type")]
)
def test_a_path_takes_ids_only(value: Any, kind: str) -> None:
    with pytest.raises(EncodeError) as caught:
        get_session.call(value)
    assert (caught.value.path, caught.value.kind) == ("session_id", kind)


def test_errors_of_a_body_have_the_path_inside_it() -> None:
    with pytest.raises(EncodeError) as caught:
        chat.call(ID, {"messages": [HI, {**HI, "role": "usr"}]})
    assert caught.value.path == "messages[1].role"


def test_a_stream_is_a_call_of_its_own() -> None:
    call = chat.stream(ID, {"messages": [HI], "stream": True}, last_event_id="7")
    assert isinstance(call, EventCall)
    assert call.body == {"messages": [HI], "stream": True}
    assert call.headers == (("Last-Event-ID", "7"),)
    assert call.event(
        {"id": ID, "delta": {}, "finish_reason": None}
    ) == ChatResponseChunk.from_dict({"id": ID, "delta": {}, "finish_reason": None})
    streaming = [
        name for name, one in OPERATIONS.items() if hasattr(import_module(one.module), "stream")
    ]
    assert streaming == ["Chat"]


def test_a_response_without_a_body_is_read_as_none() -> None:
    read: Reader[object] = nothing
    assert read({"anything": 1}) is None


def test_models_are_classes_of_attrs_when_a_program_looks_for_it() -> None:
    program = (
        "import sys; from julep_api.models import Session\n"
        f"session = Session({ID!r}, {ID!r}, summary='Short.')\n"
        "assert not {'attr', 'attrs'} & sys.modules.keys(), 'imported before'\n"
        "import attrs\n"
        "assert [each.name for each in attrs.fields(Session)] == list(Session.__match_args__)\n"
        "assert attrs.fields(Session) is attrs.fields(Session)\n"
        "changed = attrs.evolve(session, summary='Long.')\n"
        "assert (changed.id, changed.summary) == (session.id, 'Long.')\n"
        "@attrs.define\n"
        "class Marked(Session):\n"
        "    mark: int = 1\n"
        "assert [each.name for each in attrs.fields(Marked)][-2:] == ['context_overflow', 'mark']\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
