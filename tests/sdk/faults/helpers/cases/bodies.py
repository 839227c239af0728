"""Bodies that contradict their headers or the contract."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping

import julep
from tests.sdk.faults.helpers.fault import (
    CHAT,
    CREATE,
    DELETE,
    Fails,
    Fault,
    Succeeds,
    lenient,
    network_error,
)
from tests.sdk.faults.helpers.steps import BODY, HEAD, OTHER_BODY, OTHER_ID, chunked, with_length
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Exchange,
    Step,
    raw,
    reset_after,
    respond,
    respond_json,
)

_UNREADABLE = Fails(julep.InvalidResponseError, 1, status=200)
_GZIP_HEADER = b"content-encoding: gzip"
_ZIPPED = gzip.compress(BODY)
_MEBIBYTE = 1024 * 1024


def unreadable(sent: bytes, message: str = "") -> Fault:
    return Fault(raw(sent, keep=True), _UNREADABLE._replace(message=message))


def _session(**changes: object) -> bytes:
    return with_length(json.dumps({**SESSION, **changes}).encode())


def bomb(encoding: str) -> Step:
    """Send a gibibyte of zeros, compressed to a megabyte."""

    async def step(exchange: Exchange) -> bool:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
        first = packer.compress(bytes(_MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
        # After a full flush the same bytes decode to the same zeros again.
        again = packer.compress(bytes(_MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
        said = f"content-encoding: {encoding}\r\nconnection: close\r\n\r\n".encode()
        await exchange.write(HEAD + said + first)
        for _ in range(1023):
            await exchange.write(again)
        await exchange.stall()
        return False

    return step


def many(size: int, head: bytes) -> Step:
    """Send many bytes of a JSON string."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(head + b'{"id": "')
        for _ in range(size // _MEBIBYTE):
            await exchange.write(b"a" * _MEBIBYTE)
        await exchange.write(b'"}')
        return False

    return step


_HUGE = 100 * _MEBIBYTE
_HUGE_HEAD = HEAD + b"content-length: %d\r\n\r\n" % (_HUGE + 10)
# Either too long by its header, or incomplete when the connection closes.
_TOO_LONG_OR_LOST = Fails((julep.InvalidResponseError, julep.NetworkError), None)

LENGTHS: dict[str, Fault] = {
    "a length that is too long": network_error(
        raw(with_length(BODY).replace(b"length: ", b"length: 1"))
    ),
    "a length that is too short": unreadable(HEAD + b"content-length: 9\r\n\r\n" + BODY),
    "a length of nothing": unreadable(HEAD + b"content-length: 0\r\n\r\n" + BODY, "nothing"),
    "a length of a terabyte": Fault(
        raw(HEAD + b"content-length: 1099511627776\r\n\r\n" + BODY), _TOO_LONG_OR_LOST
    ),
    "a length beyond any integer type": Fault(
        raw(HEAD + b"content-length: 1" + b"0" * 40 + b"\r\n\r\n" + BODY), _TOO_LONG_OR_LOST
    ),
    "surplus bytes": Fault(raw(with_length(BODY) + b"surplus", keep=True), Succeeds()),
    "surplus line ends": Fault(raw(with_length(BODY) + b"\r\n\r\n", keep=True), Succeeds()),
    "no length": Fault(raw(HEAD + b"\r\n" + BODY), Succeeds()),
    "no length, and cut": Fault(raw(HEAD + b"\r\n" + BODY[:-9]), _UNREADABLE),
    "no length, and reset": network_error(reset_after(HEAD + b"\r\n" + BODY[:-9])),
    "204 with a body": Fault(
        raw(
            b"HTTP/1.1 204 None\r\ncontent-length: %d\r\n\r\n" % len(OTHER_BODY) + OTHER_BODY,
            keep=True,
        ),
        Succeeds(),
        call=DELETE,
    ),
    "204 with a response after it": Fault(
        raw(b"HTTP/1.1 204 None\r\n\r\n" + with_length(OTHER_BODY), keep=True),
        Succeeds(),
        call=DELETE,
    ),
    "204 instead of a session": Fault(
        respond(204), Fails(julep.InvalidResponseError, 1, status=204)
    ),
    "205 instead of a session": Fault(
        respond(205), Fails(julep.InvalidResponseError, 1, status=205)
    ),
    "a 500 whose body is cut": network_error(
        raw(b"HTTP/1.1 500 No\r\ncontent-length: 90\r\n\r\n{")
    ),
}

CHUNKS: dict[str, Fault] = {
    "an invalid chunk size": network_error(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\nzz\r\n"))
    ),
    "a negative chunk": network_error(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\n-5\r\n"))
    ),
    "an empty chunk size": network_error(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\n\r\n"))
    ),
    "a chunk with no end": network_error(raw(chunked(BODY, b" ").replace(BODY + b"\r\n", BODY))),
    "a chunk that is longer than its size": network_error(
        raw(chunked(BODY, b" ").replace(BODY, BODY + b"aa"))
    ),
    "a huge chunk": Fault(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\nfffffffffffffff\r\n")),
        _TOO_LONG_OR_LOST,
    ),
    "a chunk size beyond any integer type": Fault(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\n" + b"f" * 60 + b"\r\n")),
        _TOO_LONG_OR_LOST,
    ),
    "chunk extensions": Fault(
        raw(
            chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b'\r\n%x;a=b;c="d"\r\n' % len(BODY)),
            keep=True,
        ),
        Succeeds(),
    ),
    "trailers": Fault(
        raw(chunked(BODY, trailers=b"x-sum: 1\r\nx-more: 2\r\n"), keep=True), Succeeds()
    ),
    "trailers that contradict the head": Fault(
        raw(chunked(BODY, trailers=b"x-request-id: no\r\ncontent-type: text/plain\r\n"), keep=True),
        Succeeds(),
    ),
    "a length among trailers": lenient(raw(chunked(BODY, trailers=b"content-length: 3\r\n"))),
    "a broken trailer": network_error(raw(chunked(BODY, trailers=b"oops\r\n"))),
    "chunks, and surplus bytes": Fault(raw(chunked(BODY) + b"surplus", keep=True), Succeeds()),
    "chunks of nothing": unreadable(chunked(), "nothing"),
}

