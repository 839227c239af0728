"""The record of one call, which hooks, the log, traces and raw responses read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from julep._http.messages import request_id

if TYPE_CHECKING:
    from weakref import ref

    from julep._http.messages import Request
    from julep._redaction import Secrets

current_records: ContextVar[list[CallRecord] | None] = ContextVar("julep_records", default=None)
"""The list to which each call of this context adds its record when it begins, if there is one."""


class AnswerReader(Protocol):
    """What reads the answer of a stream."""

    def snapshot(self) -> object:
        """Return the answer as far as it has arrived."""
        ...


class CallRecord:
    """What is known of a call so far.

    The call's flow and its stream write what was sent and returned, its `AttemptTracker` the rest.

    Args:
        request: The request of the first attempt.
        operation: The operation's name in the contract; empty when it is not in the contract.
        path: The request's path below the API's root.
        transport_secrets: Returns the secrets that the transport adds to requests.

    Attributes:
        request: The request of the next or the latest attempt, before redirects.
        operation: The operation's name in the contract; empty when it is not in the contract.
        path: The request's path below the API's root.
        attempts: How many times the request was sent.
        status: The status of the final response; 0 until it arrives.
        headers: The headers of the final response.
        elapsed: Seconds until the final response: attempts and the delays between them.
        body: The JSON body of the call, if it has one.
        result: What the call returned; None until then, and of a stream.
        reader: Refers to the reader of a stream, which has the answer as far as it has arrived.
    """

    def __init__(
        self,
        request: Request,
        operation: str,
        path: str,
        transport_secrets: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.request: Request = request
        self.operation: str = operation
        self.path: str = path
        self.attempts: int = 0
        self.status: int = 0
        self.headers: Mapping[str, str] = {}
        self.elapsed: float = 0.0
        self.body: object = None
        self.result: object = None
        self.reader: ref[AnswerReader] | None = None
        self._secrets: Secrets | None = None
        self._searched: Request | None = None
        self._transport_secrets = transport_secrets

    @property
    def secrets(self) -> Secrets:
        """The secrets of its requests so far."""
        if self._secrets is None:
            from julep._redaction import Secrets  # only errors and listeners need it

            self._secrets = Secrets(self._transport_secrets())
        if self._searched is not self.request:
            self._searched = self.request
            self._secrets.add(self.request.headers, self.request.url)
        return self._secrets

    def hide(self, text: str) -> str:
        """Return a text with the secrets of its requests replaced."""
        return self.secrets.hide(text)

    @property
    def answer(self) -> object:
        """What the call returned, or the answer of a stream so far; None without either."""
        reader = None if self.reader is None else self.reader()
        return self.result if reader is None else reader.snapshot()

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, from the final response."""
        return request_id(self.headers)
