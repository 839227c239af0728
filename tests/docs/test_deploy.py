"""The files of docs/server/deploy: options, variables and extras exist, and times fit."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from julep_server.cli import serve
from julep_server.options import setting_options

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs/server/deploy"
DEFAULTS = {setting.name: setting.default for setting in setting_options()}
OPTIONS = set(serve.__annotations__)
DRAIN = 30


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda file: file.name)
def test_options_and_variables_exist(file: Path) -> None:
    text = file.read_text("utf-8")
    variables = {name.lower() for name in re.findall(r"JULEP_SERVER_([A-Z_]+)", text)}
    options = re.findall(r"julep serve((?: --[a-z-]+ \S+)+)", text)
    given = {
        name.replace("-", "_") for line in options for name in re.findall(r"--([a-z-]+)", line)
    }
    assert variables | given <= OPTIONS


def test_the_image_installs_extras_that_exist() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    (extras,) = re.findall(r'"julep\[([a-z,]+)\]>=3', text)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    # In the form without a shell, which would keep signals to itself.
    assert 'ENTRYPOINT ["julep"]' in text
    assert "USER julep" in text


def test_what_stops_the_server_waits_longer_than_it_drains() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    service = compose["services"]["julep"]
    assert int(service["environment"]["JULEP_SERVER_DRAIN"]) == DRAIN
    assert seconds(service["stop_grace_period"]) > DRAIN + 5
    assert set(service["depends_on"]) < set(compose["services"])
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # names keep their case
    unit.read(DEPLOY / "julep.service", "utf-8")
    assert int(unit["Service"]["TimeoutStopSec"]) > DRAIN + 5
    state = unit["Service"]["StateDirectory"]
    assert f"/var/lib/{state}/" in unit["Service"]["ExecStart"]


def test_nginx_passes_streams_on_and_takes_the_bodies_that_the_server_takes() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    code = re.sub(r"#.*", "", text)
    assert code.count("{") == code.count("}")
    statements = [line.strip() for line in code.splitlines() if line.strip() and "{" not in line]
    assert [line for line in statements if not line.endswith((";", "}"))] == []
    assert "proxy_buffering off;" in statements
    limit = DEFAULTS["max_body_bytes"]
    assert isinstance(limit, int)
    assert f"client_max_body_size {limit // 2**20}m;" in statements
