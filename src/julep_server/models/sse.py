"""Parses server-sent events from bytes that arrive in arbitrary chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator


async def event_data(parts: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield the data of each event.

    Lines end at CR, LF or both, and nowhere else: splitting at Unicode's other line ends would cut
    JSON in two.

    Args:
        parts: The stream's bytes.
    """
    lines: list[str] = []
    async for line in _lines(parts):
        if not line:
            if lines:
                yield "\n".join(lines)
            lines = []
        elif line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
    if lines:
        # Some endpoints close the connection without the last empty line.
        yield "\n".join(lines)


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[str]:
    buffer = b""
    async for part in parts:
        buffer += part
        # A CR at the end may be half of a CRLF.
        complete = buffer if not buffer.endswith(b"\r") else buffer[:-1]
        *lines, rest = complete.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        buffer = rest + buffer[len(complete) :]
        for line in lines:
            yield line.decode("utf-8", "replace")
    if buffer:
        yield buffer.rstrip(b"\r").decode("utf-8", "replace")
