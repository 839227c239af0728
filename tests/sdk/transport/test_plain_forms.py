"""What is read without a library or a pattern, since it is plain, is read as with them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep._http import urls
from julep._http.http1 import end_of_head, is_plain
from julep._http.tokens import is_token

pytestmark = pytest.mark.once

HEAD_END = re.compile(rb"\n\r?\n")
LENGTHS_IN_A_LINE = re.compile(rb"\ncontent-length[^\n]*,")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

hosts = st.text("aZ09.-:[]@%é\t", max_size=8)
paths = st.text("aZ0/.-_~%é ?#:&", max_size=8)
ports = st.sampled_from(
    ["", ":", ":0", ":1", ":080", ":65535", ":65536", ":-1", ":+1", ":٣", ":1a"]
)
schemes = st.sampled_from(["http://", "https://", "HTTP://", "ftp://", "http:/", "//", " http://"])


def split_by_urllib(url: str) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(urls, "split_plain", nothing)
        return outcome(url)


def nothing(url: str) -> None:
    del url


def outcome(url: str) -> object:
    try:
        return urls.split(url)
    except ValueError:
        return ValueError


@given(st.builds("".join, st.tuples(schemes, hosts, ports, st.sampled_from(["", "/"]), paths)))
def test_urls(url: str) -> None:
    assert outcome(url) == split_by_urllib(url)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:8080/api", (("http", "127.0.0.1", 8080), "/api")),
        ("https://Julep.example", (("https", "julep.example", 443), "/")),
    ],
)
def test_plain_urls(url: str, found: object) -> None:
    assert urls.split_plain(url) == found


@given(st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"\n\n", b"\n\r\n"])).map(b"".join))
def test_ends_of_heads(data: bytes) -> None:
    found = HEAD_END.search(data)
    assert end_of_head(data) == (found.end() if found else 0)


@given(st.lists(st.sampled_from([b"content-length", b": 1", b"a", b",", b"\r\n"])).map(b"".join))
def test_lengths_in_a_line(data: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + data + b"\r\n\r\n"
    repeated = head.count(b"\ncontent-length") > 1
    assert is_plain(head) == (not repeated and not LENGTHS_IN_A_LINE.search(head))


@given(st.text(st.characters(max_codepoint=300), max_size=4))
def test_tokens(text: str) -> None:
    assert is_token(text) == bool(TOKEN.fullmatch(text))
