"""Models and methods in pydantic and FastAPI: fields, parameters, responses, schemas and errors."""

from __future__ import annotations

import dataclasses
import json
import pprint
from collections.abc import Iterator
from typing import Annotated, Any, cast

import pydantic
import pytest
from fastapi import Body, Depends, FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

import julep
from julep.types import (
    Agent,
    ChatMlMessageRole,
    CreateDoc,
    DocDict,
    InputChatMlMessage,
    InputChatMlMessageDict,
    Session,
    User,
)
from julep_server import LocalServer
from tests.generated.helpers.strategies import MODELS, SCHEMAS, valid, without_nulls

ID = "4b9f6f0e-5b1e-4b7e-8b0a-3f9d1d6d0a01"
USER = User(ID, name="Zoë", metadata={"plan": None}, created_at="2026-01-02T03:04:05Z")
SESSION = Session.from_dict({"id": ID, "agent_id": ID, "summary": None, "mood": "good"})
AGENT = Agent(ID, "Ada", "m", default_settings={"temperature": 1, "max_tokens": 3})
few = settings(max_examples=5, deadline=None, database=None)


class Box(pydantic.BaseModel):
    """A program's own model, with fields that are models."""

    user: User
    sessions: list[Session] = []
    agent: Agent | None = None
    anything: Any = None


class Summary(pydantic.BaseModel):
    """A response model that reads attributes."""

    model_config = pydantic.ConfigDict(from_attributes=True)
    id: str
    summary: str | None
    user_id: str | None = None


# A program's types are evaluated in its module, where FastAPI looks for their names.
def get_user() -> User:
    return USER


def get_users() -> list[User]:
    return [USER]


def get_no_user() -> User | None:
    return None


def get_either() -> Agent | User:
    return USER


def get_by_name() -> dict[str, Session]:
    return {"a": SESSION}


def get_anything() -> dict[str, Any]:
    return {"user": USER, "sessions": [SESSION]}


def get_without_annotation() -> Any:
    return {"user": USER, "sessions": [SESSION]}


get_without_annotation.__annotations__.clear()  # as in many programs


def get_box() -> Box:
    return Box(user=USER, sessions=[SESSION])


def post_user(user: User) -> User:
    assert isinstance(user, User)
    return user


def post_optional(user: User | None = None) -> User | None:
    return user


def post_messages(messages: list[InputChatMlMessage], limit: int = 3) -> dict[str, Any]:
    return {"messages": messages, "limit": limit}


def post_embedded(doc: Annotated[CreateDoc, Body(embed=True)]) -> CreateDoc:
    return doc


def post_dict(doc: DocDict) -> DocDict:
    return doc


def post_message_dicts(messages: list[InputChatMlMessageDict]) -> list[InputChatMlMessageDict]:
    return messages


def get_role(role: ChatMlMessageRole) -> ChatMlMessageRole:
    return role


@pytest.fixture(scope="module")
def app() -> FastAPI:
    app = FastAPI()
    for endpoint in (
        *(get_user, get_users, get_no_user, get_either, get_by_name, get_anything),
        *(get_without_annotation, get_box, get_role),
    ):
        app.get(f"/{endpoint.__name__}")(endpoint)
    app.get("/get_summary", response_model=Summary)(lambda: SESSION)
    app.get("/get_summaries", response_model=list[Summary])(lambda: [SESSION])
    for taking in (
        *(post_user, post_optional, post_messages, post_embedded, post_dict, post_message_dicts),
    ):
        app.post(f"/{taking.__name__}")(taking)
    return app


@pytest.fixture(scope="module")
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("get_user", USER.to_dict()),
        ("get_users", [USER.to_dict()]),
        ("get_no_user", None),
        ("get_either", USER.to_dict()),
        ("get_by_name", {"a": SESSION.to_dict()}),
        ("get_box", {"user": USER.to_dict(), "sessions": [SESSION.to_dict()]}),
        ("get_summary", {"id": ID, "summary": None, "user_id": None}),
        ("get_summaries", [{"id": ID, "summary": None, "user_id": None}]),
        ("get_role?role=user", "user"),
    ],
)
def test_an_endpoint_returns_a_model(http: TestClient, path: str, expected: object) -> None:
    response = http.get(f"/{path}")
    assert response.status_code == 200
    found = response.json()
    if path == "get_box":
        assert (found.pop("agent"), found.pop("anything")) == (None, None)
    assert found == expected


