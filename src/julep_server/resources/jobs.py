"""Jobs: how far what goes on after an answer has come."""

from __future__ import annotations

from starlette.responses import Response

from julep_server.call import Call, Handler
from julep_server.http.answers import json_answer
from julep_server.json_text import JSONObject
from julep_server.store import jobs
from julep_server.store.jobs import Job
from julep_server.store.times import timestamp


async def get(call: Call) -> Response:
    """Give a job."""
    job = await call.services.database.read(
        lambda connection: jobs.get(connection, call.tenant, call.id("job_id"))
    )
    return json_answer(200, represent(job))


def represent(job: Job) -> JSONObject:
    """A job as the API shows it."""
    shown: JSONObject = {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "has_progress": job.progress is not None,
        "progress": job.progress or 0,
        "created_at": timestamp(job.created_at),
        "updated_at": timestamp(job.updated_at),
    }
    return shown if job.reason is None else {**shown, "reason": job.reason}


HANDLERS: dict[str, Handler] = {"GetJobStatus": get}
