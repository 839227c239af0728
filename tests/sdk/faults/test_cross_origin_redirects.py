"""Redirects to another origin, which gets no credentials."""

from __future__ import annotations

import pytest

import julep
from tests.helpers.ports import closed_port
from tests.sdk.faults.helpers.checks import QUICK_RETRY
from tests.sdk.faults.helpers.fault import CHAT, CREATE, GET, STREAM, Call
from tests.sdk.faults.helpers.steps import redirect
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.transport.helpers.scripted_server import ReceivedRequest, Server, respond_error
from tests.sdk.transport.helpers.secrets import CANARY, everything_of

pytestmark = pytest.mark.anyio

CALLS = {"a get": GET, "a create": CREATE, "a chat": CHAT, "a stream": STREAM}
SECRET = {"api_key": CANARY, "headers": {"x-other-key": CANARY, "cookie": f"key={CANARY}"}}


def said(request: ReceivedRequest) -> str:
    return repr(request.headers) + request.target


@pytest.mark.parametrize(
    "form", ["http://127.0.0.1:{port}/elsewhere", "//127.0.0.1:{port}/elsewhere"]
)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
async def test_another_origin_does_not_get_the_key(mode: Mode, call: Call, form: str) -> None:
    with Server([call.response]) as other, Server([]) as server:
        server.steps[:] = [redirect(307, form.format(port=other.port), call.response)]
        async with make_client(mode, server.url, retry=QUICK_RETRY, **SECRET) as client:
            assert await call.run(client) == call.expected
    (first,), (second,) = server.received, other.received
    assert CANARY in said(first)
    assert CANARY not in said(second)
    assert second.header("host") == f"127.0.0.1:{other.port}"
    assert (second.method, second.body) == (first.method, first.body)
    assert second.header("idempotency-key") == first.header("idempotency-key")


async def test_a_redirect_back_does_not_get_the_key(mode: Mode) -> None:
    with Server([]) as server, Server([]) as other:
        server.steps[:] = [redirect(302, f"{other.url}/there", GET.response)]
        other.steps[:] = [redirect(302, f"{server.url}/elsewhere", GET.response)]
        async with make_client(mode, server.url, retry=QUICK_RETRY, **SECRET) as client:
            assert await GET.run(client) == GET.expected
    first, back = server.received
    assert CANARY in said(first)
    assert CANARY not in said(back) + said(other.received[0])


async def test_an_error_of_another_origin_does_not_show_the_key(mode: Mode) -> None:
    with (
        Server([respond_error(403)]) as other,
        Server([redirect(308, f"{other.url}/elsewhere", GET.response)]) as server,
    ):
        async with make_client(mode, server.url, retry=QUICK_RETRY, **SECRET) as client:
            with pytest.raises(julep.PermissionDeniedError) as caught:
                await GET.run(client)
            assert CANARY not in everything_of(caught.value) + caught.value.as_curl()
            # The next call goes to the client's own server, with the key.
            server.steps[:] = [GET.response]
            assert await GET.run(client) == GET.expected
    assert CANARY in said(server.received[-1])
    assert CANARY not in said(other.received[0])


async def test_a_redirect_to_an_origin_without_a_server(mode: Mode) -> None:
    with closed_port() as port:
        elsewhere = redirect(302, f"http://127.0.0.1:{port}/elsewhere", GET.response)
        with Server([elsewhere]) as server:
            async with make_client(mode, server.url, retry=QUICK_RETRY, **SECRET) as client:
                with pytest.raises(julep.NetworkError) as caught:
                    await GET.run(client)
    assert caught.value.attempts == 2
    assert CANARY not in everything_of(caught.value) + caught.value.as_curl()


async def test_at_most_five_redirects_are_followed(mode: Mode) -> None:
    with Server([redirect(302, "/round", GET.response)]) as server:
        async with make_client(mode, server.url, retry=QUICK_RETRY, **SECRET) as client:
            with pytest.raises(julep.ApiError, match="/round") as caught:
                await GET.run(client)
    assert caught.value.attempts == 1
    assert [request.target for request in server.received] == [GET.path, *["/round"] * 5]
