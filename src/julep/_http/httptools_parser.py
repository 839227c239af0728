"""The parser of responses by httptools."""

from __future__ import annotations

import httptools

from julep._http.http1 import RawHead, ResponseParser


class HttptoolsParser(ResponseParser):
    """Parses the response to one request, its heads by httptools."""

    def _parse_head(self, data: bytes) -> RawHead | None:
        head = _Head()
        parser = httptools.HttpResponseParser(head)
        try:
            parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            # A signal's handler has raised within one of the methods below, Ctrl-C for one.
            raise (error.__context__ or error) from None
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        if not head.is_complete:
            return None
        return RawHead(parser.get_http_version(), parser.get_status_code(), head.headers)


class _Head:
    """What httptools finds in a head: it calls the ``on_...`` methods."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.is_complete = True
