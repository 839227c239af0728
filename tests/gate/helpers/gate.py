"""All checks of the gate, by the word that their places begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from tests.gate.helpers import constants, sdk_checks, server_checks
from tests.gate.helpers.document import Document
from tests.gate.helpers.problems import Problem
from tests.gate.helpers.sent import Record
from tests.gate.helpers.served import Served


class Observed(NamedTuple):
    """What the SDK sends, and what the server does."""

    record: Record
    served: Served


Check: TypeAlias = Callable[[Document, Observed], Iterator[Problem]]

SDK: Final[Mapping[str, Check]] = {
    "called": lambda _document, seen: sdk_checks.called(seen.record),
    "sent": lambda document, seen: sdk_checks.sent(document, seen.record),
    "waited": lambda document, seen: sdk_checks.waited(document, seen.record),
    "typed": lambda document, _seen: sdk_checks.typed(document),
    "documented": lambda document, _seen: sdk_checks.documented(document),
    "deprecated": lambda document, seen: sdk_checks.deprecated(document, seen.record),
}
SERVER: Final[Mapping[str, Check]] = {
    "handled": lambda document, seen: server_checks.handled(document, seen.served),
    "performed": lambda _document, seen: server_checks.performed(seen.served),
    "read": lambda document, seen: server_checks.read(document, seen.served),
    "produced": lambda document, seen: server_checks.produced(document, seen.served),
    "defaults": lambda document, seen: server_checks.defaults(document, seen.served),
    "named": lambda document, _seen: server_checks.named(document),
    "stored": lambda document, _seen: server_checks.stored(document),
    "opened": lambda document, seen: server_checks.opened(document, seen.served),
}
BOTH: Final[Mapping[str, Check]] = {
    "constant": lambda document, _seen: constants.constants(document),
    "status": lambda document, _seen: constants.statuses(document),
    "secured": lambda document, _seen: constants.secured(document),
}
CHECKS: Final[Mapping[str, Check]] = {**SDK, **SERVER, **BOTH}
