"""The parser of responses by h11."""

from __future__ import annotations

from typing import Final

import h11

from julep._http.http1 import MAX_HEADER_BYTES, RawHead, ResponseParser

# h11 parses a response only when it knows the request. The bytes that it would send are dropped:
# requests are written in one place, for both parsers. The method matters only to bodies.
_REQUEST: Final = h11.Request(method="GET", target="/", headers=[("host", "-")])
_END: Final = h11.EndOfMessage()


class H11Parser(ResponseParser):
    """Parses the response to one request, its heads by h11."""

    def _parse_head(self, data: bytes) -> RawHead | None:
        # `ResponseParser` has the limit that applies; this one is never reached.
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=4 * MAX_HEADER_BYTES)
        connection.send(_REQUEST)
        connection.send(_END)
        try:
            connection.receive_data(data)
            event = connection.next_event()
        except h11.ProtocolError:
            return None
        if not isinstance(event, h11.Response | h11.InformationalResponse):
            return None
        return RawHead(event.http_version.decode("latin-1"), event.status_code, event.headers)
