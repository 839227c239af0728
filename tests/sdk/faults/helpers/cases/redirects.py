"""Redirects; what is sent to another origin has tests of its own."""

from __future__ import annotations

import julep
from tests.sdk.faults.helpers.fault import (
    CHAT,
    CREATE,
    DELETE,
    GET,
    STREAM,
    Call,
    Fails,
    Fault,
    Succeeds,
)
from tests.sdk.faults.helpers.steps import redirect
from tests.sdk.transport.helpers.scripted_server import Step, reset_after, respond_error

_KEEPING = (307, 308)
_CHANGING = (301, 302, 303)
_LOCATION = "/elsewhere?a=b"


def followed(status: int, location: str, call: Call = GET) -> Fault:
    return Fault(redirect(status, location, call.response), Succeeds(), call=call)


def refused(
    status: int, location: str | None, call: Call = GET, message: str | None = None
) -> Fault:
    """Return a fault of a redirect that is not followed; the error names it."""
    message = location or "" if message is None else message
    outcome = Fails(julep.ApiError, 1, status=status, message=message)
    return Fault(redirect(status, location, call.response), outcome, call=call)


def _elsewhere(outcome: Fails, then: Step) -> Fault:
    return Fault(redirect(307, _LOCATION, then), outcome)


GARBAGE = {
    "an invalid host": "http://[oops/elsewhere",
    "an invalid port": "http://julep.test:99999/elsewhere",
    "a port in words": "http://julep.test:http/elsewhere",
    "another scheme": "ftp://julep.test/elsewhere",
    "a file": "file:///etc/elsewhere",
    "a script": "javascript:elsewhere",
}

FAULTS: dict[str, Fault] = {
    **{f"a get by {status}": followed(status, _LOCATION) for status in _CHANGING + _KEEPING},
    **{f"a post by {status}": followed(status, _LOCATION, CREATE) for status in _KEEPING},
    **{f"a chat by {status}": followed(status, _LOCATION, CHAT) for status in _KEEPING},
    **{f"a stream by {status}": followed(status, _LOCATION, STREAM) for status in _KEEPING},
    **{f"a delete by {status}": followed(status, _LOCATION, DELETE) for status in _KEEPING},
    **{f"a post by {status}": refused(status, _LOCATION, CREATE) for status in _CHANGING},
    **{f"a chat by {status}": refused(status, _LOCATION, CHAT) for status in _CHANGING},
    **{f"a stream by {status}": refused(status, _LOCATION, STREAM) for status in _CHANGING},
    **{f"a delete by {status}": refused(status, _LOCATION, DELETE) for status in _CHANGING},
    "a relative path": followed(302, "elsewhere"),
    "a path with dots": followed(302, "../../a/../elsewhere"),
    "a query alone": followed(302, "?elsewhere"),
    "characters that are no ASCII": followed(302, "/elsewhere/\xe9"),
    "a space in the path": followed(302, "/elsewhere/a b"),
    "a fragment": followed(302, "/elsewhere#there"),
    "no location": refused(302, None),
    "an empty location": refused(302, ""),
    "300": refused(300, _LOCATION),
    "304": refused(304, _LOCATION, message=""),
    "305": refused(305, _LOCATION),
    **{name: refused(302, place) for name, place in GARBAGE.items()},
    "a loop": Fault(
        redirect(302, "/loop", GET.response), Fails(julep.ApiError, 1, status=302, message="/loop")
    ),
    "an error of the target": _elsewhere(
        Fails(julep.NotFoundError, 1, status=404), respond_error(404)
    ),
    "a server error of the target": _elsewhere(
        Fails(julep.ServerError, 2, status=503), respond_error(503)
    ),
    "a reset of the target": _elsewhere(
        Fails(julep.NetworkError, 2, path="/elsewhere"), reset_after()
    ),
}
