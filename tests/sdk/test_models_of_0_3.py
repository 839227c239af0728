"""The methods that models of julep 0.3 had from pydantic."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from julep.api.types import (
    Agent,
    ChatSettingsResponseFormat,
    InputChatMlMessage,
    InputChatMlMessageRole,
)
from tests.sdk.helpers.deprecated import warned

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
TIME = datetime(2024, 1, 2, tzinfo=UTC)
DATA: dict[str, Any] = {"id": ID, "name": "Ada", "model": "m", "created_at": TIME.isoformat()}

ignore_warnings = pytest.mark.filterwarnings("ignore:.* is from julep 0.3:DeprecationWarning")


def agent(**others: Any) -> Agent:
    return Agent(**{**DATA, **others})


@ignore_warnings
def test_the_texts_options_are_those_of_json_dumps() -> None:
    message = InputChatMlMessage(role=InputChatMlMessageRole.USER, content="ä")
    assert message.json() == '{"role": "user", "content": "\\u00e4"}'
    assert message.json(ensure_ascii=False, sort_keys=True, separators=(",", ":")) == (
        '{"content":"ä","role":"user"}'
    )
    assert agent().json(include={"created_at"}, encoder=str) == (
        '{"created_at": "2024-01-02 00:00:00+00:00"}'
    )
    assert agent().json(include={"id", "about"}, exclude_unset=False, exclude_defaults=True) == (
        f'{{"id": "{ID}"}}'
    )


@ignore_warnings
def test_defaults_are_left_out_of_the_dict() -> None:
    assert agent().dict(exclude_unset=False)["about"] is None
    assert agent().dict(exclude_unset=False, exclude_defaults=True) == {**DATA, "created_at": TIME}


@ignore_warnings
def test_a_copy_has_the_fields_that_are_asked_for() -> None:
    whole = agent(about="a tutor", more=1)
    part = whole.copy(include={"name", "about"})
    assert part.dict() == {"name": "Ada", "about": "a tutor"}
    assert part.to_dict() == {"name": "Ada", "about": "a tutor", "more": 1}
    rest = whole.copy(exclude={"name", "about"}, update={"about": "a cook"})
    assert rest.dict() == {"id": ID, "model": "m", "created_at": TIME, "about": "a cook"}
    assert "name" not in rest
    assert whole.to_dict() == {**DATA, "about": "a tutor", "more": 1}
    assert whole.copy() == whole


@ignore_warnings
@pytest.mark.parametrize("given", [DATA, list(DATA.items()), Agent(**DATA)])
def test_models_are_made_of_mappings_pairs_and_models(given: Any) -> None:
    assert Agent.parse_obj(given) == Agent.validate(given) == agent()


@ignore_warnings
@pytest.mark.parametrize("given", [3, None, "text", b"text", [1], {"id": ID}])
def test_what_is_no_model_is_a_value_error(given: Any) -> None:
    for make in (Agent.parse_obj, Agent.validate):
        with pytest.raises(ValueError, match=r"expected (Agent or a dict|a str)"):
            make(given)


@ignore_warnings
def test_models_are_made_of_text_and_files(tmp_path: Path) -> None:
    path = tmp_path / "agent.json"
    path.write_text(json.dumps(DATA))
    assert Agent.parse_file(path) == Agent.parse_file(str(path)) == agent()
    assert Agent.parse_raw(path.read_text()) == Agent.parse_raw(path.read_bytes()) == agent()


def test_a_name_with_an_underscore_is_the_fields() -> None:
    schema = {"type": "object"}
    for given in ({"schema": schema}, {"schema_": schema}):
        form = ChatSettingsResponseFormat(type="json_object", **given)  # type: ignore[arg-type]  # converted
        assert form.to_dict() == {"type": "json_object", "schema": schema}


def test_schemas_are_text_too() -> None:
    found: Any = Agent
    text = warned(lambda: found.schema_json(indent=2), "TypeAdapter")
    schema = warned(lambda: found.schema(), "TypeAdapter")  # noqa: PLW0108  # the caller's frame
    assert json.loads(text) == schema
    assert text.startswith("{\n  ")
    assert (schema["title"], schema["type"]) == ("Agent", "object")
    assert schema["properties"]["name"] == {"type": "string"}


def test_there_are_no_forward_references() -> None:
    def update() -> None:
        Agent.update_forward_refs(Agent=Agent)

    warned(update, "get_type_hints")


def test_a_model_is_a_field_of_a_model_of_pydantic_1() -> None:
    # scripts/compat has such fields; pydantic 1 does not run on every Python of these tests.
    [validate] = Agent.__get_validators__()
    made = agent()
    assert validate(made) is made
    assert validate(DATA) == made
    with pytest.raises(ValueError, match="expected Agent or a dict; got 3"):
        validate(3)
