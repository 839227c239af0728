"""What is known of one request when it has ended, for the log, metrics and traces."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestRecord:
    """One request, filled in by the parts of the server that handle it.

    Attributes:
        method: The HTTP method.
        path: The path, percent-encoded and without the query.
        id: The request's id.
        operation: The operation of the contract, or the path of OpenAI's API; few values.
        tenant: The caller's tenant; empty without a valid key.
        status: The response's status; 0 when the client has disconnected before it.
        bytes_in: Length of the request's body as far as it was read.
        bytes_out: Length of the response's body.
        model: The model that answered; empty when none did.
        prompt_tokens: Tokens that the model has read.
        completion_tokens: Tokens that the model has written.
        started: When the request came, by a monotonic clock.
    """

    method: str
    path: str
    id: str
    operation: str = ""
    tenant: str = ""
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """The seconds since the request came."""
        return time.perf_counter() - self.started


_current: ContextVar[RequestRecord | None] = ContextVar("julep_request", default=None)


def set_current(record: RequestRecord) -> None:
    """Make a record that of the request that this task, and the tasks that it starts, handle."""
    _current.set(record)


def describe(*, tenant: str | None = None, operation: str | None = None) -> None:
    """Note what a part of the server has found out about the current request."""
    record = _current.get()
    if record is not None:
        record.tenant = record.tenant if tenant is None else tenant
        record.operation = record.operation if operation is None else operation


def add_tokens(model: str, prompt_tokens: int, completion_tokens: int) -> None:
    """Note the tokens that a model has read and written for the current request."""
    record = _current.get()
    if record is not None:
        record.model = model
        record.prompt_tokens += prompt_tokens
        record.completion_tokens += completion_tokens
