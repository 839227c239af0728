"""Schemas of every kind of OpenAPI 3.1, in one document: their values are read and sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.generated.helpers.odd import ODD

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]  # it runs the generator


@pytest.mark.parametrize(("number", "name"), [*enumerate(ODD)], ids=ODD)
def test_values_are_read_and_sent(api: Any, number: int, name: str) -> None:
    models = api("odd_api.models")
    for value in ODD[name][1]:
        model = getattr(models, f"Odd{number}").from_dict({"value": value})
        assert model.to_dict() == {"value": value}, name
