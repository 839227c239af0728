"""The proxy of the environment between the server and a model's endpoint."""

from __future__ import annotations

import os

import httpx
import pytest

from julep_server import LocalServer
from julep_server.models.endpoint_client import endpoint_client
from tests.sdk.transport.helpers.forward_proxy import Proxy
from tests.server.helpers.endpoint import serving_endpoint


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def chat(server: LocalServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        agent = client.post("/agents", json={"name": "a"}).json()
        session = client.post("/sessions", json={"agent_id": agent["id"]}).json()
        body = {"messages": [{"role": "user", "content": "Hi"}]}
        client.post(f"/sessions/{session['id']}/chat", json=body).raise_for_status()


@pytest.mark.parametrize(
    ("no_proxy", "requests"),
    [
        ("127.0.0.0/8", 0),
        ("[::1], 127.0.0.1", 0),
        ("::1,fd00::/8,127.0.0.1:{port}", 0),
        ("*", 0),
        ("10.0.0.0/8,[::1]:80,127.0.0.1:1", 1),
        ("", 1),
    ],
)
def test_no_proxy_is_read_as_the_sdk_reads_it(
    no_proxy: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy, serving_endpoint() as endpoint:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        port = endpoint.url.split(":")[2].partition("/")[0]
        monkeypatch.setenv("NO_PROXY", no_proxy.format(port=port))
        with LocalServer(model_url=endpoint.url, model="small") as server:
            chat(server)
    assert len(proxy.requests) == requests


@pytest.mark.parametrize("value", ["ftp://me:hunter22@x", "http://[x", "http://me:hunter22@x:port"])
def test_a_proxy_that_cannot_be_used_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", value)
    with pytest.raises(ValueError, match=r"^HTTP_PROXY: expected a URL such as") as caught:
        endpoint_client("http://models.test/v1", None, 1.0)
    assert "hunter22" not in str(caught.value)