@pytest.mark.parametrize("path", ["get_anything", "get_without_annotation"])
def test_a_model_of_no_written_type_has_nulls_for_absent_fields(
    http: TestClient, path: str
) -> None:
    response = http.get(f"/{path}")
    assert response.status_code == 200
    found = response.json()
    user, [session] = found["user"], found["sessions"]
    assert user.keys() == {item.json_name for item in User.__properties__}
    assert {**user, "created_at": None} == {**dict(USER), "created_at": None}
    assert user["created_at"] in ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00")
    assert session == dict(SESSION)
    assert session["mood"] == "good"
    assert User.from_dict({k: v for k, v in user.items() if v is not None}) == USER


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("post_user", USER.to_dict(), USER.to_dict()),
        ("post_user", {"id": ID, "new": [1]}, {"id": ID, "new": [1]}),
        ("post_optional", USER.to_dict(), USER.to_dict()),
        ("post_optional", None, None),
        ("post_embedded", {"doc": {"title": "a", "content": ["b"]}}, None),
        ("post_dict", {"title": "a", "content": "b", "source": "c"}, None),
        ("post_message_dicts", [{"role": "user", "content": "a", "continue": True}], None),
    ],
)
def test_an_endpoint_takes_a_model_as_its_body(
    http: TestClient, path: str, body: Any, expected: object
) -> None:
    response = http.post(f"/{path}", json=body)
    assert response.status_code == 200
    if expected is None and body is not None:
        expected = body["doc"] if path == "post_embedded" else body
    assert response.json() == expected


def test_a_model_is_a_body_beside_other_parameters(http: TestClient) -> None:
    response = http.post("/post_messages?limit=7", json=[{"role": "user", "content": "a"}])
    assert response.status_code == 200
    assert response.json()["limit"] == 7
    assert response.json()["messages"][0]["content"] == "a"


@pytest.mark.parametrize(
    ("path", "body", "place", "message"),
    [
        ("post_user", {"id": 3}, ["body", "id"], "User.id: expected a str; got 3"),
        ("post_user", {}, ["body", "id"], "User.id: expected a str; it is missing"),
        ("post_user", [], ["body"], "expected User or a dict; got []"),
        (
            "post_messages",
            [{"role": "user", "content": "a"}, {"role": "usr", "content": "a"}],
            ["body", 1, "role"],
            "(did you mean 'user'?)",
        ),
        (
            "post_messages",
            [{"role": "user", "content": [{"type": "text", "text": 3}]}],
            ["body", 0, "content", 0, "text"],
            "InputChatMlMessage.content[0].text: expected a str; got 3",
        ),
        ("post_embedded", {"doc": {"title": "a"}}, ["body", "doc", "content"], "it is missing"),
    ],
)
def test_a_wrong_body_is_a_422_that_says_where(
    http: TestClient, path: str, body: Any, place: list[str | int], message: str
) -> None:
    response = http.post(f"/{path}", json=body)
    assert response.status_code == 422
    [error] = response.json()["detail"]
    assert error["loc"] == place
    assert message in error["msg"]


