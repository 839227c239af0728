"""What generated code sends, over a real socket, for what the project's contract does not use."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.generated.helpers.echo import Echo
from tests.generated.helpers.running import DOCUMENTS

ID = "4b9f6f0e-5b1e-1b7e-8b0a-3f9d1d6d0a01"  # a UUID of version 1


def listed(api: Any, server: Echo, **arguments: Any) -> dict[str, str]:
    """Call the operation with the parameters; return the query that arrived."""
    server.answer = ("application/json", b"[]")
    operation = api("features_api.api.things.list_things")
    assert server.send(operation.call(session="s", **arguments)) == []
    return dict(parse_qsl(urlsplit(server.received.target).query, keep_blank_values=True))


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("ids", [1, 2], {"ids": "1,2"}),
        ("names", ["a", "b"], {"names": "a|b"}),
        ("words", ["a", "b"], {"words": "a b"}),
        ("filter_", {"name": "a", "size": 3}, {"filter[name]": "a", "filter[size]": "3"}),
        ("flat", {"a": "1", "b": "2"}, {"a": "1", "b": "2"}),
        ("where", {"name": "ü"}, {"where": '{"name":"ü"}'}),
        ("since", dt.date(2026, 11, 26), {"since": "2026-11-26"}),
        ("level", 2, {"level": "2"}),
        ("either", "all", {"either": "all"}),
        ("either", 7, {"either": "7"}),
        ("empty", None, {}),
    ],
)
def test_query_parameters(
    api: Any, server: Echo, name: str, value: object, sent: dict[str, str]
) -> None:
    assert listed(api, server, **{name: value}) == sent


def test_an_exploded_list_is_sent_once_for_each_item(api: Any, server: Echo) -> None:
    listed(api, server, many=["a", "b"])
    assert urlsplit(server.received.target).query == "many=a&many=b"


def test_headers_and_cookies(api: Any, server: Echo) -> None:
    listed(api, server, x_trace=["a", "b"], theme="dark; x=1")
    assert server.received.headers["x-trace"] == "a,b"
    assert server.received.headers["cookie"] == "session=s; theme=dark%3B%20x%3D1"


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"names": ["a|b"]}, "names"),
        ({"ids": ["x"]}, "ids[0]"),
        ({"filter_": {"size": 256}}, "filter_.size"),
        ({"level": 4}, "level"),
        ({"since": "soon"}, "since"),
        ({"x_trace": ["a\r\nb"]}, "x_trace"),
        ({"session": None}, "session"),
    ],
)
def test_invalid_parameters_are_refused(api: Any, arguments: dict[str, Any], path: str) -> None:
    errors = api("features_api.errors")
    with pytest.raises(errors.EncodeError) as caught:
        api("features_api.api.things.list_things").call(**{"session": "s", **arguments})
    assert caught.value.path == path


def test_path_parameters_in_parts_of_a_segment_and_in_styles(api: Any) -> None:
    call = api("features_api.api.default.export_thing").call(ID, "pdf")
    assert (call.path, call.headers) == (f"/things/{ID}.pdf", (("Accept", "application/pdf"),))
    styles = api("features_api.api.default.get_styles")
    call = styles.call(["a/b", "c"], {"name": "n m", "size": 1}, [1, 2])
    assert call.path == "/styles/.a%2Fb.c/;matrix=name,n%20m,size,1/1,2"


def test_arguments_of_one_name_are_told_apart(api: Any) -> None:
    call = api("features_api.api.default.get_same").call("1", id_query="2", query="3", body="4")
    assert call.path == "/same/1"
    assert call.query == (("id", "2"), ("query", "3"), ("body", "4"))


@pytest.mark.parametrize(
    ("module", "arguments", "answer", "status", "value"),
    [
        ("get_count", (), ("application/json", b"7"), 200, 7),
        ("get_text", (), ("text/csv; charset=latin-1", "ü".encode("latin-1")), 200, "ü"),
        ("export_thing", (ID, "csv"), ("application/pdf", b"\x00\xff"), 206, b"\x00\xff"),
        ("download", (), ("application/zip", b"zip"), 200, b"zip"),
        ("head_count", (), ("text/plain", b""), 200, None),
        ("put_raw", (b"png",), ("application/json", b"null"), 201, None),
    ],
)
def test_responses(
    api: Any, server: Echo, module: str, arguments: tuple[Any, ...], answer: tuple[str, bytes],
    status: int, value: object,
) -> None:  # fmt: skip
    server.answer = answer
    call = api(f"features_api.api.default.{module}").call(*arguments)
    assert server.send(call, status) == value


def test_a_form_with_files(api: Any, server: Echo) -> None:
    bodies = api("features_api.bodies")
    opened = io.BytesIO(b"opened")
    opened.name = "/tmp/notes.txt"  # noqa: S108  # a name, as open files have it
    body = api("features_api.models").UploadBody(
        b"\x89PNG", more=[opened, bodies.File(b"{}", 'a "b".json')], purpose="one", count=3,
        meta={"name": "ü"}, tags=["x", "y"],
    )  # fmt: skip
    server.answer = ("application/json", b"{}")
    server.send(api("features_api.api.default.upload").call(body))
    kind = server.received.headers["content-type"]
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + server.received.body)
    parts = [
        (part["content-disposition"], part["content-type"], part.get_payload(decode=True))
        for part in message.walk()
        if not part.is_multipart()
    ]
    assert parts == [
        ('form-data; name="file"; filename="file"', "image/png", b"\x89PNG"),
        ('form-data; name="more"; filename="notes.txt"', "text/plain", b"opened"),
        ('form-data; name="more"; filename="a %22b%22.json"', "application/json", b"{}"),
        ('form-data; name="purpose"', None, b"one"),
        ('form-data; name="count"', None, b"3"),
        ('form-data; name="meta"', "application/json", '{"name":"ü"}'.encode()),
        ('form-data; name="tags"', None, b"x"),
        ('form-data; name="tags"', None, b"y"),
    ]


@pytest.mark.parametrize("value", [5, None, {"content": "x"}])
def test_what_is_no_file_is_refused(api: Any, value: object) -> None:
    operation = api("features_api.api.default.upload")
    with pytest.raises(api("features_api.errors").EncodeError, match="file"):
        operation.call({"file": value})


def test_a_form(api: Any, server: Echo) -> None:
    server.answer = ("text/plain", b"")
    operation = api("features_api.api.default.send_form")
    body = {
        "name": "a b", "flags": [True, False], "joined": [1, 2], "deep": {"k": ["x", "y"]},
        "plain": {"size": 1},
    }  # fmt: skip
    assert server.send(operation.call(body)) is None
    assert server.received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(server.received.body.decode()) == [
        ("name", "a b"), ("flags", "true"), ("flags", "false"), ("joined", "1,2"),
        ("deep[k][0]", "x"), ("deep[k][1]", "y"), ("plain", '{"size":1}'),
    ]  # fmt: skip
    assert operation.call().content is None


@pytest.mark.parametrize(
    ("module", "body", "kind", "sent"),
    [
        ("post_text", "grüß", "text/plain; charset=utf-8", "grüß".encode()),
        ("put_raw", b"\x00", "application/octet-stream", b"\x00"),
        ("put_raw", "text", "application/octet-stream", b"text"),
        ("put_raw", io.BytesIO(b"read"), "application/octet-stream", b"read"),
        ("patch_raw", {"a": None}, "application/merge-patch+json", b'{"a":null}'),
    ],
)
def test_bodies_that_are_not_json(
    api: Any, module: str, body: object, kind: str, sent: bytes
) -> None:
    call = api(f"features_api.api.default.{module}").call(body)
    assert (call.content.type.replace("image/*", ""), call.content.data) == (kind, sent)


def test_bodies_that_are_lists_and_scalars(api: Any) -> None:
    operation = api("features_api.api.default.send_list")
    call = operation.stream([{"name": "a", "secret": "s"}])
    assert call.body == [{"name": "a", "secret": "s"}]
    assert call.event({"a": 1}) == {"a": 1}
    with pytest.raises(api("features_api.errors").EncodeError) as caught:
        operation.stream([{"name": "A", "secret": "s"}])
    assert caught.value.path == "[0].name"
    scalar = api("features_api.api.default.send_scalar")
    assert scalar.call(dt.date(2026, 1, 2)).body == "2026-01-02"
    assert scalar.call(None).body is None
    assert scalar.call().body is api("features_api.types").UNSET


def test_an_operation_is_found_by_its_id_or_its_method_and_path(api: Any) -> None:
    operations = api("features_api.operations").OPERATIONS
    assert len(operations) == 15
    assert operations["get_count"][:4] == ("get_count", "GET", "/count", "default")
    assert operations["listThings"].module == "features_api.api.things.list_things"


@pytest.mark.once
def test_the_packages_have_types(packages: Path) -> None:
    """mypy reads all of some packages: some seconds, and the only proof that they have types.

    JULEP_TEST_CONTRACTS=all: of every document.
    """
    names = ["features", "features31", "media", "names"]
    if os.environ.get("JULEP_TEST_CONTRACTS"):
        names = [path.stem for path in DOCUMENTS.glob("*.yaml")]
    options = [option for name in names for option in ("-p", f"{name}_api")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", *options],
        cwd=packages,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
