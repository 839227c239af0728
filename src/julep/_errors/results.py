"""Errors of results: the requests succeeded, but a stream, a job or a run did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep._errors.base import JulepError

if TYPE_CHECKING:
    from julep_api.models import ChatResponse, JobStatus


class StreamClosedError(JulepError):
    """A stream was read that is not open: it was read to its end or closed, or never opened.

    Example:
        >>> with client.sessions.stream(session.id, messages) as stream:
        ...     chunks = [*stream]
        >>> try:
        ...     next(iter(stream))
        ... except julep.StreamClosedError as error:
        ...     print(error.message.partition(": ")[2])
        the stream was read to its end: get_final_response() returns the whole answer
    """


class JobFailedError(JulepError):
    """A job that was waited for failed, or was aborted.

    Attributes:
        job: The job's status; its `reason` is the cause, if the server knows it.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> from julep_server import LocalServer
        >>> with ScriptedServer("Hello!").fails(401) as model:  # fails when memories are formed
        ...     url = f"{model.root}/v1"
        ...     with LocalServer(model_url=url, model="any", embedding_model="none") as server:
        ...         with julep.Client(base_url=server.url) as client:
        ...             agent = client.agents.create(name="Ada")
        ...             user = client.users.create(name="Grace")
        ...             session = client.sessions.create(agent_id=agent.id, user_id=user.id)
        ...             [job_id] = client.sessions.chat(session.id, "I live in Bergen.").jobs
        ...             try:
        ...                 client.jobs.wait(job_id)
        ...             except julep.JobFailedError as error:
        ...                 print(error.job.reason)
        the model's endpoint refused the request
    """

    def __init__(self, message: str, job: JobStatus) -> None:
        super().__init__(message)
        self.job = job


class MaxTurnsError(JulepError):
    """A run reached its ``max_turns`` before the model answered.

    Attributes:
        response: The model's last response: calls of tools, which were not executed.

    Example:
        >>> try:
        ...     client.sessions.run(session.id, messages, [temperature], max_turns=1)
        ... except julep.MaxTurnsError as error:
        ...     print(error.response.finish_reason.value)
        tool_calls
    """

    def __init__(self, message: str, response: ChatResponse) -> None:
        super().__init__(message)
        self.response = response


class NotApprovedError(JulepError):
    """A function was not called, because `approve` decided so; the error of a `ToolResult`.

    Example:
        >>> def approve(name, arguments):
        ...     return "not today"
        >>> run = client.sessions.iterate_run(session.id, messages, [temperature], approve=approve)
        >>> [step.error for step in run if isinstance(step, julep.ToolResult)]
        [NotApprovedError('the call of temperature was not approved: not today')]
    """


class InvalidOutputError(JulepError):
    """A model's answer does not match the ``output`` of a call, and was not repaired.

    Attributes:
        text: The answer.
        path: Where in the answer, such as ``items[0].name``; empty for the whole answer.
        response: The response that has the answer.

    Example:
        >>> try:
        ...     client.sessions.parse(session.id, "How many?", int, repairs=0)
        ... except julep.InvalidOutputError as error:
        ...     print(error.text)
        Hello! How can I help?
    """

    def __init__(self, message: str, *, text: str, path: str = "", response: ChatResponse) -> None:
        super().__init__(message)
        self.text = text
        self.path = path
        self.response = response
