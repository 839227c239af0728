"""Jobs: the state of the work that follows a chat's response."""

from __future__ import annotations

from starlette.responses import Response

from julep_server.call import Call, Handler, found
from julep_server.representations import job_json
from julep_server.store import jobs


async def get(call: Call) -> Response:
    """Return a job."""
    return await found(
        call, lambda connection: job_json(jobs.get(connection, call.tenant, call.id("job_id")))
    )


HANDLERS: dict[str, Handler] = {"GetJobStatus": get}
