"""Reads bodies that come in chunks, by RFC 9112, section 7.1, whichever library parses heads.

More is accepted than its grammar has where servers are known to send it and nothing else can be
meant: white space after a size, and an extension without a name. Extensions and trailers are
ignored. A size is followed by CR LF, since section 2.2 lets LF alone end the lines of heads only.
"""

from __future__ import annotations

import re
from typing import Final

_LINE_END: Final = b"\r\n"
_USUAL_RESTS: Final = (b"", _LINE_END)  # of what is received up to the end of a chunk, or within it
_PLAIN_SIZE: Final = re.compile(rb"\r\n([0-9A-Fa-f]{1,15})\r\n")

# Rarely used: they are compiled at their use. No part is tried in a second way (`*+`), and no other
# than an extension is long, so that a hostile line costs no more than a plain one.
_TEXT: Final = rb"[^\0-\x08\n-\x1f\x7f]*+"
_SIZE: Final = (
    rb"\r\n(?=[0-9A-Fa-f])0{0,99}+([0-9A-Fa-f]{0,15}+)[ \t]{0,99}+(?:;" + _TEXT + rb")?\r\n"
)
_SIZE_BEGUN: Final = rb"\r\n[0-9A-Fa-f]{1,114}+[ \t]{0,99}+(?:;|\r?\Z)|\r\Z"
_EMPTY_LINE: Final = rb"(?:\A|\n)\r?\n"
_TRAILERS: Final = (
    rb"(?:[!#-'*+.0-9A-Z^-z|~-]++:" + _TEXT + rb"(?:\r?\n[ \t]" + _TEXT + rb")*\r?\n)*\r?\n"
)


class ChunkReader:
    """Reads the chunks of one body.

    Attributes:
        is_over: Whether the body has ended.
        is_invalid: Whether it breaks the rules; nothing after that can be read.
        surplus: The bytes that were received after its end.
    """

    def __init__(self) -> None:
        self.is_over = False
        self.is_invalid = False
        self.surplus = b""
        self._in_trailers = False
        self._remaining = 0  # bytes of a chunk's content
        # What waits for the rest of it: trailers, or the line between two chunks, which begins with
        # the end of the one before. The first begins as if there were one.
        self._held = _LINE_END

    def read(self, data: bytes) -> bytes:
        """Take the next bytes, and return the content in them."""
        held = len(self._held)
        if held:
            data, self._held = self._held + data, b""
        if self._in_trailers:
            self._read_trailers(data, held)
            return b""
        end = self._remaining
        pieces = [data[:end]] if end else []
        while found := _PLAIN_SIZE.match(data, end) or self._odd_size(data, end):
            at, size = found.end(), int(found[1] or b"0", 16)
            if not size:
                self._read_trailers(data[at:], 0)
                break
            end = at + size
            pieces.append(data[at:end])
        self._remaining = end - len(data) if end > len(data) else 0
        return b"".join(pieces)

    def _odd_size(self, data: bytes, at: int) -> re.Match[bytes] | None:
        """Read a size that is not in its plainest form; None if it is incomplete, or invalid."""
        rest = data[at:]
        if rest in _USUAL_RESTS:
            self._held = rest
            return None
        if rest.find(b"\n", len(_LINE_END)) >= 0:
            found = re.compile(_SIZE).match(data, at)
            self.is_invalid = found is None
            return found
        self._held = rest
        self.is_invalid = not re.match(_SIZE_BEGUN, rest)
        return None

    def _read_trailers(self, data: bytes, known: int) -> None:
        """Read what follows the last chunk, up to an empty line; some of it was known before."""
        self._in_trailers = True
        found = re.compile(_EMPTY_LINE).search(data, max(known - len(_LINE_END), 0))
        if found is None:
            self._held = data
            return
        end = found.end()
        self.is_over = bool(re.fullmatch(_TRAILERS, data[:end]))
        self.is_invalid = not self.is_over
        self.surplus = data[end:]
