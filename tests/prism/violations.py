"""Prism, as the proxy of the SDK's tests, reports every violation of the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from julep import Client, ServerError, UnprocessableEntityError
from julep_api.api.users import list_users
from tests.prism.helpers.process import KEY, Prism
from tests.sdk.helpers.invalid_arguments import ID
from tests.sdk.helpers.stub import Stub

VIOLATIONS = 4
"""How many violations the tests below make."""


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with Stub() as running:
        yield running


@pytest.fixture(scope="module")
def prism(stub: Stub) -> Iterator[Prism]:
    with Prism("proxy", stub.url, "--errors") as running:
        assert running.errors() == []
        yield running
        assert len(running.errors()) == VIOLATIONS


@pytest.fixture
def client(prism: Prism, stub: Stub) -> Iterator[Client]:
    stub.reset()
    with Client(base_url=prism.url, api_key=KEY, max_retries=0) as client:
        yield client


def test_a_response_without_a_required_field(client: Client, stub: Stub) -> None:
    with pytest.raises(ServerError, match=r"VIOLATIONS.*must have required property 'id'"):
        client.users.get(ID)
    assert len(stub.requests) == 1


def test_a_response_with_a_field_of_another_type(client: Client, stub: Stub) -> None:
    times = dict.fromkeys(("created_at", "updated_at"), "2026-01-02T03:04:05Z")
    stub.response = {"id": ID, "name": 3, "about": "", "metadata": {}, **times}
    with pytest.raises(ServerError, match=r"VIOLATIONS.*name must be string"):
        client.users.get(ID)


def test_an_error_with_another_schema(client: Client, stub: Stub) -> None:
    stub.status = 404
    with pytest.raises(ServerError, match=r"VIOLATIONS.*must have required property 'error'"):
        client.users.get(ID)


def test_a_request_that_violates_the_contract(client: Client, stub: Stub) -> None:
    with pytest.raises(UnprocessableEntityError, match="limit"):
        client.api.send(list_users.call()._replace(query=(("limit", "many"),)))
    assert stub.requests == []
