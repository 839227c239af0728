"""Bodies that are not what their heads say, or not what the contract says."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping

import julep
from tests.sdk.faults.helpers.fault import CHAT, CREATE, DELETE, Fails, Fault, Gives, either, lost
from tests.sdk.faults.helpers.steps import BODY, HEAD, OTHER_BODY, OTHER_ID, chunked, sized
from tests.sdk.transport.helpers.scripted_server import (
    SESSION,
    Exchange,
    Step,
    answer,
    json_answer,
    raw,
    reset_after,
)

_UNREADABLE = Fails(julep.InvalidResponseError, 1, status=200)
_SAID_GZIP = b"content-encoding: gzip"
_ZIPPED = gzip.compress(BODY)
_MEBIBYTE = 1024 * 1024


def unreadable(sent: bytes, says: str = "") -> Fault:
    return Fault(raw(sent, keep=True), _UNREADABLE._replace(says=says))


def _session(**changes: object) -> bytes:
    return sized(json.dumps({**SESSION, **changes}).encode())


def bomb(encoding: str) -> Step:
    """A gibibyte of zeros, in a megabyte."""

    async def step(exchange: Exchange) -> bool:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
        first = packer.compress(bytes(_MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
        # After a full flush the same bytes stand for the same zeros again.
        again = packer.compress(bytes(_MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
        said = f"content-encoding: {encoding}\r\nconnection: close\r\n\r\n".encode()
        await exchange.write(HEAD + said + first)
        for _ in range(1023):
            await exchange.write(again)
        await exchange.stall()
        return False

    return step


def many(size: int, head: bytes) -> Step:
    """Many bytes of a string in JSON."""

    async def step(exchange: Exchange) -> bool:
        await exchange.write(head + b'{"id": "')
        for _ in range(size // _MEBIBYTE):
            await exchange.write(b"a" * _MEBIBYTE)
        await exchange.write(b'"}')
        return False

    return step


_HUGE = 100 * _MEBIBYTE
_HUGE_HEAD = HEAD + b"content-length: %d\r\n\r\n" % (_HUGE + 10)
# Too long by what is announced, or lost when it does not come: both are true.
_BOASTS = Fails((julep.InvalidResponseError, julep.NetworkError), None)

LENGTHS: dict[str, Fault] = {
    "a length that is too long": lost(raw(sized(BODY).replace(b"length: ", b"length: 1"))),
    "a length that is too short": unreadable(HEAD + b"content-length: 9\r\n\r\n" + BODY),
    "a length of nothing": unreadable(HEAD + b"content-length: 0\r\n\r\n" + BODY, "nothing"),
    "a length of a terabyte": Fault(
        raw(HEAD + b"content-length: 1099511627776\r\n\r\n" + BODY), _BOASTS
    ),
    "a length that no number holds": Fault(
        raw(HEAD + b"content-length: 1" + b"0" * 40 + b"\r\n\r\n" + BODY), _BOASTS
    ),
    "surplus bytes": Fault(raw(sized(BODY) + b"surplus", keep=True), Gives()),
    "surplus line ends": Fault(raw(sized(BODY) + b"\r\n\r\n", keep=True), Gives()),
    "no length": Fault(raw(HEAD + b"\r\n" + BODY), Gives()),
    "no length, and cut": Fault(raw(HEAD + b"\r\n" + BODY[:-9]), _UNREADABLE),
    "no length, and reset": lost(reset_after(HEAD + b"\r\n" + BODY[:-9])),
    "204 with a body": Fault(
        raw(
            b"HTTP/1.1 204 None\r\ncontent-length: %d\r\n\r\n" % len(OTHER_BODY) + OTHER_BODY,
            keep=True,
        ),
        Gives(),
        ask=DELETE,
    ),
    "204 with an answer behind it": Fault(
        raw(b"HTTP/1.1 204 None\r\n\r\n" + sized(OTHER_BODY), keep=True), Gives(), ask=DELETE
    ),
    "204 where a session was promised": Fault(
        answer(204), Fails(julep.InvalidResponseError, 1, status=204)
    ),
    "205 where a session was promised": Fault(
        answer(205), Fails(julep.InvalidResponseError, 1, status=205)
    ),
    "a 500 whose body is cut": lost(raw(b"HTTP/1.1 500 No\r\ncontent-length: 90\r\n\r\n{")),
}

CHUNKS: dict[str, Fault] = {
    "a chunk's size that is none": lost(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\nzz\r\n"))
    ),
    "a negative chunk": lost(raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\n-5\r\n"))),
    "an empty chunk's size": lost(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\n\r\n"))
    ),
    "a chunk with no end": lost(raw(chunked(BODY, b" ").replace(BODY + b"\r\n", BODY))),
    "a chunk that is longer than its size": lost(
        raw(chunked(BODY, b" ").replace(BODY, BODY + b"aa"))
    ),
    "a huge chunk": Fault(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\nfffffffffffffff\r\n")), _BOASTS
    ),
    "a chunk that no number holds": Fault(
        raw(chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b"\r\n" + b"f" * 60 + b"\r\n")),
        _BOASTS,
    ),
    "chunk extensions": Fault(
        raw(
            chunked(BODY).replace(b"\r\n%x\r\n" % len(BODY), b'\r\n%x;a=b;c="d"\r\n' % len(BODY)),
            keep=True,
        ),
        Gives(),
    ),
    "trailers": Fault(
        raw(chunked(BODY, trailers=b"x-sum: 1\r\nx-more: 2\r\n"), keep=True), Gives()
    ),
    "trailers that contradict the head": Fault(
        raw(chunked(BODY, trailers=b"x-request-id: no\r\ncontent-type: text/plain\r\n"), keep=True),
        Gives(),
    ),
    "a length among trailers": either(raw(chunked(BODY, trailers=b"content-length: 3\r\n"))),
    "a broken trailer": lost(raw(chunked(BODY, trailers=b"oops\r\n"))),
    "chunks, and surplus bytes": Fault(raw(chunked(BODY) + b"surplus", keep=True), Gives()),
    "chunks of nothing": unreadable(chunked(), "nothing"),
}

CODINGS: dict[str, Fault] = {
    "gzip": Fault(raw(sized(_ZIPPED, _SAID_GZIP), keep=True), Gives()),
    "gzip in chunks": Fault(
        raw(
            chunked(*(_ZIPPED[i : i + 7] for i in range(0, len(_ZIPPED), 7))).replace(
                HEAD, HEAD + _SAID_GZIP + b"\r\n"
            ),
            keep=True,
        ),
        Gives(),
    ),
    "deflate": Fault(
        raw(sized(zlib.compress(BODY), b"content-encoding: deflate"), keep=True), Gives()
    ),
    "plain text that is said to be gzip": unreadable(sized(BODY, _SAID_GZIP)),
    "plain text that is said to be deflate": unreadable(sized(BODY, b"content-encoding: deflate")),
    "gzip that is cut": unreadable(sized(_ZIPPED[:-12], _SAID_GZIP)),
    "gzip whose checksum is wrong": unreadable(sized(_ZIPPED[:-8] + b"\0" * 8, _SAID_GZIP)),
    "gzip of something else": unreadable(sized(gzip.compress(b"oops"), _SAID_GZIP), "oops"),
    "gzip that nobody told of": unreadable(sized(_ZIPPED)),
    "an unknown coding": unreadable(sized(b"\x8b\xff\x00" * 9, b"content-encoding: rot13")),
    "a bomb of gzip": Fault(bomb("gzip"), _UNREADABLE),
    "a bomb of deflate": Fault(bomb("deflate"), _UNREADABLE),
    "100 MB": Fault(many(_HUGE, _HUGE_HEAD), _UNREADABLE),
    "100 MB of unknown length": Fault(
        many(_HUGE, HEAD + b"connection: close\r\n\r\n"), _UNREADABLE
    ),
}

NO_JSON: Mapping[str, tuple[bytes, str]] = {
    "an empty body": (sized(b""), "nothing"),
    "white space": (sized(b" \n "), ""),
    "HTML": (sized(b"<html>Welcome</html>"), "Welcome"),
    "cut JSON": (sized(BODY[:-1]), "JSON"),
    "two values": (sized(BODY + BODY), "JSON"),
    "a comment in JSON": (sized(b"/* a session */" + BODY), "JSON"),
    "single quotes": (sized(BODY.replace(b'"', b"'")), "JSON"),
    "latin-1": (sized('{"id": "é"}'.encode("latin-1")), "JSON"),
    "bytes": (sized(bytes(range(128, 256))), "JSON"),
    "deep nesting": (sized(b"[" * 200_000), "JSON"),
    "a number of 5,000 digits": (sized(b'{"id": ' + b"9" * 5000 + b"}"), "JSON"),
    "a string": (sized(b'"oops"'), "object"),
    "a number": (sized(b"7"), "object"),
    "null": (sized(b"null"), ""),
    "NaN": (sized(b"NaN"), ""),
    "a list": (sized(b"[%b]" % BODY), "object"),
    "an empty object": (sized(b"{}"), "id"),
    "an id of a wrong type": (_session(id=7), "id"),
    "another field of a wrong type": (_session(agent_id=[1]), "agent_id"),
    "a time that is none": (_session(created_at="noon"), "created_at"),
    "metadata that is a list": (_session(metadata=[1]), "metadata"),
}

ODD_JSON = {
    "a BOM": sized(b"\xef\xbb\xbf" + BODY),
    "UTF-16": sized(BODY.decode().encode("utf-16")),
    "duplicate keys": sized(BODY.replace(b"{", b'{"id": "%b", ' % OTHER_ID.encode(), 1)),
    "NaN in metadata": sized(BODY[:-1] + b', "metadata": {"a": NaN, "b": -Infinity}}'),
    "half of a surrogate pair": sized(BODY[:-1] + b', "situation": "\\ud800"}'),
    "unknown fields": _session(new={"a": [1]}),
    "nulls": _session(situation=None, metadata=None, updated_at=None),
    "another content type": sized(BODY).replace(b"application/json", b"text/plain"),
    "a content type that is none": sized(BODY).replace(b"application/json", b";;;charset=oops"),
    "a charset that is none": sized(BODY).replace(b"json", b"json; charset=klingon"),
}

FAULTS: dict[str, Fault] = {
    **LENGTHS,
    **CHUNKS,
    **CODINGS,
    **{name: unreadable(*each) for name, each in NO_JSON.items()},
    **{name: Fault(raw(sent, keep=True), Gives()) for name, sent in ODD_JSON.items()},
    "a chat's answer of a wrong type": Fault(
        json_answer({"id": 7}), _UNREADABLE._replace(says="id"), ask=CHAT
    ),
    "a created thing that cannot be read": Fault(
        answer(201, b"{}"), Fails(julep.InvalidResponseError, 1, status=201), ask=CREATE
    ),
}
