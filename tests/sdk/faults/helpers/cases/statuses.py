"""Error responses of every status, with every form of Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import julep
from tests.sdk.faults.helpers.fault import CHAT, CREATE, GET, Call, Fails, Fault
from tests.sdk.transport.helpers.scripted_server import Step, raw, respond, respond_error

HTML = b"<html><h1>Bad Gateway</h1></html>"

LASTING: dict[int, type[julep.ApiError]] = {
    300: julep.ApiError,
    304: julep.ApiError,
    399: julep.ApiError,
    400: julep.BadRequestError,
    401: julep.AuthenticationError,
    402: julep.ApiError,
    403: julep.PermissionDeniedError,
    404: julep.NotFoundError,
    407: julep.ApiError,
    409: julep.ConflictError,
    410: julep.ApiError,
    417: julep.ApiError,
    418: julep.ApiError,
    421: julep.ApiError,
    422: julep.UnprocessableEntityError,
    425: julep.ApiError,
    451: julep.ApiError,
    499: julep.ApiError,
    501: julep.ServerError,
    505: julep.ServerError,
    520: julep.ServerError,
    529: julep.ServerError,
    600: julep.ServerError,
    999: julep.ServerError,
}

PASSING: dict[int, type[julep.ApiError]] = {
    408: julep.ApiError,
    429: julep.RateLimitError,
    500: julep.ServerError,
    502: julep.ServerError,
    503: julep.ServerError,
    504: julep.ServerError,
}

_FUTURE = datetime.now(UTC) + timedelta(days=2)
_PAST = datetime(2015, 10, 21, 7, 28, tzinfo=UTC)
_FORMS = {
    "of RFC 9110": "%a, %d %b %Y %H:%M:%S GMT",
    "of RFC 850": "%A, %d-%b-%y %H:%M:%S GMT",
    "of asctime": "%a %b %d %H:%M:%S %Y",
}

# Values that mean no delay, that are ignored (our own delay counts), and that exceed the maximum.
NO_DELAY = {
    "0": "0",
    "00": "00",
    **{f"a past date {form}": _PAST.strftime(written) for form, written in _FORMS.items()},
}
IGNORED = {
    "negative": "-5",
    "garbage": "soon",
    "empty": "",
    "a digit outside ASCII": "²",
    "an invalid date": "Wed, 99 Oct 2015 07:28:00 GMT",
    "exponent": "1e3",
}
TOO_LONG = {
    "an hour": "3600",
    "a fraction": "3600.5",
    "seconds and a unit": "3600s",
    "ages": "9" * 30,
    "61": "61",
}
DISTANT = {f"a distant date {form}": _FUTURE.strftime(written) for form, written in _FORMS.items()}


def _is(status: int, kind: type[julep.ApiError], attempts: int, **more: object) -> Fails:
    return Fails(kind, attempts, status=status, **more)  # type: ignore[arg-type]  # Fails' own


def _slow_down(text: str, status: int = 429) -> Step:
    return respond(status, b"Slow down", {"retry-after": text})


def _limited() -> dict[str, Fault]:
    """Return faults of 429 with every form of Retry-After."""
    kind = julep.RateLimitError
    faults = {
        name: Fault(_slow_down(text), _is(429, kind, 2, retry_after=0.0))
        for name, text in NO_DELAY.items()
    }
    faults |= {name: Fault(_slow_down(text), _is(429, kind, 2)) for name, text in IGNORED.items()}
    faults |= {
        name: Fault(_slow_down(text), _is(429, kind, 1, retry_after=float(text.rstrip("s"))))
        for name, text in TOO_LONG.items()
    }
    faults["within the maximum, beyond the call's timeout"] = Fault(
        _slow_down("50"), _is(429, kind, 1, retry_after=50.0)
    )
    return {f"429 after {name}": fault for name, fault in faults.items()}


def _refused(status: int, kind: type[julep.ApiError], attempts: int, call: Call = GET) -> Fault:
    message = "" if status == 304 else f"this is a {status}"
    return Fault(respond_error(status), _is(status, kind, attempts, message=message), call=call)


FAULTS: dict[str, Fault] = {
    **{f"{status}": _refused(status, kind, 1) for status, kind in LASTING.items()},
    **{f"{status}": _refused(status, kind, 2) for status, kind in PASSING.items()},
    **{f"{status} to a chat": _refused(status, kind, 2, CHAT) for status, kind in PASSING.items()},
    **_limited(),
    "409 with Retry-After": Fault(_slow_down("0", 409), _is(409, julep.ConflictError, 2)),
    "409 with Retry-After of an hour": Fault(
        _slow_down("3600", 409), _is(409, julep.ConflictError, 1)
    ),
    "503 by a past date": Fault(
        _slow_down(NO_DELAY["a past date of RFC 9110"], 503), _is(503, julep.ServerError, 2)
    ),
    **{
        f"503 by {name}": Fault(_slow_down(text, 503), _is(503, julep.ServerError, 1))
        for name, text in DISTANT.items()
    },
    "404 with Retry-After": Fault(_slow_down("0", 404), _is(404, julep.NotFoundError, 1)),
    "502 of a gateway": Fault(
        respond(502, HTML, {"content-type": "text/html"}),
        _is(502, julep.ServerError, 2, message="Bad Gateway"),
    ),
    "502 of a long page": Fault(
        respond(502, HTML + b"x" * 1_000_000), _is(502, julep.ServerError, 2, message="Bad Gateway")
    ),
    "503 with nothing": Fault(respond(503), _is(503, julep.ServerError, 2)),
    "503 that ends with the connection": Fault(
        raw(b"HTTP/1.1 503 Busy\r\n\r\nBusy"), _is(503, julep.ServerError, 2, message="Busy")
    ),
    "500 of bytes": Fault(respond(500, bytes(range(256))), _is(500, julep.ServerError, 2)),
    "500 of a deep value": Fault(respond(500, b"[" * 100_000), _is(500, julep.ServerError, 2)),
    "500 labelled gzip": Fault(
        respond(500, b"oops", {"content-encoding": "gzip"}), _is(500, julep.ServerError, 2)
    ),
    "500 to a create": Fault(respond_error(500), _is(500, julep.ServerError, 2), call=CREATE),
    "422 of another shape": Fault(
        respond(422, b'{"detail": [{"loc": ["body"], "msg": "odd"}]}'),
        _is(422, julep.UnprocessableEntityError, 1, message="odd"),
    ),
    "404 of HTML to a create": Fault(
        respond(404, b"<h1>Not here</h1>"),
        _is(404, julep.NotFoundError, 1, message="Not here"),
        call=CREATE,
    ),
}
