"""Which job is done how."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from julep_server.jobs.kinds import MEMORIES, SUGGESTIONS, SUMMARY, Means
from julep_server.jobs.memories import form
from julep_server.jobs.suggestions import suggest
from julep_server.jobs.summaries import summarise
from julep_server.jobs.worker import Perform, Report, Store
from julep_server.store.jobs import Job

_Duty: TypeAlias = Callable[[Means, Job, Report], Awaitable[Store]]
_DUTIES: Mapping[str, _Duty] = {MEMORIES: form, SUGGESTIONS: suggest, SUMMARY: summarise}


def duties(means: Means) -> Perform:
    """Make what does a worker's jobs."""

    async def perform(job: Job, report: Report) -> Store:
        return await _DUTIES[job.name](means, job, report)

    return perform
