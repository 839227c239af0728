"""A server misbehaves in every way that we could think of, and only the promised comes of it."""

from __future__ import annotations

import pytest

from tests.sdk.colours import Colour
from tests.sdk.faults import bodies, connections, heads, redirects, statuses, streams
from tests.sdk.faults.fault import Fault
from tests.sdk.faults.meeting import meets, survives

FAULTS: dict[str, Fault] = {
    f"{module.__name__.rpartition('.')[2]}: {name}": fault
    for module in (connections, heads, bodies, statuses, redirects, streams)
    for name, fault in module.FAULTS.items()
}
PASSING = {name: fault for name, fault in FAULTS.items() if fault.passes}


@pytest.mark.anyio
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_has_its_outcome(
    colour: Colour, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await meets(colour, fault, caplog)


@pytest.mark.anyio
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
async def test_a_fault_that_passes_is_survived(
    colour: Colour, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await survives(colour, fault, caplog)