CODINGS: dict[str, Fault] = {
    "gzip": Fault(raw(with_length(_ZIPPED, _GZIP_HEADER), keep=True), Succeeds()),
    "gzip in chunks": Fault(
        raw(
            chunked(*(_ZIPPED[i : i + 7] for i in range(0, len(_ZIPPED), 7))).replace(
                HEAD, HEAD + _GZIP_HEADER + b"\r\n"
            ),
            keep=True,
        ),
        Succeeds(),
    ),
    "deflate": Fault(
        raw(with_length(zlib.compress(BODY), b"content-encoding: deflate"), keep=True), Succeeds()
    ),
    "plain text labelled gzip": unreadable(with_length(BODY, _GZIP_HEADER)),
    "plain text labelled deflate": unreadable(with_length(BODY, b"content-encoding: deflate")),
    "gzip that is cut": unreadable(with_length(_ZIPPED[:-12], _GZIP_HEADER)),
    "gzip whose checksum is wrong": unreadable(with_length(_ZIPPED[:-8] + b"\0" * 8, _GZIP_HEADER)),
    "gzip of something else": unreadable(with_length(gzip.compress(b"oops"), _GZIP_HEADER), "oops"),
    "gzip without its header": unreadable(with_length(_ZIPPED)),
    "an unknown coding": unreadable(with_length(b"\x8b\xff\x00" * 9, b"content-encoding: rot13")),
    "a bomb of gzip": Fault(bomb("gzip"), _UNREADABLE),
    "a bomb of deflate": Fault(bomb("deflate"), _UNREADABLE),
    "100 MB": Fault(many(_HUGE, _HUGE_HEAD), _UNREADABLE),
    "100 MB of unknown length": Fault(
        many(_HUGE, HEAD + b"connection: close\r\n\r\n"), _UNREADABLE
    ),
}

NO_JSON: Mapping[str, tuple[bytes, str]] = {
    "an empty body": (with_length(b""), "nothing"),
    "white space": (with_length(b" \n "), ""),
    "HTML": (with_length(b"<html>Welcome</html>"), "Welcome"),
    "cut JSON": (with_length(BODY[:-1]), "JSON"),
    "two values": (with_length(BODY + BODY), "JSON"),
    "a comment in JSON": (with_length(b"/* a session */" + BODY), "JSON"),
    "single quotes": (with_length(BODY.replace(b'"', b"'")), "JSON"),
    "latin-1": (with_length('{"id": "é"}'.encode("latin-1")), "JSON"),
    "bytes": (with_length(bytes(range(128, 256))), "JSON"),
    "deep nesting": (with_length(b"[" * 200_000), "JSON"),
    "a number of 5,000 digits": (with_length(b'{"id": ' + b"9" * 5000 + b"}"), "JSON"),
    "a string": (with_length(b'"oops"'), "object"),
    "a number": (with_length(b"7"), "object"),
    "null": (with_length(b"null"), ""),
    "NaN": (with_length(b"NaN"), ""),
    "a list": (with_length(b"[%b]" % BODY), "object"),
    "an empty object": (with_length(b"{}"), "id"),
    "an id of a wrong type": (_session(id=7), "id"),
    "another field of a wrong type": (_session(agent_id=[1]), "agent_id"),
    "an invalid time": (_session(created_at="noon"), "created_at"),
    "metadata that is a list": (_session(metadata=[1]), "metadata"),
}

ODD_JSON = {
    "a BOM": with_length(b"\xef\xbb\xbf" + BODY),
    "UTF-16": with_length(BODY.decode().encode("utf-16")),
    "duplicate keys": with_length(BODY.replace(b"{", b'{"id": "%b", ' % OTHER_ID.encode(), 1)),
    "NaN in metadata": with_length(BODY[:-1] + b', "metadata": {"a": NaN, "b": -Infinity}}'),
    "half of a surrogate pair": with_length(BODY[:-1] + b', "situation": "\\ud800"}'),
    "unknown fields": _session(new={"a": [1]}),
    "nulls": _session(situation=None, metadata=None, updated_at=None),
    "another content type": with_length(BODY).replace(b"application/json", b"text/plain"),
    "an invalid content type": with_length(BODY).replace(b"application/json", b";;;charset=oops"),
    "an unknown charset": with_length(BODY).replace(b"json", b"json; charset=klingon"),
}

FAULTS: dict[str, Fault] = {
    **LENGTHS,
    **CHUNKS,
    **CODINGS,
    **{name: unreadable(*each) for name, each in NO_JSON.items()},
    **{name: Fault(raw(sent, keep=True), Succeeds()) for name, sent in ODD_JSON.items()},
    "a chat's response of a wrong type": Fault(
        respond_json({"id": 7}), _UNREADABLE._replace(message="id"), call=CHAT
    ),
    "a created resource that cannot be read": Fault(
        respond(201, b"{}"), Fails(julep.InvalidResponseError, 1, status=201), call=CREATE
    ),
}
