"""JSON, "not given", and enums that keep what they do not know.

Apart from `model`, which needs attrs: a client that has made no call yet does without.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final, Literal, TypeAlias, TypeVar

__all__ = ["JSON", "UNSET", "JSONObject", "OpenEnum", "Unset"]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
JSONObject: TypeAlias = dict[str, JSON]


class Unset(Enum):
    """The type of `UNSET`.

    An enum, because its one member keeps its identity when it is copied or pickled, and because
    type checkers narrow ``x is UNSET``.
    """

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Not given, or not answered: unlike ``None``, it never appears in JSON."""

E = TypeVar("E", bound="OpenEnum")


class OpenEnum(StrEnum):
    """An enum that keeps a value it does not know.

    A server may learn new values before its clients do. An unknown one becomes a member of the
    class that is equal to its text, and is copied, pickled and written like any other; it is just
    not among those that iterating over the class gives.
    """

    @classmethod
    def _missing_(cls: type[E], value: object) -> E | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    def __reduce_ex__(self, protocol: object) -> tuple[type[OpenEnum], tuple[str]]:
        # By value, since an unknown member has no name to be found by, as some releases of Python
        # would have it.
        return self.__class__, (str(self),)

    def __copy__(self: E) -> E:
        return self

    def __deepcopy__(self: E, memo: object) -> E:
        return self
