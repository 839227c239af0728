"""Julep: agents with long-term memory, from Python.

Everything starts with a client::

    import julep

    with julep.Client() as client:
        agent = client.agents.create(name="Ada", about="a patient tutor")
        session = client.sessions.create(agent_id=agent.id)
        reply = client.sessions.chat(
            session_id=session.id,
            messages=[{"role": "user", "content": "What is a prime number?"}],
        )
        print(reply.text)

`AsyncClient` has the same methods, async, on asyncio and on trio.

Names are imported on first use, so that ``import julep`` stays cheap.
"""

from typing import TYPE_CHECKING

from julep import _lazy

if TYPE_CHECKING:
    from julep import api as api
    from julep import client as client
    from julep import env as env
    from julep import errors as errors
    from julep import managers as managers
    from julep import streams as streams
    from julep import types as types
    from julep._calls.server_info import ServerInfo as ServerInfo
    from julep._clients.async_client import AsyncClient as AsyncClient
    from julep._clients.sync_client import Client as Client
    from julep._documents.added import AddedDocs as AddedDocs
    from julep._documents.added import AddedFile as AddedFile
    from julep._http.timeout import Timeout as Timeout
    from julep._http.tls import tls_context as tls_context
    from julep._instrumentation.hook_events import RequestEvent as RequestEvent
    from julep._instrumentation.hook_events import ResponseEvent as ResponseEvent
    from julep._instrumentation.hook_events import RetryEvent as RetryEvent
    from julep._instrumentation.hooks import Hooks as Hooks
    from julep._instrumentation.raw_response import RawResponse as RawResponse
    from julep._settings.retry import RetryPolicy as RetryPolicy
    from julep._tools.calls import ToolResult as ToolResult
    from julep._tools.output import ParsedResponse as ParsedResponse
    from julep._version import __version__ as __version__
    from julep.errors import ApiError as ApiError
    from julep.errors import ArgumentTypeError as ArgumentTypeError
    from julep.errors import AuthenticationError as AuthenticationError
    from julep.errors import BadRequestError as BadRequestError
    from julep.errors import ConfigurationError as ConfigurationError
    from julep.errors import ConflictError as ConflictError
    from julep.errors import InvalidArgumentError as InvalidArgumentError
    from julep.errors import InvalidIdError as InvalidIdError
    from julep.errors import InvalidOutputError as InvalidOutputError
    from julep.errors import InvalidResponseError as InvalidResponseError
    from julep.errors import JobFailedError as JobFailedError
    from julep.errors import JulepError as JulepError
    from julep.errors import MaxTurnsError as MaxTurnsError
    from julep.errors import NetworkError as NetworkError
    from julep.errors import NotApprovedError as NotApprovedError
    from julep.errors import NotFoundError as NotFoundError
    from julep.errors import PermissionDeniedError as PermissionDeniedError
    from julep.errors import RateLimitError as RateLimitError
    from julep.errors import RequestError as RequestError
    from julep.errors import RequestTimeoutError as RequestTimeoutError
    from julep.errors import ServerError as ServerError
    from julep.errors import StreamClosedError as StreamClosedError
    from julep.errors import StreamInterruptedError as StreamInterruptedError
    from julep.errors import StreamTimeoutError as StreamTimeoutError
    from julep.errors import UnprocessableEntityError as UnprocessableEntityError
    from julep.streams import AsyncChatStream as AsyncChatStream
    from julep.streams import ChatStream as ChatStream
    from julep_api.types import UNSET as UNSET
    from julep_api.types import Unset as Unset
else:
    __all__, __getattr__, __dir__ = _lazy.lazy(
        __name__,
        {
            "julep._clients.async_client": ("AsyncClient",),
            "julep._clients.sync_client": ("Client",),
            "julep._calls.server_info": ("ServerInfo",),
            "julep._documents.added": ("AddedDocs", "AddedFile"),
            "julep._instrumentation.hook_events": ("RequestEvent", "ResponseEvent", "RetryEvent"),
            "julep._instrumentation.hooks": ("Hooks",),
            "julep._instrumentation.raw_response": ("RawResponse",),
            "julep._settings.retry": ("RetryPolicy",),
            "julep._http.timeout": ("Timeout",),
            "julep._http.tls": ("tls_context",),
            "julep._tools.calls": ("ToolResult",),
            "julep._tools.output": ("ParsedResponse",),
            "julep._version": ("__version__",),
            "julep.errors": (
                "ApiError",
                "ArgumentTypeError",
                "AuthenticationError",
                "BadRequestError",
                "ConfigurationError",
                "ConflictError",
                "InvalidArgumentError",
                "InvalidIdError",
                "InvalidOutputError",
                "InvalidResponseError",
                "JobFailedError",
                "JulepError",
                "MaxTurnsError",
                "NetworkError",
                "NotApprovedError",
                "NotFoundError",
                "PermissionDeniedError",
                "RateLimitError",
                "RequestError",
                "RequestTimeoutError",
                "ServerError",
                "StreamClosedError",
                "StreamInterruptedError",
                "StreamTimeoutError",
                "UnprocessableEntityError",
            ),
            "julep.streams": ("AsyncChatStream", "ChatStream"),
            "julep_api.types": ("UNSET", "Unset"),
        },
        submodules=("api", "client", "env", "errors", "managers", "streams", "types"),
    )
