"""The SDK and the server follow the contract in everything that can be seen when they run."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.gate.helpers import document, sent, served
from tests.gate.helpers.document import Document
from tests.gate.helpers.edits import EDITS
from tests.gate.helpers.gate import BOTH, CHECKS, SDK, SERVER, Check, Observed
from tests.gate.helpers.problems import load_exceptions, shown

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def contract() -> Document:
    return document.load()


@pytest.fixture(scope="module")
def observed(contract: Document, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """What the SDK sends and the server does, recorded once."""
    folder = tmp_path_factory.mktemp("gate")
    return Observed(sent.record(contract), served.serve(contract, folder))


@pytest.mark.parametrize("checks", [SDK, SERVER, BOTH], ids=["sdk", "server", "both"])
def test_hand_written_code_follows_the_contract(
    checks: Mapping[str, Check], contract: Document, observed: Observed
) -> None:
    exceptions = load_exceptions()
    found = [
        problem
        for check in checks.values()
        for problem in exceptions.without(check(contract, observed))
    ]
    if found:
        # Only what is to be done, and not the frames of this test.
        pytest.fail(f"\n{shown(found)}", pytrace=False)
    unused = [place for name in checks for place in exceptions.unused(name)]
    assert not unused, "exceptions.toml has what is no exception any more"


def test_exceptions_are_of_checks_and_have_reasons() -> None:
    for place, reason in load_exceptions().reasons.items():
        assert place.partition(" ")[0] in CHECKS
        assert reason.strip()


def test_an_edit_of_the_contract_that_is_not_followed_is_found(
    contract: Document, observed: Observed
) -> None:
    """Each edit is one that needs hand-written code; the gate has only the code of today."""
    for edit in EDITS:
        edited = edit.applied(contract.root)
        for place in edit.places:
            check = CHECKS[place.partition(" ")[0]]
            found = load_exceptions().without(check(Document(edited), observed))
            assert any(problem.place == place for problem in found), (
                f"{edit.name}: nothing at {place!r}; found\n{shown(found)}"
            )
