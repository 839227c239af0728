"""Settings: LocalServer, the command and the documentation follow from one definition."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from julep_server import LocalServer
from julep_server.cli import DEFAULT_PORT
from julep_server.options import SettingOption, setting_options, with_settings_documented
from julep_server.settings import Settings

PAGE = Path(__file__).parents[2] / "docs/server/configuration.md"
LIMITS = [setting for setting in setting_options() if setting.is_limit]
OF_COMMAND = [
    setting for setting in setting_options() if setting.in_command and setting not in LIMITS
]
# Defaults of the command that are not the setting's, or that the page puts into words.
SPECIAL = {
    "database": "a file, see below",
    "database_wait": "`10.0`",
    "drain": "`30.0`",
    "embedding_model": "the offline embedder, if installed",
    "port": f"`{DEFAULT_PORT}`",
    "metrics": "off",
    "prepared_statements": "on",
    "suggestions": "off",
}


def first_cells(heading: str, count: int) -> list[tuple[str, ...]]:
    """Return the first cells of each row of the first table below a heading."""
    text = PAGE.read_text("utf-8").split(f"# {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table is not None
    rows = [line.split("|") for line in table[0].splitlines()[2:]]
    return [tuple(cell.strip() for cell in row[1 : count + 1]) for row in rows]


def default_of(setting: SettingOption) -> str:
    plain = f"`{setting.default}`" if setting.default else "none"
    return SPECIAL.get(setting.name, plain)


def test_the_page_lists_each_option_with_its_variable_and_default() -> None:
    names = {"api_keys": "api_key"}
    expected = [
        (
            f"`--{name.replace('_', '-')}`",
            f"`JULEP_SERVER_{name.upper()}`",
            default_of(setting),
        )
        for setting in OF_COMMAND
        for name in [names.get(setting.name, setting.name)]
    ]
    assert first_cells("Configuring the server", 3) == expected


def test_the_page_lists_each_limit_with_its_variable_and_default() -> None:
    expected = [
        (
            f"`--{setting.name.replace('_', '-')}`",
            f"`JULEP_SERVER_{setting.name.upper()}`",
            f"`{setting.default}`",
        )
        for setting in LIMITS
    ]
    assert first_cells("Limits", 3) == expected
    assert all(setting.in_command for setting in LIMITS)


def test_the_page_lists_each_setting_without_an_option() -> None:
    expected = [
        (f"`{setting.name}`", default_of(setting))
        for setting in setting_options()
        if not setting.in_command
    ]
    assert first_cells("In your own process", 2) == expected


def test_help_describes_each_setting() -> None:
    text = " ".join(inspect.getdoc(LocalServer).split())  # type: ignore[union-attr] # it has one
    for setting in setting_options():
        assert setting.text
        assert f"{setting.name}: {setting.text}" in text
    assert "The settings contradict each other." in text


def test_the_constructor_has_a_parameter_for_each_setting() -> None:
    parameters = inspect.signature(LocalServer).parameters
    assert {name: value.default for name, value in parameters.items()} == {
        setting.name: setting.default for setting in setting_options()
    }
    assert parameters["chat_defaults"].annotation == "Mapping[str, JSON] | None"
    with pytest.raises(TypeError, match="modle"):
        LocalServer(modle="x")  # type: ignore[call-arg] # wrong on purpose


def test_without_docstrings_there_is_no_text() -> None:
    assert with_settings_documented(None) is None


def test_lists_and_mappings_are_copied() -> None:
    keys, defaults = ["a"], {"max_tokens": 2}
    settings = Settings(api_keys=keys, chat_defaults=defaults)
    keys.append("b")
    defaults.clear()
    assert settings.api_keys == ("a",)
    assert settings.chat_defaults == {"max_tokens": 2}


@pytest.mark.parametrize(
    ("name", "meant"),
    [("modl", "; did you mean 'model'?"), ("databse", "; did you mean 'database'?"), ("zz", "")],
)
def test_a_setting_that_is_none_has_a_suggestion(name: str, meant: str) -> None:
    given: dict[str, Any] = {name: "x"}
    with pytest.raises(TypeError) as caught:
        LocalServer(**given)
    assert str(caught.value) == f"LocalServer() has no setting {name!r}{meant}"
