"""Profiles: where the URL and the key come from, keys from commands, mistakes in the file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import julep
from julep._cli import app, doctor, exits
from julep._cli.connection import connection
from julep.testing import ScriptedServer

SECRET = "sk-of-the-profile"
PRINTS_KEY = json.dumps([sys.executable, "-c", f"print('{SECRET}')"])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A server that accepts the profile's key alone; no variable is set."""
    for name in ("JULEP_API_KEY", "JULEP_API_URL", "JULEP_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with ScriptedServer(api_keys=[SECRET]) as server:
        yield server


def write(config: Path, text: str, mode: int = 0o600) -> None:
    config.write_text(text, encoding="utf-8")
    config.chmod(mode)


@pytest.mark.parametrize(
    ("key", "origin"),
    [
        (f'api_key = "{SECRET}"', "from the profile work"),
        ('api_key_env = "WORK_KEY"', "from WORK_KEY, which the profile work names"),
        (f"api_key_command = {PRINTS_KEY}", f"from the command {sys.executable} of the profile"),
    ],
)
def test_the_key_of_a_profile(
    server: ScriptedServer,
    config: Path,
    key: str,
    origin: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WORK_KEY", SECRET)
    write(config, f'default = "work"\n[profiles.work]\nurl = "{server.url}"\n{key}\n')
    assert app.main(["agents", "list"]) == 0
    assert app.main(["agents", "list", "--profile", "work"]) == 0
    assert doctor.main([]) == 0
    printed = capsys.readouterr()
    assert f"profile   work (the default; {config})" in printed.out
    assert f"url       {server.url} (from the profile work)" in printed.out
    assert f"key       {origin}" in printed.out
    assert SECRET not in printed.out + printed.err


def test_which_source_is_used(
    server: ScriptedServer, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        config,
        f'default = "home"\n[profiles.home]\nurl = "http://home/api"\n'
        f'[profiles.work]\nurl = "http://work/api"\napi_key = "{SECRET}"\n',
    )
    home = connection(None, None)
    assert (home.url, home.profile_origin) == ("http://home/api", "the default")
    assert connection("http://other/api", None).profile is None
    # The key of a variable is not sent to the server of a profile, nor the other way round.
    monkeypatch.setenv("JULEP_API_KEY", "sk-of-the-variable")
    assert connection(None, None).profile is None
    monkeypatch.setenv("JULEP_API_URL", "http://variable/api")
    assert connection(None, None).url_origin == "from JULEP_API_URL"
    with connection(None, "home").client() as client:
        assert client.base_url == "http://home/api"
    monkeypatch.setenv("JULEP_PROFILE", "work")
    work = connection(None, None)
    assert (work.url, work.profile_origin) == ("http://work/api", "from JULEP_PROFILE")
    assert connection("http://other/api", None).url == "http://other/api"
    assert connection(None, "home").profile_origin == "from --profile"


def test_a_profile_without_a_key_sends_none(
    server: ScriptedServer, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JULEP_API_KEY", SECRET)
    write(config, f'[profiles.work]\nurl = "{server.url}"\ntimeout = 5\n')
    with connection(None, "work").client() as client, pytest.raises(julep.AuthenticationError):
        client.agents.list()
    *_, last = doctor.diagnose(None, "work")
    assert last.text.endswith("the key is none; the profile has none")


@pytest.mark.parametrize(
    ("text", "mode", "problem"),
    [
        ("profiles = 1", 0o600, "profiles: expected tables such as [profiles.work]"),
        ("[profiles.wrk]\nurl = 'x'", 0o600, "has no profile work; did you mean wrk?"),
        ("[profiles.work]\n", 0o600, "profiles.work needs url = "),
        ("[profiles.work]\nurl = 3", 0o600, "profiles.work.url: expected url = "),
        ("[profiles.work]\nurl = 'x'\nkey = 'a'", 0o600, "has no setting key"),
        ("[profiles.work]\nurl = 'x'\ntimeout = '1'", 0o600, "timeout: expected seconds"),
        ("[profiles.work]\nurl = 'x'\napi_key = 5", 0o600, "api_key: expected a text"),
        (f"[profiles.work]\nurl = 'x'\napi_key = '{SECRET}'", 0o644, "(mode 644): chmod 600"),
        ("[profiles.work]\nurl = 'x'", 0o622, "may be changed by others"),
        (
            f"[profiles.work]\nurl = 'x'\napi_key = '{SECRET}'\napi_key_env = 'A'",
            0o600,
            "expected one of api_key, api_key_env, not several",
        ),
        ("[profiles.work]\nurl = 'x'\napi_key_env = 'UNSET_KEY'", 0o600, "UNSET_KEY is not set"),
        ("[profiles.work]\nurl = 'x'\napi_key_command = 'pass'", 0o600, "a list of words"),
        ("[profiles.work]\nurl = 'x'\napi_key_command = ['false']", 0o600, "false ended with"),
        ("[profiles.work]\nurl = 'x'\napi_key_command = ['true']", 0o600, "true printed no key"),
        ("[profiles.work]\nurl = 'x'\napi_key_command = ['/nowhere']", 0o600, "cannot be run"),
        ("[profiles.work]\nurl = 'x'\napi_key_command = [\"a\\u0000\"]", 0o600, "cannot be run: "),
        ("[profiles.work]\nurl = 'x'\napi_key_env = ''", 0o600, "api_key_env: expected a text"),
        (f"[[profiles]]\napi_key = '{SECRET}'", 0o600, "[profiles.work]; got another value"),
        (f"x = {'[' * 5000}", 0o600, "expected TOML with fewer levels"),
        ("[profiles.work", 0o600, "config.toml: "),
        (None, 0o600, "profile work: there is no file"),
    ],
)
def test_mistakes_are_named(
    config: Path,
    text: str | None,
    mode: int,
    problem: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if text is not None:
        write(config, text, mode)
    assert app.main(["agents", "list", "--profile", "work"]) == exits.INVALID
    error = capsys.readouterr().err
    assert problem in error
    assert SECRET not in error
    (*_, last) = doctor.diagnose(None, "work")
    assert (last.check, last.exit_status) == ("settings", exits.INVALID)
    assert problem in last.text
