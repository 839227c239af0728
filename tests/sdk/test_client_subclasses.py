"""Subclasses of the clients: their attributes survive `with_options`, copies and pickles."""

from __future__ import annotations

import copy
import pickle
from functools import cached_property
from typing import Any

import pytest

from julep import AsyncClient, Client


class Tenant(Client):
    """A client with an attribute, a slot and a cached value of its own."""

    __slots__ = ("region",)

    def __init__(self, tenant: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.tenant = tenant
        self.seen: list[str] = []
        self.region = "eu"

    @cached_property
    def answers(self) -> list[object]:
        return [self.api]


class AsyncTenant(AsyncClient):
    """The same, async."""

    __slots__ = ("region",)

    def __init__(self, tenant: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.tenant = tenant
        self.seen: list[str] = []
        self.region = "eu"

    @cached_property
    def answers(self) -> list[object]:
        return [self.api]


each_kind = pytest.mark.parametrize("kind", [Tenant, AsyncTenant])


def made(kind: Any) -> Any:
    client = kind("blue", base_url="http://127.0.0.1:1/api", api_key="key", pickle_api_key=True)
    client.seen.append("one")
    assert client.answers == [client.api]
    assert client.agents.api_client is client.api
    return client


@each_kind
def test_with_options_and_a_copy_share_the_attributes(kind: type[Tenant | AsyncTenant]) -> None:
    client = made(kind)
    again: Any
    for again in (client.with_options(timeout=3), copy.copy(client)):
        assert type(again) is kind
        assert (again.tenant, again.region) == ("blue", "eu")
        assert again.seen is client.seen
        assert again.api is not client.api
        assert again.answers == [again.api]
        assert again.agents.api_client is again.api
    again = client.with_options(timeout=3)
    assert again._config.timeout.total == 3


@each_kind
def test_a_deep_copy_and_a_pickle_have_their_own(kind: type[Tenant | AsyncTenant]) -> None:
    client = made(kind)
    again: Any
    for again in (copy.deepcopy(client), pickle.loads(pickle.dumps(client))):  # noqa: S301  # our own
        assert type(again) is kind
        assert (again.tenant, again.region, again.seen) == ("blue", "eu", ["one"])
        assert again.seen is not client.seen
        assert again.api is not client.api
        assert again.answers == [again.api]
        assert vars(again)["_config"] == client._config


@each_kind
def test_a_subclass_chooses_what_is_kept(kind: type[Tenant | AsyncTenant]) -> None:
    def state_of(client: Any) -> object:
        state: Any = kind.__getstate__(client)
        plain: dict[str, object] = state[0]
        return {name: value for name, value in plain.items() if name != "seen"}, state[1]

    again = made(type("Private", (kind,), {"__getstate__": state_of})).with_options()
    assert (again.tenant, hasattr(again, "seen")) == ("blue", False)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_without_attributes_has_an_empty_state(kind: type[Client | AsyncClient]) -> None:
    client = kind(base_url="http://127.0.0.1:1/api")
    assert client.agents.api_client is client.api
    assert client.__getstate__() == {}
