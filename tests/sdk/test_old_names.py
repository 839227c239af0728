"""Fields of settings and events under their earlier names."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from typing import Any

import pytest

import julep
from julep import RetryEvent, RetryPolicy

# Type checkers know the new names alone.
Policy: Any = RetryPolicy
Event: Any = RetryEvent

RENAMED = [
    (Policy, "failures", "connection_errors", False),
    (Policy, "first_pause", "initial_delay", 0.25),
    (Policy, "longest_pause", "max_delay", 2),
    (Policy, "longest_asked_pause", "max_retry_after", 5),
    (Event, "pause", "delay", 1.5),
]

each_name = pytest.mark.parametrize(("make", "old", "new", "value"), RENAMED)


def an_object(make: Any, **options: Any) -> Any:
    """Build a policy or an event."""
    if make is Event:
        rest = {"method": "GET", "url": "u", "attempt": 1, "error": julep.NetworkError("lost")}
        options = rest | options
    return make(**options)


def warns_of(old: str, new: str) -> pytest.WarningsRecorder:
    message = f"^{old} is an earlier name, and may go from 2027-12-01 on: use {new}$"
    return pytest.warns(DeprecationWarning, match=message)


@each_name
def test_an_earlier_name_is_taken_with_a_warning(
    make: Any, old: str, new: str, value: object
) -> None:
    same = an_object(make, **{new: value})
    rest = same._asdict()
    del rest[new]
    with warns_of(f"{old}=", f"{new}=") as warned:
        assert make(**rest, **{old: value}) == same
    assert warned[0].filename == __file__
    with warns_of(f"{old}=", f"{new}=") as warned:
        assert same._replace(**{new: 0})._replace(**{old: value}) == same
    assert warned[0].filename == __file__
    with warns_of(rf"\.{old}", rf"\.{new}") as warned:
        assert getattr(same, old) == value
    assert warned[0].filename == __file__


@each_name
def test_both_names_at_once_are_refused(make: Any, old: str, new: str, value: object) -> None:
    both = {old: value, new: value}
    for function in (make, an_object(make, **{new: value})._replace):
        with pytest.raises(TypeError, match=f"{make.__name__} got both '{old}' and '{new}'"):
            function(**both)


def test_the_rest_of_a_policy_is_as_without_earlier_names() -> None:
    policy = RetryPolicy(1, initial_delay=0.25)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301  # our own
        assert copy.deepcopy(policy) == policy
        assert type(policy._replace(max_delay=1)) is RetryPolicy
        assert repr(policy).startswith("RetryPolicy(max_retries=1, statuses=")
        assert tuple(inspect.signature(RetryPolicy).parameters) == RetryPolicy._fields
        assert not {old for _, old, _, _ in RENAMED} & {*RetryPolicy._fields}
    with pytest.raises(TypeError, match="unexpected keyword argument 'first_paus'"):
        Policy(first_paus=1)
    with pytest.raises((TypeError, ValueError), match="first_paus"):
        Policy()._replace(first_paus=1)
