"""Checks of streams that several tests make."""

from __future__ import annotations

import pytest

from julep import AsyncChatStream, StreamClosedError


async def assert_over(stream: AsyncChatStream) -> None:
    """Check that reading a stream that was read or closed is an error, not an empty list."""
    for items in (stream, stream.text_stream, stream.events()):
        with pytest.raises(StreamClosedError, match=r"the stream was (read to its|closed before)"):
            _ = [item async for item in items]
