"""The SDK and the server follow the contract in everything that can be seen when they run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from julep_api.types import JSON
from tests.gate.helpers import document, sent, served
from tests.gate.helpers.document import Document
from tests.gate.helpers.edits import EDITS
from tests.gate.helpers.gate import BOTH, CHECKS, SDK, SERVER, Check, Observed
from tests.gate.helpers.problems import load_exceptions, shown
from tests.gate.helpers.resources import Resources
from tests.gate.helpers.sdk_checks import text_problems
from tests.gate.helpers.server_checks import performed
from tests.server.helpers.api import Api

pytestmark = pytest.mark.once

ON_PURPOSE = (
    "What is so on purpose needs an entry with its reason in tests/gate/exceptions.toml; its place"
    " is the text before the colon."
)
NOTHING_SENT = sent.Record({}, [], {})


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
        pytest.fail(f"\n{shown(found)}\n{ON_PURPOSE}", pytrace=False)
    unused = [place for name in checks for place in exceptions.unused(name)]
    assert not unused, f"nothing needs these entries of exceptions.toml: {unused}"


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


def test_what_the_exercise_cannot_make_is_named_and_the_rest_is_made(contract: Document) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        if request.url.path == "/agents":
            return httpx.Response(422, text="no such setting")
        return httpx.Response(201, json={"id": request.url.path.strip("/"), "items": []})

    asked: list[str] = []
    failures: list[str] = []
    with Api("http://api.test") as api:
        api.http.close()
        with httpx.Client(
            base_url="http://api.test", transport=httpx.MockTransport(respond)
        ) as api.http:
            resources = Resources(contract, failures, api, "")
            resources.make_all()
    (failure,) = failures
    assert failure.startswith("CreateAgent: 422 no such setting to {'name': 'Ada'")
    assert resources.ids == {
        "user_id": "users",
        "session_id": "sessions",
        "users doc_id": "users/users/docs",
    }
    assert "POST /sessions/sessions/chat" in asked


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [[1, 1]]),
        ({"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"}, ["AA-0"]),
        ({"type": "string", "minLength": 6}, ["textxx"]),
    ],
)
def test_values_keep_the_rules_of_their_schema(
    contract: Document, rules: dict[str, JSON], expected: list[object]
) -> None:
    assert contract.variants(rules) == expected


def test_a_request_of_no_operation_is_named() -> None:
    seen = served.Served(failures=["GET /tasks/{task_id}: it is sent"])
    assert [one.place for one in performed(seen)] == ["performed GET /tasks/{task_id}"]


def test_a_server_that_does_not_start_is_named(
    contract: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load() -> JSON:
        raise RuntimeError("this is no contract")

    monkeypatch.setattr("julep_server.app.load_contract", load)
    seen = served.serve(contract, tmp_path)
    observed = Observed(NOTHING_SENT, seen)
    found = load_exceptions().without(
        problem for check in SERVER.values() for problem in check(contract, observed)
    )
    assert [one.place for one in found] == ["performed start"]
    assert re.fullmatch(
        r"the server does not start: src/julep_server/app\.py:\d+: "
        r"RuntimeError: this is no contract",
        found[0].text,
    )


def test_the_number_of_a_standard_is_no_bound(contract: Document) -> None:
    schema: dict[str, object] = {"type": "string", "maxLength": 35}
    assert not [*text_problems(contract, schema, "A tag of BCP 47, at most 35 characters.")]
    assert [*text_problems(contract, schema, "At most 47 characters.")] == [
        "47 is no bound or default of it in openapi.yaml"
    ]
