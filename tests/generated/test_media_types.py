"""Bodies and responses of several content types, over a real socket: none is left out."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.generated.helpers.echo import Echo

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]  # it runs the generator

FORM = "application/x-www-form-urlencoded"
PHOTO = b'{"url":"u"}'


def put(api: Any, server: Echo, body: object, **options: Any) -> tuple[str, bytes]:
    """Send a body that may be JSON, a form with a file, or an image; return what arrived."""
    server.answer = ("application/json", PHOTO)
    server.send(api("media_api.api.default.put_photo").call(body, **options))
    kind = server.received.headers.get("content-type", "")
    return kind.partition("; boundary")[0], server.received.body


def test_the_class_of_a_value_selects_the_type_to_send(api: Any, server: Echo) -> None:
    models, bodies = api("media_api.models"), api("media_api.bodies")
    assert put(api, server, models.Photo("u")) == ("application/json", b'{"url": "u"}')
    kind, data = put(api, server, models.Upload(b"png", name="n"))
    assert kind == "multipart/form-data"
    assert b'filename="file"' in data
    assert put(api, server, b"png") == ("application/octet-stream", b"png")
    assert put(api, server, io.BytesIO(b"png")) == ("application/octet-stream", b"png")
    png = bodies.File(b"png", content_type="image/png")
    assert put(api, server, png) == ("image/png", b"png")


def test_a_dict_is_sent_as_what_takes_it_and_knows_its_keys(api: Any, server: Echo) -> None:
    assert put(api, server, {"url": "u"})[0] == "application/json"
    assert put(api, server, {"file": b"png"})[0] == "multipart/form-data"
    # Both models allow unknown keys: it is the one that knows more of them.
    assert put(api, server, {"file": "png", "name": "n"})[0] == "multipart/form-data"


def test_json_and_a_form_of_one_schema(api: Any, server: Echo) -> None:
    operation, pet = api("media_api.api.default.add_pet"), api("media_api.models").Pet("Tom", age=3)
    server.answer = ("application/json", b'{"name":"Tom"}')
    for body in (pet, {"name": "Tom", "age": 3}):
        server.send(operation.call(body))
        assert server.received.headers["content-type"] == "application/json"
        server.send(operation.call(body, content_type=FORM))
        assert server.received.headers["content-type"] == FORM
        assert parse_qsl(server.received.body.decode()) == [("name", "Tom"), ("age", "3")]
    call = operation.call("<pet/>", accept_query="a", content_type_query="b")
    assert call.content == ("application/xml", b"<pet/>")
    assert call.query == (("accept", "a"), ("content_type", "b"))
    doc = " ".join((operation.call.__doc__ or "").split())
    assert "`application/json` is preferred" in doc


@pytest.mark.parametrize(
    ("body", "options", "kind"),
    [
        ([{"op": "add"}], {}, "application/json-patch+json"),
        ({"a": 1}, {}, "application/merge-patch+json"),
        ("text", {}, "text/plain; charset=utf-8"),
        ("text", {"content_type": "text/plain"}, "text/plain; charset=utf-8"),
    ],
)
def test_kinds_of_json_and_texts(api: Any, body: object, options: Any, kind: str) -> None:
    assert api("media_api.api.default.patch_note").call(body, **options).content.type == kind


@pytest.mark.parametrize(
    ("operation", "body", "options", "path", "problem"),
    [
        ("put_photo", 5, {}, "", "expected a dict or Photo"),
        ("put_photo", {"url": 5}, {}, "url", "expected a str"),
        ("put_photo", "\ud800", {}, "", "UTF-8"),
        ("put_photo", b"", {"content_type": "image/\r\nx"}, "content_type", "expected one of"),
        ("put_photo", b"", {"content_type": "audio/mp3"}, "content_type", "'image/*'; got 'audio"),
        ("put_photo", b"", {"content_type": "application/json"}, "", "expected a dict or Photo"),
        ("add_pet", {"name": "Tom"}, {"content_type": "application/xml"}, "", "an open file"),
        ("patch_note", "longer than ten", {}, "", "10 character"),
        ("add_pet", {}, {}, "name", "as Pet needs it"),
        ("add_pet", b"", {"accept": "text/html"}, "accept", "expected one of 'application/json'"),
    ],
)  # fmt: skip
def test_what_no_type_takes_is_refused(
    api: Any, operation: str, body: object, options: Any, path: str, problem: str
) -> None:
    with pytest.raises(api("media_api.errors").EncodeError) as caught:
        api(f"media_api.api.default.{operation}").call(body, **options)
    assert (caught.value.path, problem in str(caught.value)) == (path, True), str(caught.value)


def test_files_are_sent_in_forms_alone(api: Any) -> None:
    models, errors = api("media_api.models"), api("media_api.errors")
    bodies, encode = api("media_api.bodies"), models.Upload.encode
    for encoder in (bodies.form(encode), bodies.json_as("application/x+json", encode)):
        with pytest.raises(errors.EncodeError, match="no file: only multipart/form-data"):
            encoder({"file": b"png"})
    with pytest.raises(errors.EncodeError, match=r"a file of the type image/\*; got 'text/css'"):
        bodies.raw("image/*")(bodies.File(b"", content_type="text/css"))


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        ("application/json", PHOTO, {"url": "u"}),
        ("application/json; charset=utf-8", PHOTO, {"url": "u"}),
        ("", PHOTO, {"url": "u"}),
        ("application/vnd.list+json", b"[%s]" % PHOTO, [{"url": "u"}]),
        ("application/problem+json", PHOTO, {"url": "u"}),
        ("Text/Plain; charset=latin-1", "ü".encode("latin-1"), "ü"),
        ("text/markdown", b"# a", "# a"),
        ("image/png", b"\x89", b"\x89"),
    ],
)
def test_the_type_that_came_is_read(
    api: Any, server: Echo, kind: str, data: bytes, value: object
) -> None:
    server.answer = (kind, data)
    photo = api("media_api.models").Photo
    found = server.send(api("media_api.api.default.put_photo").call())
    wanted: dict[str, object] = {"{'url': 'u'}": photo("u"), "[{'url': 'u'}]": [photo("u")]}
    assert found == wanted.get(repr(value), value)
    assert server.received.headers["accept"] == (
        "application/json, application/vnd.list+json;q=0.9, text/plain; charset=utf-8;q=0.9,"
        " image/*;q=0.9"
    )
    assert "content-type" not in server.received.headers


def test_one_type_can_be_requested(api: Any, server: Echo) -> None:
    operation, errors = api("media_api.api.default.put_photo"), api("media_api.errors")
    server.answer = ("image/png", b"\x89")
    assert server.send(operation.call(accept="image/*")) == b"\x89"
    assert server.received.headers["accept"] == "image/*"
    with pytest.raises(errors.DecodeError, match="expected the content type application/json; got"):
        server.send(operation.call(accept="application/json"))
    server.answer = ("application/json", b"<html>")
    with pytest.raises(errors.DecodeError, match="expected JSON, got '<html>'"):
        server.send(operation.call(accept="application/json"))


def test_statuses_of_other_types_and_head(api: Any, server: Echo) -> None:
    call = api("media_api.api.default.patch_note").call()
    assert call.headers == (("Accept", "text/plain, application/json;q=0.9"),)
    server.answer = ("application/json", b"7")
    assert server.send(call, 201) == 7
    head = api("media_api.api.default.head_photo").call()
    assert head.headers == ()
    assert server.send(head) is None
    later = api("media_api.api.default.add_pet").call({"name": "Tom"}, accept="application/xml")
    assert later.answers[202](None) is None


def test_json_for_any_type_and_a_stream_beside_other_types(api: Any) -> None:
    operation = api("media_api.api.default.watch_notes")
    assert operation.call({"name": "Tom"}).body == {"name": "Tom"}
    assert operation.stream({"name": "Tom"}).event({"name": "Tim"}).name == "Tim"
    assert [kind for kind, _ in operation.call({"name": "Tom"}).headers] == ["Accept"]
