"""The model `AgentDefaultSettings`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class AgentDefaultSettings(Model):
    """Default settings of an agent's chats.

    Attributes:
        frequency_penalty: Penalty by a token's frequency so far. At least -2 and at most 2. The
            server's default: 0.
        length_penalty: Above 1 favours shorter replies, below 1 longer ones. At least 0 and at most
            2. The server's default: 1.
        presence_penalty: Penalty of tokens that have been used before. At least -1 and at most 1.
            The server's default: 0.
        repetition_penalty: Above 1 penalises repetition, below 1 favours it. At least 0 and at most
            2. The server's default: 1.
        temperature: Sampling temperature: 0 always takes the most likely token. At least 0 and at
            most 3. The server's default: 0.75.
        top_p: Nucleus sampling: only the most likely tokens with this total probability are
            considered. At least 0 and at most 1. The server's default: 1.
        min_p: Tokens that are less likely than this share of the most likely one are left out. At
            least 0 and less than 1. The server's default: 0.01.
        preset: A named set of settings to start from. One of "problem_solving", "conversational",
            "fun", "prose", "creative", "business", "deterministic", "code", "multilingual".

    Example:
        >>> from julep_api.models import AgentDefaultSettings
        >>> data = {'temperature': 0.3, 'frequency_penalty': 0.5, 'preset': 'business'}
        >>> model = AgentDefaultSettings.from_dict(data)
        >>> AgentDefaultSettings.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "frequency_penalty",
            "length_penalty",
            "presence_penalty",
            "repetition_penalty",
            "temperature",
            "top_p",
            "min_p",
            "preset",
        )

    frequency_penalty: float | None
    """Penalty by a token's frequency so far. At least -2 and at most 2. The server's default: 0."""

    length_penalty: float | None
    """Above 1 favours shorter replies, below 1 longer ones. At least 0 and at most 2. The server's
    default: 1."""

    presence_penalty: float | None
    """Penalty of tokens that have been used before. At least -1 and at most 1. The server's default:
    0."""

    repetition_penalty: float | None
    """Above 1 penalises repetition, below 1 favours it. At least 0 and at most 2. The server's
    default: 1."""

    temperature: float | None
    """Sampling temperature: 0 always takes the most likely token. At least 0 and at most 3. The
    server's default: 0.75."""

    top_p: float | None
    """Nucleus sampling: only the most likely tokens with this total probability are considered. At
    least 0 and at most 1. The server's default: 1."""

    min_p: float | None
    """Tokens that are less likely than this share of the most likely one are left out. At least 0 and
    less than 1. The server's default: 0.01."""

    preset: AgentDefaultSettingsPreset | None
    """A named set of settings to start from. One of "problem_solving", "conversational", "fun",
    "prose", "creative", "business", "deterministic", "code", "multilingual"."""

    def __init__(
        self,
        /,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        preset: AgentDefaultSettingsPreset
        | Literal[
            "problem_solving",
            "conversational",
            "fun",
            "prose",
            "creative",
            "business",
            "deterministic",
            "code",
            "multilingual",
        ]
        | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "frequency_penalty": frequency_penalty,
                "length_penalty": length_penalty,
                "presence_penalty": presence_penalty,
                "repetition_penalty": repetition_penalty,
                "temperature": temperature,
                "top_p": top_p,
                "min_p": min_p,
                "preset": preset,
            },
            additional,
        )

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``None`` then.

        Raises:
            DecodeError: If a required property is missing or null, or a value has a wrong type.
        """
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 8
        x: JSON
        x = get("frequency_penalty")
        if type(x) is float or type(x) is int:
            self.frequency_penalty = x
        elif x is None:
            self.frequency_penalty = None
            known -= 1
        else:
            raise decoding.mismatch("frequency_penalty", "a number", x)
        x = get("length_penalty")
        if type(x) is float or type(x) is int:
            self.length_penalty = x
        elif x is None:
            self.length_penalty = None
            known -= 1
        else:
            raise decoding.mismatch("length_penalty", "a number", x)
        x = get("presence_penalty")
        if type(x) is float or type(x) is int:
            self.presence_penalty = x
        elif x is None:
            self.presence_penalty = None
            known -= 1
        else:
            raise decoding.mismatch("presence_penalty", "a number", x)
        x = get("repetition_penalty")
        if type(x) is float or type(x) is int:
            self.repetition_penalty = x
        elif x is None:
            self.repetition_penalty = None
            known -= 1
        else:
            raise decoding.mismatch("repetition_penalty", "a number", x)
        x = get("temperature")
        if type(x) is float or type(x) is int:
            self.temperature = x
        elif x is None:
            self.temperature = None
            known -= 1
        else:
            raise decoding.mismatch("temperature", "a number", x)
        x = get("top_p")
        if type(x) is float or type(x) is int:
            self.top_p = x
        elif x is None:
            self.top_p = None
            known -= 1
        else:
            raise decoding.mismatch("top_p", "a number", x)
        x = get("min_p")
        if type(x) is float or type(x) is int:
            self.min_p = x
        elif x is None:
            self.min_p = None
            known -= 1
        else:
            raise decoding.mismatch("min_p", "a number", x)
        x = get("preset")
        if type(x) is str:
            self.preset = _agent_default_settings_preset.get(x) or AgentDefaultSettingsPreset(x)
        elif x is None:
            self.preset = None
            known -= 1
        else:
            raise decoding.mismatch("preset", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "frequency_penalty",
        "length_penalty",
        "presence_penalty",
        "repetition_penalty",
        "temperature",
        "top_p",
        "min_p",
        "preset",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.
from .agent_default_settings_preset import AgentDefaultSettingsPreset

_agent_default_settings_preset: Final = decoding.members(AgentDefaultSettingsPreset)


encoding.declare(
    AgentDefaultSettings,
    Field(
        "frequency_penalty",
        "frequency_penalty",
        encoding.nullable(encoding.number(minimum=-2, maximum=2)),
        required=False,
    ),
    Field(
        "length_penalty",
        "length_penalty",
        encoding.nullable(encoding.number(minimum=0, maximum=2)),
        required=False,
    ),
    Field(
        "presence_penalty",
        "presence_penalty",
        encoding.nullable(encoding.number(minimum=-1, maximum=1)),
        required=False,
    ),
    Field(
        "repetition_penalty",
        "repetition_penalty",
        encoding.nullable(encoding.number(minimum=0, maximum=2)),
        required=False,
    ),
    Field(
        "temperature",
        "temperature",
        encoding.nullable(encoding.number(minimum=0, maximum=3)),
        required=False,
    ),
    Field(
        "top_p", "top_p", encoding.nullable(encoding.number(minimum=0, maximum=1)), required=False
    ),
    Field("min_p", "min_p", encoding.number(minimum=0, below=1), required=False),
    Field(
        "preset",
        "preset",
        encoding.choice(
            "problem_solving",
            "conversational",
            "fun",
            "prose",
            "creative",
            "business",
            "deterministic",
            "code",
            "multilingual",
        ),
        required=False,
    ),
)
