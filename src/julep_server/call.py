"""One validated request on its way to its handler, and the answers that handlers share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.types import ASGIApp

from julep_server.chat.runs import Runs
from julep_server.db.engine import Database
from julep_server.http.answers import json_answer
from julep_server.idempotency import Claim
from julep_server.jobs.worker import Worker
from julep_server.json_text import JSON, JSONObject
from julep_server.models.provider import Provider
from julep_server.search.embedding import Embedding
from julep_server.settings import Settings
from julep_server.store.resources import Record
from julep_server.store.times import timestamp


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers work with; made once a server."""

    settings: Settings
    database: Database
    provider: Provider
    runs: Runs
    worker: Worker
    embedding: Embedding


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose path, query, headers and body are valid.

    Attributes:
        tenant: Who is calling.
        arguments: The documented parameters by name, with the contract's defaults.
        body: The JSON body; an empty object where there is none.
        headers: All headers, names in lower case.
        preference: ``representation`` or ``minimal``, where the caller said so.
        claim: Set where the request has an idempotency key.
    """

    services: Services
    tenant: str
    arguments: JSONObject
    body: JSONObject
    headers: Mapping[str, str]
    preference: str | None
    claim: Claim | None

    def id(self, name: str) -> str:
        """A path parameter that is an id, as ids are stored."""
        return str(self.arguments[name]).lower()


Handler: TypeAlias = Callable[[Call], Awaitable[ASGIApp]]


async def created(call: Call, make: Callable[[Connection], tuple[Record, JSONObject]]) -> Response:
    """Make a resource and answer 201.

    The answer is kept for repetitions in the transaction that makes the resource: a server that is
    killed between the two would make it twice.

    Args:
        call: The request.
        make: Stores the resource; gives its record and its representation.
    """
    headers = _applied(call)

    def work(connection: Connection) -> JSONObject:
        record, representation = make(connection)
        answer: JSONObject = {
            "id": record.id,
            "created_at": timestamp(record.created_at),
            "jobs": [],
        }
        if call.preference == "representation":
            answer = {**representation, **answer}
        if call.claim is not None:
            call.claim.keep(connection, 201, headers, answer)
        return answer

    return json_answer(201, await call.services.database.write(work), headers)


async def updated(call: Call, make: Callable[[Connection], tuple[Record, JSONObject]]) -> Response:
    """Change a resource and answer 200."""

    def work(connection: Connection) -> JSONObject:
        record, representation = make(connection)
        answer: JSONObject = {
            "id": record.id,
            "updated_at": timestamp(record.updated_at),
            "jobs": [],
        }
        return {**representation, **answer} if call.preference == "representation" else answer

    return json_answer(200, await call.services.database.write(work), _applied(call))


async def deleted(
    call: Call, identifier: str, remove: Callable[[Connection, str, str], int]
) -> Response:
    """Delete a resource of the tenant and answer 202."""
    moment = await call.services.database.write(
        lambda connection: remove(connection, call.tenant, identifier)
    )
    return json_answer(202, {"id": identifier, "deleted_at": timestamp(moment), "jobs": []})


async def listed(call: Call, read: Callable[[Connection], list[JSON]]) -> Response:
    """Read a list and answer 200."""
    return json_answer(200, {"items": await call.services.database.read(read)})


def _applied(call: Call) -> dict[str, str]:
    applied = call.preference
    return {} if applied is None else {"Preference-Applied": f"return={applied}"}
