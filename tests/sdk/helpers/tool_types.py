"""Types of parameters of tool functions, one of each kind."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import enum
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
)
from uuid import UUID

import attrs
import msgspec
import pydantic
import typing_extensions
from typing_extensions import TypeAliasType

T = TypeVar("T")
Bound = TypeVar("Bound", bound=int)
OneOf = TypeVar("OneOf", int, str)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Shade(enum.Enum):
    DARK = (0, 0, 0)
    LIGHT = (9, 9, 9)


class Mode(enum.StrEnum):
    FAST = enum.auto()


class Unequal(enum.Enum):
    """Members whose values have no JSON are their names."""

    ONE = 1j
    TWO = 2j


@dataclasses.dataclass
class Made:
    a: int
    b: int = dataclasses.field(init=False, default=7)
    scale: dataclasses.InitVar[int] = 1
    count: ClassVar[int] = 0


@dataclasses.dataclass
class Tree:
    kids: list[Tree] = dataclasses.field(default_factory=list["Tree"])
    parent: Tree | None = None


@dataclasses.dataclass
class Chain(Generic[T]):
    item: T
    rest: Chain[T] | None = None


class Node(TypedDict):
    name: str
    kids: NotRequired[list[Node]]


class Partly(TypedDict, total=False):
    a: Required[int]
    b: str


class Row(NamedTuple):
    x: int
    y: str = "a"


_namedtuple: Any = collections.namedtuple  # noqa: PYI024  # without annotations
Pair = _namedtuple("Pair", "a b")


@attrs.define
class Hidden:
    _a: int
    b: str = "x"
    c: int = attrs.field(init=False, default=3)


class Street(pydantic.BaseModel):
    name: Annotated[str, pydantic.Field(description="Its name.", min_length=1)]
    crossing: list[Street] = []


@pydantic.dataclasses.dataclass
class Checked:
    number: Annotated[int, pydantic.Field(ge=1)]


class Foreign(typing_extensions.TypedDict):
    a: int
    b: typing_extensions.NotRequired[str]


UserId = NewType("UserId", str)
Numbers = TypeAliasType("Numbers", list[int])
Json = TypeAliasType("Json", "int | str | list[Json] | dict[str, Json]")
Many = TypeAliasType("Many", list[T], type_params=(T,))


class Rights(enum.Flag):
    """Members that can be combined."""

    READ = 1
    WRITE = 2


class Bits(enum.IntFlag):
    """The same, with a value between them that is no member."""

    LOW = 1
    HIGH = 4


class Words(list[str]):
    """A collection of its own class."""


class Named(dict[str, T]):
    """One with a type variable."""


class Moment(dt.datetime):
    pass


class Span(dt.timedelta):
    pass


class Key(UUID):
    pass


@dataclasses.dataclass
class Box(Generic[T]):
    item: T
    more: list[T] = dataclasses.field(default_factory=list[T])


@dataclasses.dataclass
class Crate(Box[int]):
    """A class that is derived from a generic one."""

    label: str = ""


class Content(TypedDict, Generic[T]):
    content: T


class Letter(Content[int]):
    sender: NotRequired[str]


class Packet(msgspec.Struct, rename="camel"):
    item_count: Annotated[int, msgspec.Meta(ge=1)]
    note: str = ""


class Circle(msgspec.Struct, tag="circle"):
    size: int


class Square(msgspec.Struct, tag="square"):
    size: float


@dataclasses.dataclass
class Described:
    """A place.

    Attributes:
        city: Its city.
        code: Overridden below.
    """

    city: str
    code: int = dataclasses.field(default=0, metadata={"description": "Its code."})


@dataclasses.dataclass
class Parsed:
    """A class whose ``__init__`` takes something else than the fields."""

    size: int

    def __init__(self, text: str) -> None:
        self.size = len(text)


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


@dataclasses.dataclass
class Dog:
    kind: Literal["dog", "puppy"]
    name: str
