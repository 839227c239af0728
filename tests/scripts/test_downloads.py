"""Downloads of the scripts: caches in this folder, certificates that the machine trusts."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from tests.packaging.helpers.wheel import ROOT

pytestmark = pytest.mark.once

# Settings that scripts/_uv.sh reads or makes.
SETTINGS = (
    "NODE_COMPILE_CACHE", "NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA", "PIP_CACHE_DIR", "PIP_CERT",
    "SSL_CERT_DIR", "SSL_CERT_FILE", "UV_CACHE_DIR", "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS", "npm_config_cache",
)  # fmt: skip
CACHES = ("NODE_COMPILE_CACHE", "PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache")

# Each requests a package that the index does not have.
TOOLS = {
    "uv": 'ensure_uv; uv pip install --no-cache --target "$HOME" --index-url "$INDEX" absent',
    "pip": (
        'env="$HOME/../env"; [[ -d "$env" ]] || "$(_bootstrap_python)" -m venv "$env"; '
        '"$env/bin/python" -m pip --retries 0 --disable-pip-version-check '
        'download --no-cache-dir --dest "$HOME" --index-url "$INDEX" absent'
    ),
    "npm": (
        'node_on_path; npm view absent --registry "$INDEX" --cache "$HOME" --fetch-retries 0 '
        "--no-update-notifier"
    ),
}


class Index(ThreadingHTTPServer):
    """A package index that has no package."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _NotFound)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        self.requested = list[str]()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a tool that does not trust this server, and ends the handshake."""


class _NotFound(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Index)
        self.server.requested.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def test_scripts_with_npm_use_the_node_of_the_environment() -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]
    using = [path for path in scripts if re.search(r"(?m)^(exec )?np[mx] ", path.read_text())]
    assert {path.name for path in using} >= {"lint-contract", "lock"}
    assert [path.name for path in using if "\nnode_on_path\n" not in path.read_text()] == []


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    """A PEM file with the certificate of a company's own authority."""
    path = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def index(authority: trustme.CA) -> Iterator[Index]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile() as file:
        context.load_cert_chain(file)
    with Index(context) as index:
        serving = threading.Thread(target=index.serve_forever, args=(0.05,))
        serving.start()
        yield index
        index.shutdown()
        serving.join(60)


def sourced(command: str, home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command after scripts/_uv.sh; of its settings, the environment has only these."""
    home.mkdir()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in SETTINGS
        and not name.startswith(("PIP_", "UV_", "npm_config_"))
        and not name.endswith("_CA_BUNDLE")
    }
    return subprocess.run(
        ["bash", "-c", f"source scripts/_uv.sh\n{command}"],
        cwd=ROOT,
        env={**inherited, "PIP_CONFIG_FILE": os.devnull, **settings, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def settings_of(home: Path, **settings: str) -> dict[str, str]:
    """Return the settings that tools get."""
    lines = sourced("env", home, **settings).stdout.splitlines()
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name in SETTINGS}


def test_caches_are_in_this_folder(tmp_path: Path) -> None:
    found = settings_of(tmp_path / "home")
    assert [name for name in CACHES if not Path(found[name]).is_relative_to(ROOT / ".cache")] == []


def test_the_user_s_settings_stay(tmp_path: Path) -> None:
    own = {name: f"/of/the/user/{name}" for name in SETTINGS}
    assert settings_of(tmp_path / "home", **own) == own


def test_the_system_s_certificates_are_the_default(tmp_path: Path) -> None:
    found = settings_of(tmp_path / "home")
    assert found["UV_SYSTEM_CERTS"] == found["NODE_USE_SYSTEM_CA"] == "1"
    assert found["PIP_CERT"] == found["NODE_EXTRA_CA_CERTS"]
    assert "BEGIN CERTIFICATE" in Path(found["PIP_CERT"]).read_text()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_company_s_certificates_are_trusted(
    tool: str, index: Index, bundle: Path, tmp_path: Path
) -> None:
    url = f"https://127.0.0.1:{index.server_port}/"
    refused = sourced(TOOLS[tool], tmp_path / "without", INDEX=url)
    assert index.requested == []
    assert "certificate" in f"{refused.stdout}{refused.stderr}"

    sourced(TOOLS[tool], tmp_path / "with", INDEX=url, SSL_CERT_FILE=str(bundle))
    assert [path.strip("/") for path in index.requested] == ["absent"]
