"""The model `ChatSettings`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, Self

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ChatSettings(Model):
    """Settings of the model. What is not set here is taken from the agent's `default_settings`, then
    from the preset, then from the server.

    Attributes:
        frequency_penalty: Penalty by a token's frequency so far. At least -1 and at most 1. The
            server's default: 0.
        length_penalty: Above 1 favours shorter replies, below 1 longer ones. At least 0 and at most
            2. The server's default: 1.
        logit_bias: Changes of the likelihood of single tokens, -100 to 100, by token id.
        max_tokens: The maximum number of tokens of the reply. At least 1 and at most 16384. The
            server's default: 200.
        presence_penalty: Penalty of tokens that have been used before. At least -1 and at most 1.
            The server's default: 0.
        repetition_penalty: Above 1 penalises repetition, below 1 favours it. At least 0 and at most
            2. The server's default: 1.
        response_format: The format of the reply.
        seed: Makes sampling repeatable, as far as the model supports it. -1 means a random seed. At
            least -1 and at most 9999.
        stop: A text, or up to four, at which the reply stops. It is not part of the reply.
        stream: Whether the reply is streamed as server-sent events. The server's default: False.
        explain: Whether the reply comes with an explanation: what the model saw, and what was left
            out. The server's default: False.
        temperature: Sampling temperature: 0 always takes the most likely token. At least 0 and at
            most 2. The server's default: 0.75.
        top_p: Nucleus sampling: only the most likely tokens with this total probability are
            considered. At least 0 and at most 1. The server's default: 1.
        min_p: Tokens that are less likely than this share of the most likely one are left out. At
            least 0 and less than 1. The server's default: 0.01.
        preset: A named set of settings to start from. One of "problem_solving", "conversational",
            "fun", "prose", "creative", "business", "deterministic", "code", "multilingual".

    Example:
        >>> from julep_api.models import ChatSettings
        >>> data = {'temperature': 0.2, 'max_tokens': 120, 'stop': ['END']}
        >>> model = ChatSettings.from_dict(data)
        >>> ChatSettings.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "frequency_penalty",
            "length_penalty",
            "logit_bias",
            "max_tokens",
            "presence_penalty",
            "repetition_penalty",
            "response_format",
            "seed",
            "stop",
            "stream",
            "explain",
            "temperature",
            "top_p",
            "min_p",
            "preset",
        )

    frequency_penalty: float | None
    """Penalty by a token's frequency so far. At least -1 and at most 1. The server's default: 0."""

    length_penalty: float | None
    """Above 1 favours shorter replies, below 1 longer ones. At least 0 and at most 2. The server's
    default: 1."""

    logit_bias: dict[str, int] | None
    """Changes of the likelihood of single tokens, -100 to 100, by token id."""

    max_tokens: int | None
    """The maximum number of tokens of the reply. At least 1 and at most 16384. The server's default:
    200."""

    presence_penalty: float | None
    """Penalty of tokens that have been used before. At least -1 and at most 1. The server's default:
    0."""

    repetition_penalty: float | None
    """Above 1 penalises repetition, below 1 favours it. At least 0 and at most 2. The server's
    default: 1."""

    response_format: ChatSettingsResponseFormat | None
    """The format of the reply."""

    seed: int | None
    """Makes sampling repeatable, as far as the model supports it. -1 means a random seed. At least -1
    and at most 9999."""

    stop: str | list[str] | None
    """A text, or up to four, at which the reply stops. It is not part of the reply."""

    stream: bool | None
    """Whether the reply is streamed as server-sent events. The server's default: False."""

    explain: bool | None
    """Whether the reply comes with an explanation: what the model saw, and what was left out. The
    server's default: False."""

    temperature: float | None
    """Sampling temperature: 0 always takes the most likely token. At least 0 and at most 2. The
    server's default: 0.75."""

    top_p: float | None
    """Nucleus sampling: only the most likely tokens with this total probability are considered. At
    least 0 and at most 1. The server's default: 1."""

    min_p: float | None
    """Tokens that are less likely than this share of the most likely one are left out. At least 0 and
    less than 1. The server's default: 0.01."""

    preset: ChatSettingsPreset | None
    """A named set of settings to start from. One of "problem_solving", "conversational", "fun",
    "prose", "creative", "business", "deterministic", "code", "multilingual"."""

    def __init__(
        self,
        /,
        frequency_penalty: float | None = None,
        length_penalty: float | None = None,
        logit_bias: Mapping[str, int] | None = None,
        max_tokens: int | None = None,
        presence_penalty: float | None = None,
        repetition_penalty: float | None = None,
        response_format: ChatSettingsResponseFormat | Mapping[str, object] | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        stream: bool | None = None,
        explain: bool | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        preset: ChatSettingsPreset
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
                "logit_bias": logit_bias,
                "max_tokens": max_tokens,
                "presence_penalty": presence_penalty,
                "repetition_penalty": repetition_penalty,
                "response_format": response_format,
                "seed": seed,
                "stop": stop,
                "stream": stream,
                "explain": explain,
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
        known = 15
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
        x = get("logit_bias")
        if x is None:
            self.logit_bias = None
            known -= 1
        else:
            try:
                self.logit_bias = _read_logit_bias(x)
            except DecodeError as error:
                raise error.under("logit_bias") from None
        x = get("max_tokens")
        if type(x) is int:
            self.max_tokens = x
        elif x is None:
            self.max_tokens = None
            known -= 1
        else:
            raise decoding.mismatch("max_tokens", "an integer", x)
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
        x = get("response_format")
        if x is None:
            self.response_format = None
            known -= 1
        else:
            try:
                self.response_format = ChatSettingsResponseFormat.from_dict(x)
            except DecodeError as error:
                raise error.under("response_format") from None
        x = get("seed")
        if type(x) is int:
            self.seed = x
        elif x is None:
            self.seed = None
            known -= 1
        else:
            raise decoding.mismatch("seed", "an integer", x)
        x = get("stop")
        if x is None:
            self.stop = None
            known -= 1
        else:
            try:
                self.stop = _read_stop(x)
            except DecodeError as error:
                raise error.under("stop") from None
        x = get("stream")
        if type(x) is bool:
            self.stream = x
        elif x is None:
            self.stream = None
            known -= 1
        else:
            raise decoding.mismatch("stream", "true or false", x)
        x = get("explain")
        if type(x) is bool:
            self.explain = x
        elif x is None:
            self.explain = None
            known -= 1
        else:
            raise decoding.mismatch("explain", "true or false", x)
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
            self.preset = _chat_settings_preset.get(x) or ChatSettingsPreset(x)
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
        "logit_bias",
        "max_tokens",
        "presence_penalty",
        "repetition_penalty",
        "response_format",
        "seed",
        "stop",
        "stream",
        "explain",
        "temperature",
        "top_p",
        "min_p",
        "preset",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset({})

# At the end, since models may need each other.
from .chat_settings_preset import ChatSettingsPreset
from .chat_settings_response_format import ChatSettingsResponseFormat

_chat_settings_preset: Final = decoding.members(ChatSettingsPreset)

_read_logit_bias: Final[decoding.Reader[dict[str, int]]] = decoding.map_of(decoding.integer)


_read_stop_list: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


def _read_stop(value: JSON) -> str | list[str]:
    if type(value) is str:
        return value
    if type(value) is list:
        return _read_stop_list(value)
    raise decoding.mismatch("", "a string or a list", value)


encoding.declare(
    ChatSettings,
    Field(
        "frequency_penalty",
        "frequency_penalty",
        encoding.nullable(encoding.number(minimum=-1, maximum=1)),
        required=False,
    ),
    Field(
        "length_penalty",
        "length_penalty",
        encoding.nullable(encoding.number(minimum=0, maximum=2)),
        required=False,
    ),
    Field(
        "logit_bias",
        "logit_bias",
        encoding.nullable(encoding.map_of(encoding.integer())),
        required=False,
    ),
    Field(
        "max_tokens",
        "max_tokens",
        encoding.nullable(encoding.integer(minimum=1, maximum=16384)),
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
    Field("response_format", "response_format", ChatSettingsResponseFormat.encode, required=False),
    Field(
        "seed",
        "seed",
        encoding.nullable(encoding.integer(minimum=-1, maximum=9999)),
        required=False,
    ),
    Field(
        "stop",
        "stop",
        encoding.nullable(
            encoding.one_of(
                {
                    str: encoding.string(),
                    list: encoding.list_of(encoding.string(), min_items=1, max_items=4),
                }
            )
        ),
        required=False,
    ),
    Field("stream", "stream", encoding.nullable(encoding.boolean), required=False),
    Field("explain", "explain", encoding.boolean, required=False),
    Field(
        "temperature",
        "temperature",
        encoding.nullable(encoding.number(minimum=0, maximum=2)),
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
