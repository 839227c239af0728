"""Answers read by h11."""

from __future__ import annotations

from typing import Final

import h11

from julep._http1 import LONGEST_HEAD, Broken, Event, Reader

# h11 reads an answer when it knows of the request; all it needs to know is its method. What it
# would send is thrown away: requests are written in one place, for both readers.
_REQUESTS: Final = {
    to_head: h11.Request(method=method, target="/", headers=[("host", "-")])
    for to_head, method in ((False, "GET"), (True, "HEAD"))
}
_END: Final = h11.EndOfMessage()


class H11Reader(Reader):
    """Reads the answer to one request by h11."""

    def __init__(self, to_head: bool) -> None:
        super().__init__(to_head=to_head)
        # Ours is the limit that counts; this one is never reached.
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=4 * LONGEST_HEAD)
        self._connection.send(_REQUESTS[to_head])
        self._connection.send(_END)

    def _parse(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        try:
            self._connection.receive_data(data)
            while (event := self._connection.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Data):
                    events.append(bytes(event.data))
                elif isinstance(event, h11.Response | h11.InformationalResponse):
                    version = event.http_version.decode("latin-1")
                    head = self._head(version, event.status_code, event.headers)
                    if head is not None:
                        events.append(head)
                    if isinstance(head, Broken):
                        break
                else:
                    surplus, _ = self._connection.trailing_data
                    events.append(self._end(surplus=bool(surplus.strip(b"\r\n"))))
                    break
        except h11.ProtocolError:
            events.append(self._broken())
        return events
