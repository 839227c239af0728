"""Status lines and headers that are not HTTP, too long, or unusual."""

from __future__ import annotations

import julep
from tests.sdk.faults.helpers.fault import (
    CHAT,
    DELETE,
    TOTAL_TIMEOUT,
    Fails,
    Fault,
    Succeeds,
    lenient,
    network_error,
)
from tests.sdk.faults.helpers.steps import BODY, HEAD, WHOLE, chunked, endless, with_length
from tests.sdk.transport.helpers.scripted_server import raw

_HINT = b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n"
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH = b"content-length: %d\r\n" % len(BODY)


def _with_line(line: bytes) -> bytes:
    """Return a response that is correct but for this line."""
    return HEAD + line + b"\r\n" + _LENGTH + b"\r\n" + BODY


def _with_status(line: bytes) -> bytes:
    return line + b"\r\n" + _LENGTH + b"\r\n" + BODY


NO_HTTP = {
    "HTTP/0.9": BODY,
    "a preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a frame of HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00\x03\x00\x00\x00\x80" * 3,
    "garbage": bytes(range(256)),
    "zeros": bytes(4096),
    "an SSH banner": b"SSH-2.0-OpenSSH_9.6\r\n",
    "an SMTP banner": b"220 mail.julep.test ESMTP\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x46",
    "another protocol's version": _with_status(b"ICY 200 OK"),
    "an invalid version": _with_status(b"HTTP/one 200 OK"),
    "a request instead of a response": b"GET / HTTP/1.1\r\nhost: julep.test\r\n\r\n",
    "no status": _with_status(b"HTTP/1.1"),
    "a status in words": _with_status(b"HTTP/1.1 OK OK"),
    "status 99": _with_status(b"HTTP/1.1 99 Low"),
    "status 099": _with_status(b"HTTP/1.1 099 Low"),
    "status 1000": _with_status(b"HTTP/1.1 1000 High"),
    "status -200": _with_status(b"HTTP/1.1 -200 Negative"),
    "unrequested 101": b"HTTP/1.1 101 Switch\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
}

BROKEN = {
    "a header with no colon": _with_line(b"oops"),
    "a header with no name": _with_line(b": oops"),
    "a header with a space in its name": _with_line(b"x oops: a"),
    "a NUL in a header": _with_line(b"x-odd: a\0b"),
    "10,000 long headers": _with_line(
        b"\r\n".join(b"x-%d: %b" % (i, b"a" * 100) for i in range(10_000))
    ),
    "a header of a megabyte": _with_line(b"x-long: " + b"a" * 1_000_000),
    "a status line of a megabyte": _with_status(b"HTTP/1.1 200 " + b"O" * 1_000_000),
    "a negative length": HEAD + b"content-length: -5\r\n\r\n" + BODY,
    "a length in words": HEAD + b"content-length: many\r\n\r\n" + BODY,
    "a length in hex": HEAD + b"content-length: 0x10\r\n\r\n" + BODY,
    "an empty length": HEAD + b"content-length: \r\n\r\n" + BODY,
    "two lengths": HEAD + _LENGTH + b"content-length: 5\r\n\r\n" + BODY,
    "two lengths in one": HEAD + b"content-length: %d, 5\r\n\r\n" % len(BODY) + BODY,
    "an unknown transfer-encoding": HEAD + b"transfer-encoding: oops\r\n\r\n" + BODY,
    "gzip as a transfer-encoding": HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}

ODD = {
    "HTTP/1.0": WHOLE.replace(b"1.1", b"1.0", 1),
    "no reason": _with_status(b"HTTP/1.1 200"),
    "an odd reason": _with_status(b"HTTP/1.1 200 Pr\xe4chtig!"),
    "bytes that are no ASCII": _with_line(b"x-odd: \xff\xfe \xe2\x98\x83"),
    "an empty header": _with_line(b"x-empty:"),
    "500 headers": _with_line(b"\r\n".join(b"x-%d: a" % i for i in range(500))),
    "names in capitals": WHOLE.replace(b"content-", b"CONTENT-"),
    "an early hint": _HINT + WHOLE,
    "100 Continue unrequested": _GO_ON + WHOLE,
    "ten of 1xx": (_GO_ON + _HINT) * 5 + WHOLE,
    "an upgrade that is offered": with_length(BODY, b"upgrade: h2c", b"connection: upgrade"),
    "a cookie": with_length(BODY, b"set-cookie: key=canary; path=/"),
}

LENIENCE = {
    "an empty status line": b"\r\n\r\n" + WHOLE,
    "a folded header": _with_line(b"x-folded: a\r\n  b\r\n\tc"),
    "lines that end with LF alone": WHOLE.replace(b"\r\n", b"\n"),
    "the same length twice": HEAD + _LENGTH + _LENGTH + b"\r\n" + BODY,
    "a length beside chunks": chunked(BODY).replace(HEAD, HEAD + b"content-length: 3\r\n"),
}

_ENDLESS = Fails(julep.NetworkError, None)

FAULTS: dict[str, Fault] = {
    **{name: network_error(raw(sent)) for name, sent in (NO_HTTP | BROKEN).items()},
    **{name: Fault(raw(sent, keep=True), Succeeds()) for name, sent in ODD.items()},
    **{name: lenient(raw(sent)) for name, sent in LENIENCE.items()},
    "HTTP/0.9 to a chat": network_error(raw(b"Hello"), call=CHAT),
    "endless headers": network_error(endless(HEAD, b"x-more: and more\r\n" * 100)),
    "an endless header": network_error(endless(HEAD + b"x-more: ", b"a" * 4096)),
    "an endless status line": network_error(endless(b"HTTP/1.1 200 ", b"O" * 4096)),
    "an endless line of garbage": network_error(endless(b"", b"oops" * 1024)),
    "endless empty lines": network_error(endless(b"", b"\r\n" * 1024)),
    # Whether they are too many or take too long makes no difference to a caller.
    "endless 1xx": Fault(endless(b"", _HINT * 10, 0.001), _ENDLESS, timeout=TOTAL_TIMEOUT * 4),
    "1xx that drip": Fault(endless(b"", _HINT, 0.02), _ENDLESS, timeout=TOTAL_TIMEOUT),
    "a delete's response that is no HTTP": network_error(raw(b"OK\r\n\r\n"), call=DELETE),
}
