"""The wheel: its files, its metadata, and that it runs on its dependencies alone."""

from __future__ import annotations

import email.message
import re
import subprocess
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from tests.packaging.helpers.wheel import ROOT

SOURCES = {
    "julep": ROOT / "src" / "julep",
    "julep_net": ROOT / "src" / "julep_net",
    "julep_server": ROOT / "src" / "julep_server",
    "julep_api": ROOT / "generated" / "julep_api",
}


def files_of(package: str) -> set[str]:
    """Return the files of `package` in the checkout, by their names in a wheel."""
    source = SOURCES[package]
    return {
        f"{package}/{file.relative_to(source).as_posix()}"
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


@pytest.fixture(scope="module")
def names(built_wheel: Path) -> set[str]:
    with ZipFile(built_wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def published(built_wheel: Path) -> email.message.Message:
    with ZipFile(built_wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


@pytest.mark.parametrize("package", SOURCES)
def test_the_wheel_has_every_file_of_a_package(package: str, names: set[str]) -> None:
    assert {name for name in names if name.startswith(f"{package}/")} == files_of(package)


@pytest.mark.parametrize("package", SOURCES)
def test_type_checkers_may_read_a_package(package: str, names: set[str]) -> None:
    assert f"{package}/py.typed" in names


def test_the_wheel_has_the_contract(names: set[str]) -> None:
    assert "julep_api/openapi.json" in names


def test_the_wheel_has_nothing_else(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    (info,) = tops - SOURCES.keys()
    assert info.startswith("julep-")
    assert info.endswith(".dist-info")


def test_the_wheel_has_the_licence(names: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_metadata_names_the_project(published: email.message.Message) -> None:
    assert published["Name"] == "julep"
    assert published["License-Expression"] == "Apache-2.0"
    assert published["Requires-Python"] == ">=3.11"
    assert published["Description-Content-Type"] == "text/markdown"


def test_core_dependencies_are_few_and_have_lower_bounds_only(
    published: email.message.Message,
) -> None:
    requirements = [Requirement(line) for line in published.get_all("Requires-Dist", [])]
    core = [one.name for one in requirements if "extra ==" not in str(one.marker)]
    assert sorted(core) == ["anyio", "attrs", "beartype", "certifi", "h11", "httpx"]
    operators = {part.operator for one in requirements for part in one.specifier}
    assert operators == {">="}


def test_every_extra_has_requirements(published: email.message.Message) -> None:
    requirements = published.get_all("Requires-Dist", [])
    for extra in published.get_all("Provides-Extra", []):
        assert any(f"extra == '{extra}'" in line for line in requirements), extra


def test_the_version_has_one_source(built_wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    source = (ROOT / project["tool"]["hatch"]["version"]["path"]).read_text()
    found = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    assert found is not None
    assert "version" not in project["project"]
    assert built_wheel.name == f"julep-{found[1]}-py3-none-any.whl"


def run(python: Path, code: str, folder: Path) -> str:
    """Run `code` without access to this checkout, and return its output."""
    done = subprocess.run(
        [python, "-I", "-W", "error", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_sdk_runs_on_its_core_dependencies(core_python: Path, tmp_path: Path) -> None:
    code = (
        "import asyncio, julep\n"
        "client = julep.Client(api_key='k', base_url='http://127.0.0.1:9/api')\n"
        "client.close()\n"
        "asyncio.run(julep.AsyncClient(api_key='k', base_url='http://127.0.0.1:9/api').aclose())\n"
        "print(julep.__version__)"
    )
    assert run(core_python, code, tmp_path) != ""


def test_every_public_module_imports_without_the_server(core_python: Path, tmp_path: Path) -> None:
    code = (
        "import importlib, pkgutil, julep, julep_api\n"
        "extra = {'julep._json.fast', 'julep._http.httptools_parser'}\n"
        "extra.add('julep._instrumentation.spans')\n"
        "names = ('app', 'candidates', 'commands', 'completion', 'explain', 'import_docs')\n"
        "extra |= {f'julep._cli.{name}' for name in names}\n"
        "for package in (julep, julep_api):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if module.name not in extra and not module.name.startswith('julep.testing._'):\n"
        "            importlib.import_module(module.name)\n"
        "import sys\n"
        "assert sys.modules.keys().isdisjoint({'julep_server', 'starlette'})"
    )
    run(core_python, code, tmp_path)


def test_the_command_names_the_extra_it_needs(core_python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [core_python, "-I", "-m", "julep_server"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "julep[server]" in done.stderr
    assert "Traceback" not in done.stderr
