"""The errors: their hierarchy, their texts, pickling and copying."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import TypeVar

import pytest
from beartype.roar import BeartypeCallHintParamViolation, BeartypeException

from julep import Client, errors
from julep.errors import (
    ApiError,
    ArgumentTypeError,
    ErrorDetail,
    InvalidArgumentError,
    InvalidIdError,
    JulepError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    RequestTimeoutError,
    StreamInterruptedError,
    StreamTimeoutError,
)
from julep.types import ChatMlMessage, ChatResponse, JobStatus

T = TypeVar("T")

TREE: dict[str, tuple[type[BaseException], ...]] = {
    "JulepError": (Exception,),
    "ConfigurationError": (JulepError,),
    "InvalidArgumentError": (JulepError, ValueError),
    "InvalidIdError": (InvalidArgumentError, ValueError, AssertionError),
    "ArgumentTypeError": (JulepError, BeartypeCallHintParamViolation, BeartypeException, TypeError),
    "RequestError": (JulepError,),
    "NetworkError": (errors.RequestError, ConnectionError, OSError),
    "RequestTimeoutError": (NetworkError, TimeoutError),
    "StreamInterruptedError": (NetworkError,),
    "StreamTimeoutError": (StreamInterruptedError, RequestTimeoutError),
    "JobFailedError": (JulepError,),
    "StreamClosedError": (JulepError,),
    "MaxTurnsError": (JulepError,),
    "NotApprovedError": (JulepError,),
    "InvalidOutputError": (JulepError,),
    "ApiError": (JulepError,),
    "InvalidResponseError": (ApiError,),
    "BadRequestError": (ApiError,),
    "AuthenticationError": (ApiError,),
    "PermissionDeniedError": (ApiError,),
    "NotFoundError": (ApiError, KeyError, LookupError),
    "ConflictError": (ApiError,),
    "UnprocessableEntityError": (ApiError,),
    "RateLimitError": (ApiError,),
    "ServerError": (ApiError,),
}

DETAILS = (ErrorDetail("messages[3].role", "unknown"), ErrorDetail("name", "missing"))

PARTIAL = ChatResponse.from_dict({}, partial=True)
PARTIAL.response = [
    [ChatMlMessage.from_dict({"role": "assistant", "content": "Hel"}, partial=True)]
]

REPLY = ChatResponse.from_dict({"id": "a reply"}, partial=True)
JOB = JobStatus.from_dict({"id": "a job", "state": "failed"}, partial=True)


def pickled(value: T) -> T:
    result: T = pickle.loads(pickle.dumps(value))  # noqa: S301  # our own bytes
    return result


COPIES: list[Callable[[JulepError], JulepError]] = [pickled, copy.copy, copy.deepcopy]


def api_error(kind: type[ApiError]) -> ApiError:
    error = kind(
        "it broke",
        status_code=418,
        code="teapot",
        details=DETAILS,
        request_id="r-1",
        body={"error": {"message": "it broke"}},
        method="GET",
        path="/users/x",
        attempts=3,
    )
    if isinstance(error, RateLimitError):
        error.retry_after = 1.5
    return error


def raised_by_beartype() -> ArgumentTypeError:
    with pytest.raises(ArgumentTypeError) as raised:
        getattr(Client().users, "get")(3)  # noqa: B009  # type checkers reject it as well
    return raised.value


def raised_by_the_encoders() -> ArgumentTypeError:
    with pytest.raises(ArgumentTypeError) as raised:
        Client().users.list(limit=True)
    return raised.value


def samples() -> list[JulepError]:
    """Return an error of every class, each attribute with a value of its own."""
    kinds = [getattr(errors, name) for name in TREE]
    api = [api_error(kind) for kind in kinds if issubclass(kind, ApiError)]
    return [
        JulepError("it broke"),
        errors.ConfigurationError("timeout: no"),
        InvalidArgumentError("limit: no", path="limit"),
        InvalidIdError("agent_id: no", path="agent_id"),
        ArgumentTypeError("limit: no", path="limit"),
        raised_by_beartype(),
        raised_by_the_encoders(),
        errors.RequestError("it broke"),
        NetworkError("lost", attempts=3),
        errors.RequestTimeoutError("late", attempts=3, phase="total"),
        StreamInterruptedError("cut", partial=PARTIAL, attempts=3),
        StreamTimeoutError("late", partial=PARTIAL, attempts=3, phase="total"),
        errors.JobFailedError("out of memory", JOB),
        errors.StreamClosedError("the stream was read to its end"),
        errors.MaxTurnsError("no answer", REPLY),
        errors.NotApprovedError("the call of add was not approved"),
        errors.InvalidOutputError("no number", text="x", path="a.b", response=REPLY),
        *api,
    ]


def test_every_class_has_a_sample() -> None:
    assert {type(error).__name__ for error in samples()} == set(TREE)
    assert {*TREE, "ErrorDetail"} == set(errors.__all__)


@pytest.mark.parametrize("name", TREE)
def test_the_class_hierarchy(name: str) -> None:
    kind: type[BaseException] = getattr(errors, name)
    for parent in TREE[name]:
        assert issubclass(kind, parent)
    assert kind.__doc__


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("copied", COPIES, ids=["pickle", "copy", "deepcopy"])
def test_an_error_survives_copying(
    error: JulepError, copied: Callable[[JulepError], JulepError]
) -> None:
    error.add_note("while it was tried")
    again = copied(error)
    assert type(again) is type(error)
    assert again is not error
    assert str(again) == str(error)
    assert again.args == error.args
    mine, other = dict(vars(error)), dict(vars(again))
    if isinstance(error, StreamInterruptedError) and isinstance(again, StreamInterruptedError):
        assert again.partial.to_dict() == error.partial.to_dict()
        assert again.partial.text == "Hel"
        del mine["partial"], other["partial"]
    assert other == mine
    assert again.__notes__ == ["while it was tried"]
    error.__notes__.clear()


@pytest.mark.parametrize("error", samples(), ids=lambda error: type(error).__name__)
def test_an_error_prints_its_message(error: JulepError) -> None:
    assert error.message
    assert error.message in str(error)
    assert error.args == (error.message,)
    assert not str(error).startswith(("'", '"'))


def test_an_error_of_the_server_prints_request_and_response() -> None:
    assert str(api_error(NotFoundError)) == (
        "GET /users/x -> 418: it broke\n"
        "  messages[3].role: unknown\n"
        "  name: missing\n"
        "  (request id r-1, 3 attempts)"
    )
    plain = ApiError("no", status_code=400, method="POST", path="/users")
    assert str(plain) == "POST /users -> 400: no"
    assert str(ApiError("no", status_code=400, request_id="r")).endswith("\n  (request id r)")
    assert str(ApiError("no", status_code=400, attempts=2)).endswith("\n  (2 attempts)")


def test_an_error_made_by_a_program_prints_what_it_was_made_of() -> None:
    error = ApiError(status_code=404, body={"a": 1})
    assert str(error) == "status_code: 404, body: {'a': 1}"
    assert str(NotFoundError("no", status_code=404, body={"a": 1})) == "404: no"


def test_attributes_that_are_not_given_have_defaults() -> None:
    error = RateLimitError("slow down", status_code=429)
    assert vars(error) == {
        "message": "slow down",
        "status_code": 429,
        "code": None,
        "details": (),
        "request_id": None,
        "body": None,
        "method": "",
        "path": "",
        "attempts": 1,
    }
    assert error.retry_after is None
    assert NetworkError("lost").attempts == 1
    assert InvalidArgumentError("no").path == ""
    assert ArgumentTypeError("no").path == ""


def test_a_violation_of_a_type_names_expectation_and_path() -> None:
    by_beartype = raised_by_beartype()
    assert str(by_beartype) == "id: expected a UUID v4, as a str or a uuid.UUID; got 3"
    assert by_beartype.path == "id"
    assert str(raised_by_the_encoders()) == "limit: expected an int; got True"
    assert raised_by_the_encoders().path == "limit"


def test_a_violation_does_not_keep_arguments_alive() -> None:
    assert getattr(raised_by_beartype(), "culprits") == ()  # noqa: B009  # its type has an Any


def test_a_traceback_shows_the_caller_and_not_the_encoders() -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        Client().users.list(limit=0)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
