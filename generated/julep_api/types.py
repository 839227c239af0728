"""JSON, the argument that is not given, and enums that keep unknown values.

Apart from `model`, which needs attrs: a client that has made no call yet does not import it.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, Union

__all__ = ["JSON", "UNSET", "JSONObject", "OpenEnum", "Unset"]

if TYPE_CHECKING:
    JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
else:
    # Programs that read annotations (pydantic, FastAPI, attrs) evaluate them, and no alias of Python
    # 3.11 may refer to itself.
    JSON = Union[dict[str, Any], list[Any], str, int, float, bool, None]
JSONObject: TypeAlias = dict[str, JSON]


class Unset(Enum):
    """The type of `UNSET`.

    An enum, because its one member keeps its identity when it is copied or pickled, and because
    type checkers narrow ``x is UNSET``.

    Example:
        >>> bool(UNSET), Unset("UNSET") is UNSET
        (False, True)
    """

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An argument that is not given, as ``None`` is; no model holds it, and it never appears in JSON.

Example:
    >>> UNSET
    UNSET
"""

E = TypeVar("E", bound="OpenEnum")


class OpenEnum(StrEnum):
    """An enum that keeps unknown values.

    A server may support new values before its clients do. An unknown value becomes a member of the
    class that is equal to its text, and is copied, pickled and written like any other; iterating
    over the class does not include it.
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
        # By value, since an unknown member cannot be found by its name, which some releases of Python
        # use.
        return self.__class__, (str(self),)

    def __copy__(self: E) -> E:
        return self

    def __deepcopy__(self: E, memo: object) -> E:
        return self
