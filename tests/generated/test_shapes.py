"""What generated models read, convert and send, for what the project's contract does not use."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

ID = "4b9f6f0e-5b1e-1b7e-8b0a-3f9d1d6d0a01"


def read(api: Any, name: str, **fields: object) -> Any:
    """Read a thing with some fields beside those that it needs."""
    return getattr(api("features_api.models"), name).from_dict({"name": "a", "id": ID, **fields})


@pytest.mark.parametrize(
    ("key", "value", "attribute"),
    [
        ("day", "2026-11-26", dt.date(2026, 11, 26)),
        ("at", "12:30:00Z", dt.time(12, 30, tzinfo=dt.UTC)),
        ("wait", "P1M", "P1M"),
        ("data", "AP8=", b"\x00\xff"),
        ("link", "not a URI", "not a URI"),
        ("odd", "x", "x"),
        ("small", 2**40, 2**40),
        ("colour", None, None),
        ("colour", "blue", "blue"),
        ("level", 9, 9),
        ("signs", ["-1", ""], ["-1", ""]),
        ("when", "2026-11-26", dt.date(2026, 11, 26)),
        ("when", "2026-11-26T01:00:00Z", dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)),
        ("when", "soon", "soon"),
        ("amount", 5, 5),
        ("amount", 5.5, 5.5),
        ("amount", True, True),
        ("lists", ["a"], ["a"]),
        ("lists", [1], [1]),
        ("shape", {"unknown": 1}, {"unknown": 1}),
    ],
)
def test_values_are_read_by_type_and_format(
    api: Any, key: str, value: object, attribute: object
) -> None:
    thing = read(api, "Thing", **{key: value})
    found: object = getattr(thing, key)
    assert found == attribute
    assert isinstance(found, str) or type(found) is type(attribute)
    written: object = thing.to_dict()[key]
    # Times are written in Python's form of the same moment.
    assert written == value or str(written).replace("+00:00", "Z") == value


WRONG: list[tuple[str, object]] = [
    ("day", "soon"),
    ("at", 5),
    ("data", "?"),
    ("level", "1"),
    ("lists", [{}]),
    ("shape", ["x"]),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_values_of_another_type_are_refused(api: Any, key: str, value: object) -> None:
    with pytest.raises(api("features_api.errors").DecodeError) as caught:
        read(api, "Thing", **{key: value})
    assert caught.value.path.startswith(key)


def test_unknown_keys_are_kept(api: Any) -> None:
    data = {"name": "a", "id": ID, "new": {"x": 1}, "_links": {"self": "/a", "other": 1}}
    thing = api("features_api.models").Thing.from_dict(data)
    assert (thing.new, thing.field_links.self_) == ({"x": 1}, "/a")
    assert thing.to_dict() == data


def test_of_several_objects_the_one_that_fits_is_read(api: Any) -> None:
    models = api("features_api.models")
    assert type(read(api, "Thing", shape={"radius": 1}).shape) is models.Circle
    assert type(read(api, "Thing", shape={"side": 1, "radius": 2}).shape) is models.Square
    made = models.Thing(name="a", shape={"side": 1, "radius": 2}, secret="s")
    assert type(made.shape) is models.Square
    encoded = models.Thing.encode({"name": "a", "secret": "s", "shape": {"side": 1}})
    assert encoded["shape"] == {"side": 1}
    with pytest.raises(api("features_api.errors").EncodeError) as caught:
        models.Thing.encode({"name": "a", "secret": "s", "shape": {"side": "x"}})
    assert caught.value.path == "shape.side"


def test_a_discriminator_chooses_by_its_mapping_or_the_schemas_name(api: Any) -> None:
    models = api("features_api.models")
    answer = api("features_api.api.default.patch_raw").call({}).answers[200]
    assert answer({"petType": "kitty", "lives": 9}) == models.Cat("kitty", lives=9)
    assert answer({"petType": "Dog", "name": "Rex"}) == models.Dog("Dog", "Rex")
    assert answer({"petType": "Cow"}) == {"petType": "Cow"}


def test_common_properties_beside_a_union_are_in_each_member(api: Any) -> None:
    models = api("features_api.models")
    assert models.ChoiceType0("1", "l").to_dict() == {"id": "1", "left": "l"}
    assert models.ChoiceType1.encode({"id": "1", "right": "r"}) == {"id": "1", "right": "r"}


def test_parts_of_allof_are_merged(api: Any) -> None:
    models, errors = api("features_api.models"), api("features_api.errors")
    with pytest.raises(errors.EncodeError, match="at least 2 characters"):
        models.Dog.encode({"petType": "Dog", "name": "R"})
    with pytest.raises(errors.EncodeError, match="missing"):
        models.Dog.encode({"petType": "Dog"})
    assert models.Bounded is str


def test_what_only_responses_have_is_not_sent(api: Any) -> None:
    models, errors = api("features_api.models"), api("features_api.errors")
    thing = models.Thing.from_dict({"name": "a", "id": ID})
    thing.secret = "s"
    assert models.Thing.encode(thing) == {"name": "a", "secret": "s"}
    assert models.Thing.encode({"name": "a", "secret": "s", "id": ID}) == {
        "name": "a",
        "secret": "s",
    }
    with pytest.raises(errors.EncodeError) as caught:
        models.Thing.encode({"name": "a"})
    assert caught.value.path == "secret"


def test_keys_beside_properties_are_checked_by_their_schema(api: Any) -> None:
    models, errors = api("features_api.models"), api("features_api.errors")
    assert models.Labels.encode({"main": "a", "x": {"radius": 1}})["x"] == {"radius": 1}
    with pytest.raises(errors.EncodeError) as caught:
        models.Labels.encode({"x": {"radius": "wide"}})
    assert caught.value.path == "x.radius"
    labels = models.Labels.from_dict({"x": {"radius": 1}})
    assert models.Labels.encode(labels) == {"x": {"radius": 1}}


@pytest.mark.parametrize(
    ("key", "value", "sent"),
    [
        ("day", dt.date(2026, 1, 2), "2026-01-02"),
        ("at", dt.time(1, 2), "01:02:00"),
        ("wait", dt.timedelta(days=1, seconds=1.5), "P1DT1.5S"),
        ("wait", "P1DT12H", "P1DT12H"),
        ("data", b"\x00\xff", "AP8="),
        ("data", "AP8=", "AP8="),
        ("when", dt.date(2026, 1, 2), "2026-01-02"),
        ("when", "soon", "soon"),
        ("above", 1, 1),
        ("amount", 1.5, 1.5),
        ("lists", ["a"], ["a"]),
        ("anything", [None], [None]),
    ],
)
def test_values_are_sent_in_their_format(api: Any, key: str, value: object, sent: object) -> None:
    models = api("features_api.models")
    encoded = models.Thing.encode({"name": "a", "secret": "s", key: value})
    assert encoded[key] == sent
    if not isinstance(value, dt.timedelta):  # which an attribute is not
        built = models.Thing(name="a", secret="s", **{key: value})
        assert models.Thing.encode(built)[key] == sent


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "a\n"),
        ("day", "26.11.2026"),
        ("day", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ("at", "noon"),
        ("wait", "P"),
        ("wait", dt.timedelta(-1)),
        ("data", "?"),
        ("small", 2**31),
        ("above", 0),
        ("level", 3),
        ("level", True),
        ("colour", "blue"),
        ("lists", [1, "a"]),
    ],
)
def test_values_out_of_their_format_are_refused(api: Any, key: str, value: object) -> None:
    with pytest.raises(api("features_api.errors").EncodeError) as caught:
        api("features_api.models").Thing.encode({"name": "a", "secret": "s", key: value})
    assert caught.value.path.startswith(key)


def test_names_that_the_generated_code_needs_are_changed(api: Any) -> None:
    models = api("features_api.models")
    assert models.Model_.from_dict({"self": "x"}).self_ == "x"
    assert [member.name for member in models.ThingSignsItem] == [
        "VALUE_1", "VALUE_1_2", "A_B", "A_B_2", "VALUE_",
    ]  # fmt: skip


def test_schemas_for_pydantic_end_where_a_model_contains_itself(api: Any) -> None:
    schema = api("features_api.foreign").json_schema(api("features_api.models").Thing)
    assert schema["properties"]["parent"]["anyOf"][0] == {"title": "Thing", "type": "object"}
    assert schema["properties"]["day"]["anyOf"][0] == {"type": "string", "format": "date"}


def test_a_schema_of_json_schema_2020(api: Any) -> None:
    models = api("features31_api.models")
    data = {
        "kind": "node", "version": 2, "name": None, "size": "large", "leaf": {"colour": "red"},
        "next": {"kind": "node"}, "child": {"kind": "node"}, "other": None, "data": "AA==",
        "pair": ["a", 1], "free": {"x": None},
    }  # fmt: skip
    node = models.Node.from_dict(data)
    assert (node.size, node.leaf.colour, node.data) == ("large", "red", b"\x00")
    assert [type(one) for one in (node.next_, node.child)] == [models.Node, models.Node]
    assert node.to_dict() == data
    assert models.Node(ratio=0.5).kind == "node"
    errors = api("features31_api.errors")
    for key, value in (("ratio", 0), ("ratio", 1), ("version", 3), ("size", 1.5)):
        with pytest.raises(errors.EncodeError):
            models.Node.encode({"kind": "node", key: value})
