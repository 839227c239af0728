"""Documents of the kinds that public contracts have: imported, read with, sent over a socket."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.generated.helpers.echo import Echo
from tests.generated.helpers.running import DOCUMENTS
from tests.generated.helpers.values import POINT, VALUES

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]  # it runs the generator

NAMES = sorted(path.stem for path in DOCUMENTS.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_imported(api: Any, name: str) -> None:
    package = api(f"{name}_api")
    for module in pkgutil.walk_packages(package.__path__, f"{name}_api."):
        importlib.import_module(module.name)
    models, table = api(f"{name}_api.models"), api(f"{name}_api.operations").OPERATIONS
    assert all(hasattr(models, one) for one in models.__all__)
    assert all(
        hasattr(importlib.import_module(one.module), "call")
        or hasattr(importlib.import_module(one.module), "stream")
        for one in table.values()
    )
    assert len({one.module for one in table.values()}) == len(table)


@pytest.mark.parametrize(
    ("name", "model", "value"), VALUES, ids=[f"{name}-{model}" for name, model, _ in VALUES]
)
def test_values_are_read_and_sent(api: Any, name: str, model: str, value: dict[str, Any]) -> None:
    kind = getattr(api(f"{name}_api.models"), model)
    read = kind.from_dict(value)
    assert read.to_dict() == value
    assert kind.encode(read) == kind.encode(value)
    assert not read.additional_properties


def test_members_of_unions_have_their_classes(api: Any) -> None:
    github, qdrant = api("github_api.models"), api("qdrant_api.models")
    app = {"owner": {"slug": "s"}}
    read = github.Issue.from_dict(
        {"id": 1, "number": 1, "user": None, "labels": [{"id": 1}], "performed_via_app": app}
    )
    assert type(read.performed_via_app.owner) is github.Enterprise
    assert type(read.labels[0]) is github.IssueLabelsItemType1
    assert (read.user, github.ReactionRollup(1, 2, 3).minus_1) == (None, 2)
    point = qdrant.PointStruct.from_dict(POINT)
    assert type(point.vector["text"]) is qdrant.SparseVector
    schemas = api("schemas31_api.models")
    value = {"id": 1, "colour": "red", "void": None, "either": {"kind": "a", "first": 1}}
    new = schemas.Value.from_dict({**value, "colour": "purple", "either": {"kind": "new"}})
    assert (new.colour, new.either, new.nothing) == ("purple", {"kind": "new"}, None)
    read = schemas.Value.from_dict(value)
    assert (type(read.either), read.colour) == (schemas.First, schemas.Colour.RED)
    assert list(schemas.Colour) == ["red", "green", "blue"]


@pytest.mark.parametrize(
    ("name", "model", "value", "path"),
    [
        ("qdrant", "PointStruct", {"id": -1, "vector": []}, "id"),
        ("qdrant", "Filter", {"shoud": []}, "shoud"),
        ("schemas31", "First", {"kind": "a", "first": 0}, "first"),
        ("schemas31", "Second", {"kind": "b", "second": 1}, "second"),
        ("schemas31", "Value", {"id": 1, "colour": "red", "level": 3, "void": None}, "level"),
        ("schemas31", "Value", {"id": 1, "colour": "red", "void": 1}, "void"),
        (
            "schemas31",
            "Value",
            {"id": 1, "colour": "red", "void": None, "sibling": {}},
            "sibling.size",
        ),
        ("openai", "CreateChatCompletionRequest", {"model": "o", "messages": []}, "messages"),
    ],
)
def test_invalid_values_are_refused(
    api: Any, name: str, model: str, value: dict[str, Any], path: str
) -> None:
    with pytest.raises(api(f"{name}_api.errors").EncodeError) as caught:
        getattr(api(f"{name}_api.models"), model).encode(value)
    assert caught.value.path == path


def sent(server: Echo, call: Any) -> tuple[str, str, list[tuple[str, str]]]:
    """Send a call; return the method, the path and the query that arrived."""
    server.answer = ("application/json", b"null")
    server.send(call._replace(answers={200: type}))
    parts = urlsplit(server.received.target)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return server.received.method, unquote(parts.path), query


ACCOUNT = "AC" + "0" * 32


REQUESTS: list[tuple[str, Any, Any, object]] = [
    (
        "github_api.api.repos.repos_delete_file",
        ("o", "r", "a/b", {"message": "m", "sha": "s"}),
        {},
        ("DELETE", "/repos/o/r/contents/a/b", []),
    ),
    (
        "stripe_api.api.default.delete_customers_customer",
        ("cus_1",),
        {},
        ("DELETE", "/v1/customers/cus_1", []),
    ),
    (
        "stripe_api.api.default.get_customers",
        (),
        {"created": {"gt": 1}, "expand": ["a", "b"]},
        (
            "GET",
            "/v1/customers",
            [("created[gt]", "1"), ("expand[0]", "a"), ("expand[1]", "b")],
        ),
    ),
    (
        "stripe_api.api.default.get_customers",
        (),
        {"created": 5},
        ("GET", "/v1/customers", [("created", "5")]),
    ),
    (
        "kubernetes_api.api.core_v1.read_core_v1_namespaced_pod",
        ("n", "p"),
        {"continue_": "c"},
        ("GET", "/api/v1/namespaces/n/pods/p", [("continue", "c")]),
    ),
    (
        "twilio_api.api.api_20100401_call.list_call",
        (ACCOUNT,),
        {
            "start_time_less": "2026-01-02T00:00:00Z",
            "start_time_greater": "2026-01-01T00:00:00Z",
            "status": "in-progress",
        },
        (
            "GET",
            f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json",
            [
                ("Status", "in-progress"),
                ("StartTime<", "2026-01-02T00:00:00Z"),
                ("StartTime>", "2026-01-01T00:00:00Z"),
            ],
        ),
    ),
    (
        "qdrant_api.api.points.upsert_points",
        ("c", {"points": [POINT]}),
        {"consistency": "all"},
        ("PUT", "/collections/c/points", [("consistency", "all")]),
    ),
    (
        "hcloud_api.api.servers.list_servers",
        (),
        {"sort": ["id:asc", "id"], "status": ["off"]},
        ("GET", "/servers", [("sort", "id:asc"), ("sort", "id"), ("status", "off")]),
    ),
    (
        "schemas31_api.api.default.get_value",
        ("a b",),
        {"where": {"name": "n"}, "text": "t", "either": "all", "color": {"R": 1}},
        (
            "GET",
            "/values/a b",
            [("where", '{"name":"n"}'), ("text", "t"), ("either", "all"), ("color[R]", "1")],
        ),
    ),
    (
        "names_api.api.import_.class_",
        ("1", "2", "3"),
        {
            "none": "a",
            "filter_name": "b",
            "filtername": "c",
            "top": 1,
            "field_": "e",
            "名前": "f",
        },
        (
            "GET",
            "/class/1/2/3",
            [
                ("None", "a"),
                ("filter[name]", "c"),
                ("filter_name", "b"),
                ("top", "1"),
                ("", "e"),
                ("名前", "f"),
            ],
        ),
    ),
    ("names_api.api.default.print_", (), {}, ("GET", "/ops/ü ö", [])),
    ("names_api.api.default.get_ops_9_2", ("x",), {}, ("GET", "/ops/x", [])),
    (
        "security_api.api.default.get_me",
        (),
        {"api_key": "k"},
        ("GET", "/me", [("api_key", "k")]),
    ),
]


@pytest.mark.parametrize(
    ("module", "arguments", "options", "expected"),
    REQUESTS,
    ids=[one[0] + str(n) for n, one in enumerate(REQUESTS)],
)
def test_requests(
    api: Any, server: Echo, module: str, arguments: Any, options: Any, expected: object
) -> None:
    assert sent(server, api(module).call(*arguments, **options)) == expected


def body(call: Any) -> tuple[str, list[tuple[str, str]]]:
    """Return the content type and the fields of a form."""
    return call.content.type, parse_qsl(call.content.data.decode(), keep_blank_values=True)


def test_forms(api: Any) -> None:
    stripe = api("stripe_api.api.default.post_customers")
    kind, fields = body(
        stripe.call(
            {
                "address": {"city": "c"}, "expand": ["a"], "metadata": "", "tax_exempt": "",
                "items": [{"price": "p", "quantity": 2}], "trial_end": "now", "balance": -5,
            }
        )
    )  # fmt: skip
    assert kind == "application/x-www-form-urlencoded"
    assert sorted(fields) == [
        ("address[city]", "c"), ("balance", "-5"), ("expand[0]", "a"), ("items[0][price]", "p"),
        ("items[0][quantity]", "2"), ("metadata", ""), ("tax_exempt", ""), ("trial_end", "now"),
    ]  # fmt: skip
    twilio = api("twilio_api.api.api_20100401_call.create_call")
    model = api("twilio_api.models").CreateCallBody(
        to="1", from_="2", status_callback_event=["a", "b"], record=True, attributes={"a": 1}
    )
    assert body(twilio.call(ACCOUNT, model))[1] == [
        ("To", "1"), ("From", "2"), ("StatusCallbackEvent", "a"), ("StatusCallbackEvent", "b"),
        ("Record", "true"), ("Attributes", '{"a":1}'),
    ]  # fmt: skip


def test_forms_with_files(api: Any) -> None:
    upload = api("stripe_api.api.default.post_files")
    data = upload.call(
        {"file": b"x", "purpose": "tax_document", "file_link_data": {"create": True}}
    ).content.data
    assert b'name="file_link_data[create]"\r\n\r\ntrue' in data
    openai = api("openai_api.api.audio.create_transcription")
    for image in (b"one", [b"one", b"two"]):
        call = openai.call(
            {
                "file": b"x", "model": "whisper-1", "timestamp_granularities[]": ["word"],
                "chunking": {"type": "server_vad"}, "image": image,
            }
        )  # fmt: skip
        files = len(image) if isinstance(image, list) else 1
        assert call.content.data.count(b'name="image"; filename=') == files
        assert b'name="timestamp_granularities[]"\r\n\r\nword' in call.content.data
        assert b'application/json\r\n\r\n{"type":"server_vad"}' in call.content.data


def test_patches_in_several_types(api: Any) -> None:
    patch = api("kubernetes_api.api.core_v1.patch_core_v1_namespaced_pod")
    assert patch.call("n", "p", {}).content.type == "application/json-patch+json"
    for kind in ("application/strategic-merge-patch+json", "application/merge-patch+json"):
        call = patch.call("n", "p", {"a": None}, content_type=kind)
        assert call.content == (kind, b'{"a":null}')
    assert patch.call("n", "p", "a: b").content == ("application/apply-patch+yaml", b"a: b")
    read = api("kubernetes_api.api.core_v1.read_core_v1_namespaced_pod").call("n", "p")
    event = read.answers[200].read(b'{"type":"A","object":{}}', "application/json;stream=watch")
    assert type(event).__name__.endswith("WatchEvent")
    assert read.answers[200].read(b"\x00", "application/cbor") == b"\x00"


def test_what_is_left_out_is_printed(printed: dict[str, str]) -> None:
    groups = {
        "security": ["links are left out"],
        "openai": ["webhooks are left out"],
        "stripe": ["servers are left out"],
        "features": ["callbacks are left out", "links are left out", "several kinds of a body"],
        "schemas31": ["callbacks are left out", "servers are left out", "'allowReserved' is left"],
    }
    for name, wanted in groups.items():
        for group in wanted:
            assert f"  {group}" in printed[name], printed[name]
    assert "content_type= selects another" in printed["media"]
    assert not any("left out" in printed[name] for name in ("media", "hcloud", "qdrant", "names"))
