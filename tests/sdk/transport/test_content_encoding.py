"""Compressed bodies: whole, in pieces, invalid, and too long."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep._http.body_decoder import BodyDecoder, decoder_for
from julep._http.content_encoding import ContentDecodingError


def raw_deflate(data: bytes) -> bytes:
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflating.compress(data) + deflating.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a frame": ("deflate", raw_deflate),
}
encodings = pytest.mark.parametrize(("name", "encode"), ENCODERS.values(), ids=ENCODERS.keys())


def new(name: str) -> BodyDecoder:
    decoder = decoder_for(name)
    assert decoder is not None
    return decoder


def decoded(name: str, pieces: list[bytes]) -> bytes:
    """Decode a body from these pieces."""
    decoder = new(name)
    found: list[bytes] = []
    for piece in pieces:
        decoder.feed(piece)
        while taken := decoder.read():
            found.append(taken)
    decoder.finish()
    return b"".join(found)


def one_by_one(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


@encodings
@given(data=st.binary(max_size=2000), cuts=st.lists(st.integers(0, 2100), max_size=8))
def test_a_body_is_decoded_from_any_pieces(
    name: str, encode: Callable[[bytes], bytes], data: bytes, cuts: list[int]
) -> None:
    sent = encode(data)
    ends = sorted({0, len(sent), *(place % (len(sent) + 1) for place in cuts)})
    pieces = [sent[start:end] for start, end in pairwise(ends)]
    assert decoded(name, pieces) == data
    assert decoded(name, one_by_one(sent)) == data


@encodings
def test_a_decompression_bomb_is_decoded_in_pieces(
    name: str, encode: Callable[[bytes], bytes]
) -> None:
    decoder = new(name)
    decoder.feed(encode(bytes(50_000_000)))
    total = 0
    while piece := decoder.read():
        assert len(piece) <= 256 * 1024
        total += len(piece)
    decoder.finish()
    assert total == 50_000_000


@encodings
def test_an_incomplete_body_is_an_error(name: str, encode: Callable[[bytes], bytes]) -> None:
    sent = encode(b"some text, some text, some more text")
    for end in range(1, len(sent)):
        with pytest.raises(ContentDecodingError, match="cut short"):
            decoded(name, [sent[:end]])


@encodings
def test_an_empty_body_is_complete(name: str, encode: Callable[[bytes], bytes]) -> None:
    assert decoded(name, []) == b""
    assert decoded(name, [b""]) == b""


@encodings
def test_data_after_the_body_is_an_error(name: str, encode: Callable[[bytes], bytes]) -> None:
    sent = encode(b"text")
    for pieces in ([sent + b"garbage"], [sent, b"garbage"], one_by_one(sent + b"garbage")):
        with pytest.raises(ContentDecodingError):
            decoded(name, pieces)


def test_gzip_may_have_several_members() -> None:
    sent = gzip.compress(b"a" * 300_000) + gzip.compress(b"") + gzip.compress(b"b")
    assert decoded("gzip", [sent]) == b"a" * 300_000 + b"b"
    assert decoded("gzip", one_by_one(sent)) == b"a" * 300_000 + b"b"
    with pytest.raises(ContentDecodingError, match="cut short"):
        decoded("gzip", [sent[:-1]])


@pytest.mark.parametrize("name", ["gzip", "deflate"])
@pytest.mark.parametrize(
    "body", [b'{"id": 1}', b"\x1f\x8b\x08garbage, and more of it", b"\xff" * 40]
)
def test_a_body_of_another_format_is_an_error(name: str, body: bytes) -> None:
    with pytest.raises(ContentDecodingError, match=f"not {name}"):
        decoded(name, [body])


def test_a_wrong_checksum_is_an_error() -> None:
    sent = bytearray(gzip.compress(b"text"))
    sent[-6] ^= 1
    with pytest.raises(ContentDecodingError, match="not gzip"):
        decoded("gzip", [bytes(sent)])


@pytest.mark.parametrize("name", ["", "identity", " Identity "])
def test_some_bodies_need_no_decoding(name: str) -> None:
    assert decoder_for(name) is None


@pytest.mark.parametrize("name", ["GZIP", "x-gzip", " gzip"])
def test_other_spellings_of_an_encoding(name: str) -> None:
    assert decoded(name, [gzip.compress(b"text")]) == b"text"


@pytest.mark.parametrize("name", ["br", "zstd", "gzip, gzip", "gzip, identity"])
def test_an_encoding_that_was_not_accepted_is_an_error(name: str) -> None:
    with pytest.raises(ContentDecodingError, match="not accepted"):
        decoder_for(name)
