"""Every method of the SDK against Prism's mock of the contract.

The mock responds with openapi.yaml's examples, or with random values that its schemas allow. A
streamed chat is left out: Prism cannot mock one ("Cannot serialise complex objects as text").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from julep import RequestTimeoutError
from tests.prism.helpers.process import KEY, Prism
from tests.sdk.helpers.calls import GOOD
from tests.sdk.helpers.methods import METHODS, SIDES, Caller, Side

MOCKS: Mapping[str, tuple[str, ...]] = {
    "examples": (),
    "random": ("--dynamic", "--seed", "1"),
}


@pytest.fixture(scope="module", params=list(MOCKS))
def mock(request: pytest.FixtureRequest) -> Iterator[Caller]:
    with pytest.MonkeyPatch.context() as patch, Prism("mock", *MOCKS[request.param]) as prism:
        patch.setenv("JULEP_API_KEY", KEY)
        caller = Caller(prism.url)
        yield caller
        caller.close()
        # Random values may violate a bound of their schema; Prism reports that itself.
        assert not [line for line in prism.errors() if "Violation: response." not in line]


LEFT_OUT = {
    "sessions.stream": "Prism cannot mock a stream",
    "sessions.stream_run": "Prism cannot mock a stream",
    "sessions.parse": "the mock's answer is a text, which has the requested type only by chance",
    "sessions.run": "the mock's random answers call tools that no agent has",
    "sessions.iterate_run": "the same",
    "docs.add": "it reads files, and its requests are those of other methods",
    **dict.fromkeys(
        (".".join(names) for names in METHODS if names[1].startswith("count")),
        "the mock's responses have no total, which the contract requires only on request",
    ),
}
"""Methods that cannot be tested by a mock, with the reasons; other tests reach them."""


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    "method", [name for names in METHODS if (name := ".".join(names)) not in LEFT_OUT]
)
def test_a_method_reads_the_contract_s_response(side: Side, method: str, mock: Caller) -> None:
    if method == "jobs.wait":
        # A mock's job never changes, and is running, in the example as with this seed.
        with pytest.raises(RequestTimeoutError, match=r"still \w+ after 0\.1 s"):
            mock.public(side, method, {**GOOD[method], "timeout": 0.1})
        return
    result = mock.public(side, method, GOOD[method])
    assert (result is None) == (method.partition(".")[2] in {"delete", "delete_history"})
