"""Every fault of `helpers.cases`: its outcome, and the recovery from it."""

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
async def test_outcome_of_a_fault_in_every_attempt(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await check_every_attempt(mode, fault, caplog)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
async def test_recovery_from_a_fault_in_the_first_attempt(
    mode: Mode, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await check_recovery(mode, fault, caplog)


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["sync"])
@pytest.mark.parametrize("fault", OF_HTTP.values(), ids=OF_HTTP.keys())
async def test_outcome_with_the_h11_parser(
    mode: Mode,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("julep._http.exchange.parser_class", H11Parser)
    await check_every_attempt(mode, fault, caplog)
