"""The places where a server, or a proxy, can put text that it has received."""

from __future__ import annotations

import gzip
import json

from tests.sdk.transport.helpers.scripted_server import (
    DONE,
    STREAM_HEAD,
    Step,
    chat_event,
    http_chunk,
    raw,
    respond,
    respond_json,
)

_LOCATIONS = {
    "a path": "/{}",
    "a query": "/x?token={}&y={}",
    "a fragment": "/x#{}",
    "a host": "http://{}.test/x",
    "a user": "http://{}:{}@127.0.0.1:1/x",
    "a scheme": "ftp://x/{}?q={}",
    "no URL": "http://[{}",
}
_HEADERS = (
    *("content-type", "content-encoding", "content-length", "transfer-encoding", "connection"),
    *("location", "retry-after", "server", "set-cookie", "www-authenticate", "x-request-id"),
    *("upgrade", "date", "link"),
)
_EVENTS = {
    "data": "data: {}\n\n",
    "a wrong chunk": 'data: {{"id": "{}", "delta": "{}"}}\n\n',
    "an unknown reason": 'data: {{"id": 7, "finish_reason": "{}"}}\n\n',
    "a name": "event: {}\ndata: {{}}\n\ndata: x\n\n",
    "an id": 'id: {}\ndata: {{"id": 7}}\n\n',
    "an invalid id": "id: {}\0\ndata: x\n\n",
    "a comment": ": {}\n\ndata: x\n\n",
    "a field": "{}: {}\n\ndata: x\n\n",
    "a delay": "retry: {}\ndata: x\n\n",
    "an error": 'event: error\ndata: {{"error": {{"message": "{}", "code": "{}"}}}}\n\n',
    "an error's fields": 'event: error\ndata: {{"{}": ["{}"]}}\n\n',
    "an error's text": "event: error\ndata: {}\n\n",
    "an error's page": "event: error\ndata: <html><title>{}</title>{}</html>\n\n",
}
_BODIES = {
    "a message": '{{"error": {{"message": "bad {}"}}}}',
    "a code": '{{"error": {{"message": "x", "code": "{}"}}}}',
    "details": '{{"error": {{"message": "x", "details": [{{"path": "{}", "message": "{}"}}]}}}}',
    "other fields": '{{"detail": "{}", "{}": [{{"deep": ["{}"]}}]}}',
    "a text": '"{}"',
    "no JSON": "oops {}",
    "broken JSON": '{{"error": "{}',
    "a page": "<html><head><title>{}</title></head><body>{}</body></html>",
}


def places(secret: str) -> dict[str, Step]:
    """Return responses, each with a text at one place, by the names of the places."""
    found: dict[str, Step] = {}
    for name, body in _BODIES.items():
        text = body.format(*[secret] * 3).encode()
        for status in (200, 401, 503):
            found[f"{name} in a {status}"] = respond(status, text)
        found[f"{name}, compressed"] = respond(
            400, gzip.compress(text), {"content-encoding": "gzip"}
        )
    for name in _HEADERS:
        for status in (200, 302, 403, 503):
            found[f"{name} in a {status}"] = respond(status, b"x", {name: secret})
        found[f"{name} of a stream"] = raw(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n%s: %s\r\n\r\ndata: x\n\n"
            % (name.encode(), secret.encode())
        )
    found["a header's name"] = respond(400, b"x", {f"x-{secret.partition(' ')[0]}": "1"})
    for name, location in _LOCATIONS.items():
        for status in (301, 307):
            headers = {"location": location.format(*[secret] * 2)}
            found[f"{name} of a {status}"] = respond(status, b"", headers)
    for name, event in _EVENTS.items():
        data = http_chunk(event.format(*[secret] * 2).encode())
        for rest, when in ((b"", "a lost stream"), (http_chunk(DONE), "a stream")):
            start = http_chunk(chat_event("Hi", event_id="1"))
            found[f"{name} of {when}"] = raw(STREAM_HEAD + start + data + rest)
    text = secret.encode()
    heads = {
        "the reason of a 401": b"HTTP/1.1 401 %s\r\ncontent-length: 0\r\n\r\n",
        "the reason of a 503": b"HTTP/1.1 503 %s\r\ncontent-length: 0\r\n\r\n",
        "the status": b"HTTP/1.1 %s\r\n\r\n",
        "the version": b"%s 200 OK\r\n\r\n",
        "a broken header": b"HTTP/1.1 200 OK\r\n%s\r\n\r\n",
        "a header with a NUL": b"HTTP/1.1 200 OK\r\nx: %s\0\r\n\r\n",
        "a 103": b"HTTP/1.1 103 %s\r\nlink: %s\r\n\r\nHTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n",
        "the size of a chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%s\r\n",
        "a chunk's extension": b"HTTP/1.1 400 X\r\ntransfer-encoding: chunked\r\n\r\n1;%s\r\nx\r\n",
        "a trailer": b"HTTP/1.1 400 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\n%s: %s\r\n\r\n",
        "a lost body": b"HTTP/1.1 400 X\r\ncontent-length: 999\r\n\r\n%s",
        "no HTTP": b"%s",
    }
    for name, head in heads.items():
        found[name] = raw(head.replace(b"%s", text))
    found["a wrong type"] = respond_json({"id": secret, "metadata": {secret: secret}})
    found["an escaped text"] = respond(400, _escaped(secret))
    return found


def _escaped(secret: str) -> bytes:
    escaped = "".join(f"\\u{ord(character):04x}" for character in secret)
    return json.dumps({"error": {"message": "M", "code": "M"}}).replace("M", escaped).encode()
