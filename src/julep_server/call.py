"""A validated request on its way to its handler, and the responses that handlers share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, TypeAlias

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.types import ASGIApp

from julep_server.db.engine import Isolation
from julep_server.http.responses import NEXT_OFFSET_HEADER, json_response
from julep_server.idempotency import IdempotencyClaim
from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.services import Services
from julep_server.store.resources import Record
from julep_server.store.times import timestamp

_SEVERAL: Final = 8
"""How many items of a page are encoded at a time, if they are short."""

_SHORT: Final = 64 * 1024
"""The length of a text, from which on items are encoded one by one."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of an operation, whose path, query, headers and body are valid.

    Attributes:
        tenant: The caller's tenant.
        arguments: The documented parameters by name, with the contract's defaults.
        body: The JSON body; an empty object when there is none.
        headers: All headers, names in lower case.
        preference: ``representation`` or ``minimal``; None when the caller stated neither.
        claim: Set when the request has an idempotency key.
    """

    services: Services
    tenant: str
    arguments: JSONObject
    body: JSONObject
    headers: Mapping[str, str]
    preference: str | None
    claim: IdempotencyClaim | None

    @property
    def max_metadata_keys(self) -> int:
        """The maximum number of keys in a resource's metadata."""
        return self.services.settings.max_metadata_keys

    def id(self, name: str) -> str:
        """Return a path parameter that is an id, in the case in which ids are stored."""
        return str(self.arguments[name]).lower()


Handler: TypeAlias = Callable[[Call], Awaitable[ASGIApp]]

Write: TypeAlias = Callable[[Connection], tuple[Record, JSONObject]]
"""Writes a resource, and returns its record and its representation."""


async def created(
    call: Call, write: Write, isolation: Isolation = Isolation.SERIALIZABLE
) -> Response:
    """Create a resource and return the 201.

    The response is stored for repetitions in the transaction that creates the resource: a server
    that is killed between the two would create it twice.
    """
    headers = _applied(call)

    def work(connection: Connection) -> JSONObject:
        record, representation = write(connection)
        body = _body(call, record.id, "created_at", record.created_at, representation)
        if call.claim is not None:
            call.claim.keep(connection, 201, headers, body)
        return body

    return json_response(201, await call.services.database.write(work, isolation), headers)


async def updated(
    call: Call, write: Write, isolation: Isolation = Isolation.SERIALIZABLE
) -> Response:
    """Change a resource and return the 200."""

    def work(connection: Connection) -> JSONObject:
        record, representation = write(connection)
        return _body(call, record.id, "updated_at", record.updated_at, representation)

    body = await call.services.database.write(work, isolation)
    return json_response(200, body, _applied(call))


async def deleted(
    call: Call, identifier: str, remove: Callable[[Connection, str, str], int]
) -> Response:
    """Delete a resource of the tenant and return the 202."""
    moment = await call.services.database.write(
        lambda connection: remove(connection, call.tenant, identifier)
    )
    return json_response(202, {"id": identifier, "deleted_at": timestamp(moment), "jobs": []})


async def performed(call: Call, body: JSONObject) -> Response:
    """Return the 200 of a POST that changes nothing, and store it for repetitions."""
    claim = call.claim
    if claim is not None:
        await call.services.database.write(lambda connection: claim.keep(connection, 200, {}, body))
    return json_response(200, body)


async def found(
    call: Call, read: Callable[[Connection], JSONObject], *, snapshot: bool = True
) -> Response:
    """Read a resource's representation and return the 200.

    Args:
        call: The call.
        read: Returns the representation.
        snapshot: Whether it takes several statements.
    """
    return json_response(200, await call.services.database.read(read, snapshot=snapshot))


async def listed(
    call: Call,
    read: Callable[[Connection], Iterable[JSON]],
    count: Callable[[Connection], int] | None = None,
    *,
    snapshot: bool = True,
) -> Response:
    """Read a list of representations and return the 200.

    A page ends early when it becomes too long. A header then has the offset of what follows: the
    SDK goes on there, and other programs can.

    Args:
        call: The call.
        read: Returns one page of the list; what is not consumed need not be read.
        count: Returns the length of the list, if the operation can have it in its response.
        snapshot: Whether a page takes several statements.
    """
    limit = call.services.settings.max_page_bytes
    total_of = count if call.arguments.get("with_total") is True else None

    def work(connection: Connection) -> tuple[bytes, dict[str, str]]:
        headers: dict[str, str] = {}
        texts, count = encode_page(read(connection), limit)
        if count is not None:
            offset = call.arguments.get("offset")
            skipped = offset if isinstance(offset, int) else 0
            headers[NEXT_OFFSET_HEADER] = str(skipped + count)
        total = ""
        if total_of is not None:
            total = f',"total":{total_of(connection)}'
        return f'{{"items":[{",".join(texts)}]{total}}}'.encode(), headers

    several = snapshot or total_of is not None
    body, headers = await call.services.database.read(work, snapshot=several)
    return Response(body, 200, headers, media_type="application/json")


def encode_page(items: Iterable[JSON], limit: int) -> tuple[list[str], int | None]:
    """Encode the items of a page, until it is longer than the limit.

    Short items are encoded several at a time: for one, json takes as long to begin as to encode it.

    Args:
        items: The items; few are read beyond those that fit.
        limit: The length in characters, which is near enough to bytes.

    Returns:
        The texts of the items, and how many there are if others were left out.
    """
    texts: list[str] = []
    size = count = 0
    several = 1
    rest: Iterator[JSON] = iter(items)
    while batch := list(islice(rest, several)):
        text = dumps(batch)[1:-1]
        if size + len(text) > limit and len(batch) > 1:
            rest, several = chain(batch, rest), 1
            continue
        if size + len(text) > limit and texts:
            return texts, count
        texts.append(text)
        size += len(text) + 1
        count += len(batch)
        several = min(2 * several, _SEVERAL) if len(text) < _SHORT else 1
    return texts, None


def _body(
    call: Call, identifier: str, time_field: str, moment: int, representation: JSONObject
) -> JSONObject:
    """Return the id and the time, or the whole representation where the caller prefers it."""
    body: JSONObject = {"id": identifier, time_field: timestamp(moment), "jobs": []}
    return {**representation, **body} if call.preference == "representation" else body


def _applied(call: Call) -> dict[str, str]:
    applied = call.preference
    return {} if applied is None else {"Preference-Applied": f"return={applied}"}
