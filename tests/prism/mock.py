"""Every method of the SDK against Prism's mock of the contract.

The mock answers with openapi.yaml's examples, or with anything that its schemas allow. A streamed
chat is left out: Prism cannot mock one ("Cannot serialise complex objects as text").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from julep import RequestTimeoutError
from tests.prism.process import KEY, Prism
from tests.sdk.helpers.calls import GOOD
from tests.sdk.helpers.methods import METHODS, SIDES, Caller, Side

MOCKS: Mapping[str, tuple[str, ...]] = {
    "examples": (),
    "anything": ("--dynamic", "--seed", "1"),
}


@pytest.fixture(scope="module", params=list(MOCKS))
def mock(request: pytest.FixtureRequest) -> Iterator[Caller]:
    with pytest.MonkeyPatch.context() as patch, Prism("mock", *MOCKS[request.param]) as prism:
        patch.setenv("JULEP_API_KEY", KEY)
        caller = Caller(prism.url)
        yield caller
        caller.close()
        # What it makes up may break a bound of its schema, of which it then warns itself.
        assert not [line for line in prism.errors() if "Violation: response." not in line]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("method", [".".join(names) for names in METHODS])
def test_a_method_reads_what_the_contract_answers(side: Side, method: str, mock: Caller) -> None:
    if method == "jobs.wait":
        # A mock's job stays what it is, and this seed's is under way, as the example's is.
        with pytest.raises(RequestTimeoutError, match=r"still \w+ after 0\.1 s"):
            mock.public(side, method, {**GOOD[method], "timeout": 0.1})
        return
    answer = mock.public(side, method, GOOD[method])
    assert (answer is None) == (method.partition(".")[2] in {"delete", "delete_history"})
