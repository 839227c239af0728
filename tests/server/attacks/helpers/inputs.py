"""The inputs of the attack suite, generated: what callers with bad intentions send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = (
    b"POST /api/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
    b"Content-Type: application/json\r\n"
)
SIZES = (3_000_000, 200_000_000, 10**12)
CHAT = "/api/sessions/7d0c2f5e-93b1-4a6d-8f24-1b5e7c9a0d36/chat"


class Raw(NamedTuple):
    """Bytes to send on a connection of its own, and the statuses that are right."""

    name: str
    data: bytes
    statuses: tuple[int, ...]


class Call(NamedTuple):
    """A request with a key, and the statuses that are right."""

    name: str
    method: str
    path: str
    body: bytes | None
    statuses: tuple[int, ...]
    headers: Mapping[str, str]


def templates() -> Iterator[str]:
    """Yield templates that take too much time, or make something too large."""
    makers = (
        "{{ 'a'.zfill(%d)|length }}",
        "{{ 'a'.center(%d)|length }}",
        "{{ 'a'.ljust(%d)|length }}",
        "{{ 'a'.rjust(%d)|length }}",
        "{{ '\t'.expandtabs(%d)|length }}",
        "{{ '%%%dd'|format(1)|length }}",
        "{{ '%%.%df' % (1.5,) }}",
        "{{ '{:>%d}'.format(1)|length }}",
        "{{ 'a'|center(%d)|length }}",
        "{{ ('a'|indent(%d, first=true))|length }}",
        "{{ ['a']|batch(%d, 'x')|first|length }}",
        "{{ 'a' * %d }}",
        "{{ [1] * %d }}",
        "{{ ('b' * 10000).join('a' * (%d // 1000)) }}",
        "{{ ('a' * 10000)|replace('a', 'b' * (%d // 1000)) }}",
        "{{ ['a' * 90000]|list|join('x' * (%d // 10)) }}{{ 1 / 0 }}",
    )
    for maker in makers:
        for size in SIZES:
            yield maker.replace("%%", "%").replace("%d", str(size))
    for operator in ("*", "+", "**"):
        for start in ("999999**99", "9999999", "7"):
            loop = "{% for i in range(99999) %}{% set n.x = n.x " + operator + " n.x %}{% endfor %}"
            yield "{% set n = namespace(x=" + start + ") %}" + loop + "{{ n.x }}"
    for operator in ("~", "+"):
        loop = "{% for i in range(40) %}{% set n.x = n.x " + operator + " n.x %}{% endfor %}"
        yield "{% set n = namespace(x='a' * 1000) %}" + loop + "{{ n.x|length }}"
        yield "{% set n = namespace(x=[1, 2]) %}" + loop + "{{ n.x|length }}"
    for depth in (2, 3, 5):
        inner = "{% for i in range(99999) %}" * depth + "{% endfor %}" * depth
        yield inner + "x"
        yield "\n\n{% set ns = namespace(x=0) %}" + inner.replace(
            "{% endfor %}", "{% set ns.x = ns.x + 1 %}{% endfor %}", 1
        )
    for fans in (2, 3, 8):
        calls = "{{ f(n - 1) }}" * fans
        yield "{% macro f(n) %}{% if n %}" + calls + "{% endif %}{% endmacro %}{{ f(60) }}"
    yield "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"
    yield "{{ lipsum(n=100000) }}"
    yield "{{ lipsum(n=9999, min=99999, max=999999) }}"
    yield "{{ range(99999)|map('string')|map('center', 99999)|join }}"
    yield "{{ range(99999)|groupby('real')|map('last')|map('length')|list|pprint|wordwrap(1) }}x"
    yield "{% for a in range(99999)|sort %}{{ range(99999)|list|sort|length }}{% endfor %}"
    yield "{% for a in range(99999) recursive %}{{ loop([1, 2]) }}{% endfor %}"
    yield "{{" + "(" * 3000 + "1" + ")" * 3000 + "}}"
    yield "{{" * 30_000
    yield "{% if x %}" * 3000
    yield "{% for a in b %}" * 30 + "{% endfor %}" * 30
    yield "{{ 1" + " + 1" * 20_000 + " }}{{ oops }}"
    yield "{{ [" + "1, " * 100_000 + "] }}{{ oops }}"
    yield "{{ 10 ** 10 ** 10 }}"
    yield "{{ (10 ** 90) ** 90 ** 90 }}"
    yield "{{ ('(' * 400000)|wordwrap(1)|length }}{{ oops }}"
    yield "{{ ('a@b.c ' * 150000)|urlize|length }}{{ oops }}"
    yield "{{ ('<' * 900000)|striptags|e|e|length }}{{ oops }}"
    yield "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    yield "{{ ''|attr('__class__') }}"
    yield "{{ session.metadata.clear() }}"
    yield "{{ lipsum.__globals__ }}"


def heads() -> Iterator[Raw]:
    """Yield requests whose head is too large, or no HTTP."""
    kib = 1024
    for name, size in (("64 KiB", 65), ("1 MiB", kib), ("30 MiB", 30 * kib)):
        data = b"a" * (size * kib)
        yield Raw(f"a header of {name}", HEAD + b"X: " + data + b"\r\n\r\n", (431,))
        yield Raw(f"a name of {name}", HEAD + data + b": x\r\n\r\n", (431,))
        yield Raw(f"a URL of {name}", b"GET /" + data + b" HTTP/1.1\r\n\r\n", (414,))
        yield Raw(f"a query of {name}", b"GET /?" + data + b" HTTP/1.1\r\n\r\n", (414,))
        yield Raw(f"a method of {name}", data + b" / HTTP/1.1\r\n\r\n", (400, 431))
        yield Raw(f"empty lines of {name}", b"\r\n" * (size * kib // 2), (400, 431))
        trailer = POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX: " + data
        yield Raw(f"a trailer of {name}", trailer + b"\r\n\r\n", (400, 431))
        extension = POST + b"Transfer-Encoding: chunked\r\n\r\n1;" + data + b"\r\n{\r\n0\r\n\r\n"
        yield Raw(f"a chunk extension of {name}", extension, (400, 431))
    for count in (101, 1000, 100_000):
        lines = b"".join(b"X-%d: 1\r\n" % number for number in range(count))
        yield Raw(f"{count} headers", HEAD + lines + b"\r\n", (431,))
        yield Raw(f"{count} empty headers", HEAD + b"X:\r\n" * count + b"\r\n", (431,))
    for name, line in (
        ("no version", b"GET /\r\n\r\n"),
        ("no path", b"GET HTTP/1.1\r\n\r\n"),
        ("a space in the path", b"GET /a b HTTP/1.1\r\n\r\n"),
        ("an unknown version", b"GET / HTTP/9.9\r\n\r\n"),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        ("a zero", b"GET /\0 HTTP/1.1\r\n\r\n"),
        ("a space before the colon", HEAD + b"Content-Length : 3\r\n\r\nabc"),
        ("a folded header", HEAD + b"X: a\r\n b\r\nContent-Length: x\r\n\r\n"),
        ("a control character", HEAD + b"X: a\x01b\r\n\r\n"),
        ("a bare return", HEAD + b"X: a\rContent-Length: 3\r\n\r\n"),
        ("two lengths", POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}  "),
        ("a length and chunks", POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("a negative length", POST + b"Content-Length: -1\r\n\r\n"),
        ("a length that is none", POST + b"Content-Length: 1e3\r\n\r\n"),
        ("a length beyond 64 bits", POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"),
        ("no host", b"GET /healthz HTTP/1.1\r\n\r\n"),
        ("two hosts", HEAD + b"Host: localhost\r\n\r\n"),
        ("a host of two words", b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n"),
        ("a host with a user", b"GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        ("a host with a path", b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        ("a fragment", b"GET /healthz#a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("another scheme", b"GET ftp://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("a user in the URL", b"GET http://a@b/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("the server itself", b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("two lengths in one", POST + b"Content-Length: 3, 4\r\n\r\n{}  "),
        ("a chunked body behind another", POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n"),
        ("a zero in a header", HEAD + b"X: a\0b\r\n\r\n"),
        ("a zero in a header's name", HEAD + b"X\0: a\r\n\r\n"),
        ("a chunk's size that is none", POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        ("a chunk's size beyond 64 bits", POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 30),
    ):
        yield Raw(name, line, (400, 501) if b"gzip" in line else (400,))
    encoded = POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
    yield Raw("an encoding of the transfer", encoded, (501,))
    yield Raw("a tunnel", b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", (405,))
    for times in (1, 4, 5, 100, 10_000):
        length = 16 * kib * kib * times + 1
        data = POST + b"Content-Length: %d\r\n\r\n{" % length
        if times > 4:  # the rest of a shorter body is awaited
            yield Raw(f"a body of {times} times the limit", data, (413,))


def bodies() -> Iterator[Call]:
    """Yield bodies that are wrong in many ways at once, or too large."""

    def call(name: str, path: str, body: bytes, *statuses: int, **headers: str) -> Call:
        renamed = {key.replace("_", "-"): value for key, value in headers.items()}
        return Call(name, "POST", path, body, statuses, renamed)

    for count in (1_000, 30_000, 200_000):
        wrong = b",".join([b'{"role":"zzz","content":1}'] * count)
        yield call(f"{count} wrong messages", CHAT, b'{"messages":[' + wrong + b"]}", 422)
        wrong = b",".join([b'{"type":"zzz"}'] * count)
        parts = b'{"messages":[{"role":"user","content":[' + wrong + b"]}]}"
        yield call(f"{count} wrong parts", CHAT, parts, 422)
        yield call(
            f"{count} wrong tools", "/api/agents", b'{"name":"a","tools":[' + wrong + b"]}", 422
        )
        keys = b",".join(b'"k%d":null' % number for number in range(count * 2))
        yield call(f"{count * 2} keys", "/api/users", b'{"metadata":{' + keys + b"}}", 422)
        yield call(f"{count * 2} unknown fields", CHAT, b"{" + keys + b"}", 422)
        bias = keys.replace(b"null", b'"x"')
        yield call(
            f"{count * 2} biases", CHAT, b'{"messages":[],"logit_bias":{' + bias + b"}}", 422
        )
    for name, item in (("lists", b"[]"), ("objects", b"{}"), ("numbers", b"1"), ("texts", b'""')):
        many = b",".join([item] * 3_000_000)
        yield call(f"millions of {name}", "/api/users", b'{"metadata":{"x":[' + many + b"]}}", 422)
    for depth in (201, 10_000, 5_000_000):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            nested = opening * depth + b"1" + closing * depth
            yield call(f"{depth} levels of {opening!r}", "/api/users", nested, 400, 413, 422)
            yield call(f"{depth} open {opening!r}", "/api/users", opening * depth, 400, 413, 422)
    yield call(
        "a number of 5 million digits",
        "/api/users",
        b'{"metadata":{"x":' + b"9" * 5_000_000 + b"}}",
        400,
    )
    yield call(
        "a name of escapes", "/api/users", b'{"name":1,"about":"' + b"\\n" * 7_000_000 + b'"}', 422
    )
    yield call("a text without an end", "/api/users", b'{"name":"' + b"a" * 15_000_000, 400)
    yield call("half surrogates", "/api/users", b'{"name":"' + b"\\ud800" * 2_000_000 + b'"}', 400)
    yield call("no Unicode", "/api/users", b'{"name":"' + b"\xff" * 15_000_000 + b'"}', 400)
    yield call("texts without commas", "/api/users", b'["a"' + b' "a"' * 3_000_000, 400, 422)
    yield call("too long", "/api/users", json.dumps({"about": "a" * 17_000_000}).encode(), 413)
    yield call("far too long", "/api/users", b"a" * 90_000_000, 413)
    for encoding in ("gzip", "deflate", "br", "gzip, gzip", "x" * 5000):
        yield call(
            f"encoded by {encoding[:20]}", "/api/users", b"{}", 415, content_encoding=encoding
        )
    yield call("another type", "/api/users", b"a=b", 415, content_type="text/plain")
    yield call(
        "millions of inputs", "/v1/embeddings", b'{"input":[' + b"1," * 3_000_000 + b"1]}", 422
    )


def keys() -> Iterator[Call]:
    """Yield requests with keys that are none."""
    values = ["", "k2", "Bearer", "Bearer ", "Bearer k2", "Basic azo=", "bearer  K", "k" * 60_000]
    values += ["Bearer k, Bearer k", "Bearer k\tx", "Bearer 'or 1=1--", "%6b", "Bearer %00k"]
    for number, value in enumerate(values):
        headers = {"authorization": value}
        yield Call(f"key {number}", "GET", "/api/agents", None, (400, 401, 403), headers)
        body = b'{"name": "x"}'
        yield Call(f"key {number} of a POST", "POST", "/api/users", body, (400, 401, 403), headers)


def pages() -> Iterator[Call]:
    """Yield requests for pages that there are not."""
    for query in (
        "limit=0",
        "limit=1001",
        "limit=" + "9" * 5000,
        "limit=-1",
        "limit=1e3",
        "offset=-1",
        "offset=x",
        "limit=1&limit=2",
        "sort_by=about",
        "order=random()",
        "metadata_filter=" + "%5B" * 3000,
        "metadata_filter=%7B",
        "metadata_filter=1",
        "&".join(["limit=1"] * 1500),
    ):
        yield Call(query[:30], "GET", f"/api/users?{query}", None, (400, 422), {})