def test_the_openapi_document_has_each_model_once(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert {"User", "Session", "Agent", "CreateDoc", "InputChatMlMessage", "Box"} <= schemas.keys()
    post = document["paths"]["/post_user"]["post"]
    reference = {"$ref": "#/components/schemas/User"}
    assert post["requestBody"]["content"]["application/json"]["schema"] == reference
    assert post["responses"]["200"]["content"]["application/json"]["schema"] == reference
    assert "parameters" not in post
    assert schemas["User"] == {
        "title": "User",
        "type": "object",
        "description": "A person that agents talk to.",
        "properties": {
            **{name: {"type": "string"} for name in ("id", "name", "about")},
            "metadata": {"type": "object"},
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
        },
        "required": ["id"],
    }


def client() -> julep.Client:
    return julep.Client(base_url="http://127.0.0.1:1/api")


def get_url(client: Annotated[julep.Client, Depends(client)]) -> str:
    return client.base_url


def test_a_client_is_a_dependency(http: TestClient, app: FastAPI) -> None:
    app.get("/get_url")(get_url)
    assert http.get("/get_url").json() == "http://127.0.0.1:1/api"


def test_methods_are_dependencies_and_endpoints() -> None:
    app = FastAPI()
    with LocalServer() as server, julep.Client(base_url=server.url) as client:
        user = client.users.create(name="Bo")

        def get_user(user: Any) -> Any:
            return user

        get_user.__annotations__["user"] = Annotated[User, Depends(client.users.get)]
        app.get("/users/{id}")(get_user)
        app.get("/users")(client.users.list)
        app.post("/users")(client.users.create)
        http = TestClient(app)
        assert http.get(f"/users/{user.id}").json()["id"] == user.id
        [listed] = http.get("/users?limit=1").json()
        assert listed["id"] == user.id
        body = {"docs": [{"title": "a", "content": "b"}]}
        assert http.post("/users?name=Al", json=body).json()["name"] == "Al"
        post = http.get("/openapi.json").json()["paths"]["/users"]["post"]
        assert [each["name"] for each in post["parameters"]] == ["name", "about"]
    assert "requestBody" in post


def test_models_are_fields() -> None:
    box = Box(user=USER, sessions=[SESSION], agent=AGENT, anything={"user": USER})
    assert box.user is USER
    written = box.model_dump_json()
    assert json.loads(written)["user"] == USER.to_dict()
    assert json.loads(written)["sessions"] == [SESSION.to_dict()]
    assert json.loads(written)["anything"]["user"]["id"] == ID
    assert box.model_dump()["agent"] == AGENT.to_dict()
    for again in (
        Box.model_validate_json(written),
        Box.model_validate(box.model_dump()),
        box.model_copy(deep=True),
    ):
        assert (again.user, again.sessions, again.agent) == (USER, [SESSION], AGENT)
    assert "unset" not in (repr(box) + written + repr(box.model_dump())).lower()


def test_an_error_names_the_type() -> None:
    with pytest.raises(pydantic.ValidationError, match=r"1 validation error for .*\bUser\b"):
        pydantic.TypeAdapter(User).validate_python({"id": 1})


def test_fields_may_be_left_out() -> None:
    box = Box(user=USER, agent=AGENT)
    left = box.model_dump(exclude={"user": {"metadata", "created_at"}, "agent": True})
    assert left["user"] == {"id": ID, "name": "Zoë"}
    assert "agent" not in left
    chosen = box.model_dump(include={"user": {"id"}, "agent": {"default_settings": {"max_tokens"}}})
    assert chosen == {"user": {"id": ID}, "agent": {"default_settings": {"max_tokens": 3}}}


def test_errors_of_fields_say_where() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        Box.model_validate(
            {
                "user": {"id": ID, "created_at": "soon"},
                "agent": {
                    "id": ID,
                    "name": "a",
                    "model": "m",
                    "default_settings": {"temperature": "hot"},
                },
            }
        )
    places = {error["loc"]: error["msg"] for error in caught.value.errors()}
    expected = "expected a datetime, or its RFC 3339 text; got 'soon'"
    assert places == {
        ("user", "created_at"): f"Value error, User.created_at: {expected}",
        ("agent", "default_settings", "temperature"): (
            "Value error, Agent.default_settings.temperature: expected a number; got 'hot'"
        ),
    }


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", MODELS)
@few
@given(data=st.data())
def test_pydantic_reads_what_a_constructor_takes(
    name: str, strict: bool, data: st.DataObject
) -> None:
    model: Any = MODELS[name]
    body = data.draw(valid(SCHEMAS[name]))
    adapter: pydantic.TypeAdapter[Any] = ADAPTERS.setdefault(name, pydantic.TypeAdapter(model))
    value = adapter.validate_python(body, strict=strict)
    assert value == model(**body)
    assert adapter.validate_python(value) is value
    assert adapter.dump_python(value) == without_nulls(SCHEMAS[name], body)
    assert adapter.validate_json(adapter.dump_json(value)) == value
    document = adapter.json_schema()
    assert document["title"] == model.__name__
    assert document["properties"].keys() == {item.json_name for item in model.__properties__}


ADAPTERS: dict[str, pydantic.TypeAdapter[Any]] = {}


def test_attributes_fill_a_model_of_pydantic() -> None:
    assert Summary.model_validate(SESSION).model_dump() == {
        "id": ID,
        "summary": None,
        "user_id": None,
    }
    assert Summary(**cast("Any", dict(SESSION))) == Summary.model_validate(SESSION)


def test_a_model_is_like_a_dataclass() -> None:
    asdict: Any = dataclasses.asdict
    replace: Any = dataclasses.replace
    assert asdict(SESSION) == dict(SESSION)
    assert replace(SESSION, mood="bad") == Session(ID, ID, mood="bad")
    assert pprint.pformat(AGENT, width=300) == repr(AGENT)
    assert [field.name for field in dataclasses.fields(cast("Any", User))] == [
        item.json_name for item in User.__properties__
    ]
    nested = asdict(AGENT)
    assert nested["default_settings"] == dict(AGENT.default_settings)
    assert nested["default_settings"]["max_tokens"] == 3


@pytest.mark.parametrize("kind", [julep.Client, julep.AsyncClient])
def test_pydantic_validates_calls_of_methods(kind: type[julep.Client | julep.AsyncClient]) -> None:
    client: Any = kind(base_url="http://127.0.0.1:1/api")
    for resource in ("agents", "users", "sessions", "docs", "tools", "memories", "jobs"):
        manager = getattr(client, resource)
        for name in dir(manager):
            method = getattr(manager, name)
            if not name.startswith("_") and callable(method):
                assert callable(pydantic.validate_call(method))


class Calls:
    """A driver that keeps the bodies of requests, and returns a response."""

    is_async = False

    def __init__(self) -> None:
        self.bodies: list[Any] = []

    def send(self, call: Any) -> object:
        self.bodies.append(call.body)
        [read] = call.answers.values()
        return read({"id": ID, "created_at": "2026-01-02T03:04:05Z", "name": "a"})


def test_a_validated_call_sends_what_a_plain_one_sends() -> None:
    from julep.managers.user import UsersManager

    arguments: Any = {
        "name": "Bo",
        "docs": [{"title": "a", "content": ("b",), "source": "c"}, CreateDoc("d", "e")],
    }
    driver = Calls()
    users = UsersManager(cast("Any", driver))
    users.create(**arguments)
    validated: Any = pydantic.validate_call(users.create)
    validated(**arguments)
    plain, checked = driver.bodies
    assert plain == checked
    assert "metadata" not in plain
    with pytest.raises(pydantic.ValidationError) as caught:
        validated(name=["x"])
    assert caught.value.errors()[0]["loc"] == ("name",)


def test_a_validated_call_checks_the_settings_of_its_keywords() -> None:
    from julep.managers.session import SessionsManager

    sessions = SessionsManager(cast("Any", Calls()))
    validated: Any = pydantic.validate_call(sessions.run)
    with pytest.raises(pydantic.ValidationError) as caught:
        validated(ID, "Hello!", tools=[], temperature="hot")
    assert {error["loc"][0] for error in caught.value.errors()} == {"temperature"}


def test_the_dict_types_have_their_own_schemas() -> None:
    adapter = pydantic.TypeAdapter(DocDict)
    document = adapter.json_schema()
    assert (document["title"], document["required"]) == ("DocDict", ["title", "content"])
    assert document["additionalProperties"] is True
    assert adapter.validate_python({"title": "a", "content": "b", "source": 1}) == {
        "title": "a",
        "content": "b",
        "source": 1,
    }
    with pytest.raises(pydantic.ValidationError):
        adapter.validate_python({"title": "a"})
