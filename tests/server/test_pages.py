"""Pages in browsers: a server without keys obeys local ones only, and CORS is a setting."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server import LocalServer
from julep_server.origins import checked_origin, is_local_host
from tests.server.helpers.api import Api, error_of

APP = "https://app.example"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - with a key, or refused
LOCAL_HOSTS = [
    "localhost",
    "LOCALHOST:8080",
    "localhost.:1",
    "app.localhost:80",
    "127.0.0.1",
    "127.1.2.3:65535",
    "[::1]",
    "[::1]:8080",
]
FOREIGN_HOSTS = [
    "",
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "localhost@evil.example",
    "evil.example#localhost",
    "notlocalhost",
    EVERYWHERE,
    "192.168.0.1",
    "169.254.169.254",
    "[::]",
    "[fe80::1]:80",
    "::1",
    "127.0.0.1:80:80",
    "127.0.0.1:x",
    "2130706433",
    "0x7f.1",
]
NO_HOSTS = {
    "localhost@evil.example",
    "evil.example#localhost",
    "::1",
    "127.0.0.1:80:80",
    "127.0.0.1:x",
}


@pytest.mark.once
def test_names_of_this_machine() -> None:
    assert [host for host in LOCAL_HOSTS if not is_local_host(host)] == []
    assert [host for host in FOREIGN_HOSTS if is_local_host(host)] == []


@pytest.mark.once
@given(st.sampled_from(LOCAL_HOSTS), st.text("abcz019.-:/@[]#", min_size=1, max_size=12))
def test_what_follows_a_local_name_makes_it_another(host: str, more: str) -> None:
    name = f"{host}.{more}z"
    assert is_local_host(name) is False


def test_a_host_of_another_name_is_refused(api: Api) -> None:
    for host in FOREIGN_HOSTS[1:-2]:
        # No host at all, by RFC 9112, with another code.
        status, code = (400, "bad_request") if host in NO_HOSTS else (403, "foreign_page")
        for method in ("GET", "POST"):
            error = error_of(api.http.request(method, "/users", headers={"Host": host}), status)
            assert error["code"] == code
            assert repr(host) in error["message"]
    for host in LOCAL_HOSTS:
        assert api.get("/users", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "named"),
    [
        ({"Origin": "http://evil.example"}, 403, "evil.example"),
        ({"Origin": "null"}, 403, "null"),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403, "127.0.0.1.evil.example"),
        ({"Origin": "file://localhost"}, 403, "file://localhost"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "Sec-Fetch-Site"),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403, "evil.example"),
        ({"Sec-Fetch-Site": "same-origin"}, 200, ""),
        ({"Sec-Fetch-Site": "same-site"}, 200, ""),
        ({"Sec-Fetch-Site": "none"}, 200, ""),
        ({"Origin": "http://localhost:3000", "Sec-Fetch-Site": "cross-site"}, 200, ""),
        ({"Origin": "https://[::1]:3000"}, 200, ""),
    ],
)
def test_pages_of_other_sites_are_refused(
    api: Api, headers: dict[str, str], status: int, named: str
) -> None:
    response = api.get("/users", headers=headers)
    assert response.status_code == status
    assert named in response.text
    # They can't read the response either.
    assert "access-control-allow-origin" not in response.headers


def test_a_body_needs_its_content_type(api: Api) -> None:
    before = len(api.get("/users", params={"limit": 1000}).json()["items"])
    root = str(api.http.base_url).removesuffix("/api/")
    for url in ("/users", "/agents", f"{root}/v1/chat/completions", f"{root}/v1/embeddings"):
        for sent in (None, "", "text/plain", "application/x-www-form-urlencoded"):
            headers = {} if sent is None else {"Content-Type": sent}
            response = api.http.post(url, content=b'{"name": "planted"}', headers=headers)
            assert error_of(response, 415)["code"] == "unsupported_media_type"
    # A body in chunks has no length.
    assert api.http.post("/users", content=iter([b"{}"])).status_code == 415
    assert len(api.get("/users", params={"limit": 1000}).json()["items"]) == before
    sent = "application/json; charset=utf-8"
    assert api.http.post("/users", content=b"{}", headers={"Content-Type": sent}).is_success


def test_health_is_open_to_monitors_of_any_name(api: Api) -> None:
    root = str(api.http.base_url).removesuffix("/api/")
    assert api.http.get(f"{root}/healthz", headers={"Host": "pod-7"}).status_code == 200


def test_with_keys_a_page_without_one_can_do_nothing() -> None:
    with LocalServer(api_keys=["k"]) as server, Api(server.url, "k") as api:
        headers = {"Host": "evil.example", "Origin": "http://evil.example"}
        assert api.get("/users", headers=headers).status_code == 200
        assert api.http.post("/users", content=b"{}", headers=headers).status_code == 201
        assert api.get("/users", headers={**headers, "Authorization": ""}).status_code == 401


# CORS.


@pytest.fixture(scope="module")
def shared() -> Iterator[Api]:
    with LocalServer(cors_origin=[f"{APP}/"]) as server, Api(server.url) as api:
        yield api


def preflight(api: Api, origin: str, **headers: str) -> httpx.Response:
    sent = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return api.http.options("/users", headers={**sent, **headers})


def test_pages_of_an_origin_of_the_settings_may_use_the_server(shared: Api) -> None:
    asked = "authorization,content-type,x-stainless-lang"
    response = preflight(
        shared,
        APP,
        **{
            "Access-Control-Request-Headers": asked,
            "Access-Control-Request-Private-Network": "true",
        },
    )
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == APP
    assert response.headers["access-control-allow-headers"] == asked
    assert "PATCH" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-private-network"] == "true"
    assert response.headers["vary"] == "Origin"
    headers = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    for made in (
        shared.post("/users", {}, headers=headers),
        # Errors can be read as well.
        shared.get("/nothing", headers=headers),
    ):
        assert made.headers["access-control-allow-origin"] == APP
        assert "X-Request-Id" in made.headers["access-control-expose-headers"]


def test_pages_of_other_origins_may_not(shared: Api) -> None:
    for origin in ("https://evil.example", f"{APP}.evil.example", "null", ""):
        response = preflight(shared, origin)
        assert "--cors-origin" in error_of(response, 403)["message"]
        assert "access-control-allow-origin" not in response.headers
    strange = preflight(shared, APP, **{"Access-Control-Request-Headers": "x\ty<script>"})
    assert "script" not in str(strange.headers)
    response = shared.get("/users", headers={"Origin": "http://localhost:3000"})
    assert (response.status_code, response.headers["vary"]) == (200, "Origin")
    assert "access-control-allow-origin" not in response.headers


def test_every_origin_needs_a_key() -> None:
    with LocalServer(cors_origin=["*"], api_keys=["k"]) as server, Api(server.url, "k") as api:
        response = preflight(api, "https://any.example", Authorization="")
        assert response.headers["access-control-allow-origin"] == "*"
        assert "vary" not in response.headers
    with pytest.raises(ValueError, match="every page could use a server without keys"):
        LocalServer(cors_origin=["*"]).start()


@pytest.mark.once
@pytest.mark.parametrize(
    "origin", ["app.example", "null", "https://app.example/path", "https://", ""]
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="an origin is like"):
        LocalServer(cors_origin=[origin])
    assert checked_origin("HTTPS://App.Example:8443/") == "https://app.example:8443"


# Addresses.


def test_a_server_without_keys_is_for_this_machine_alone(database_url: str) -> None:
    for host in (EVERYWHERE, "::", "192.168.0.1"):
        with pytest.raises((ValueError, OSError), match=r"--api-key|assign"):
            LocalServer(host=host, database=database_url).start()
    with LocalServer(host=EVERYWHERE, database=database_url, api_keys=["k"]) as server:
        assert server.url
    # The database has a key now.
    with LocalServer(host=EVERYWHERE, database=database_url) as server:
        assert server.url
