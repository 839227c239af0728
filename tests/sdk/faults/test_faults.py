"""A server misbehaves in every way that we could think of, and only the promised comes of it."""

from __future__ import annotations

import pytest

from julep._http.h11_parser import H11Parser
from tests.sdk.faults.helpers.cases import (
    bodies,
    connections,
    heads,
    redirects,
    statuses,
    streams,
)
from tests.sdk.faults.helpers.checks import check_every_attempt, check_recovery
from tests.sdk.faults.helpers.fault import Fault
from tests.sdk.helpers.modes import Mode

FAULTS: dict[str, Fault] = {
    f"{module.__name__.rpartition('.')[2]}: {name}": fault
    for module in (connections, heads, bodies, statuses, redirects, streams)
    for name, fault in module.FAULTS.items()
}
OF_HTTP = {
    name: fault for name, fault in FAULTS.items() if name.startswith(("heads: ", "bodies: "))
}
PASSING = {name: fault for name, fault in FAULTS.items() if fault.recovers}


@pytest.mark.anyio
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_has_its_outcome(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await check_every_attempt(mode, fault, caplog)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
async def test_a_fault_that_passes_is_survived(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await check_recovery(mode, fault, caplog)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["sync"])
@pytest.mark.parametrize("fault", OF_HTTP.values(), ids=OF_HTTP.keys())
async def test_the_reader_that_is_always_there_has_the_same_outcome(
    mode: Mode,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("julep._http.http1.parser_class", H11Parser)
    await check_every_attempt(mode, fault, caplog)
