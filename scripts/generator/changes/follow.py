"""What must follow a change of the contract by hand, as files and lines."""

from __future__ import annotations

from collections.abc import Iterator

from .checkout import CHECK, DONE, SERVER, TO_DO, Checkout, Place
from .compare import Change
from .deliberate import without_exceptions
from .facets import BOUNDS
from .follow_around import (
    around_argument,
    around_operation,
    around_presence,
    around_value,
    first_of_each_file,
    modules_of,
)
from .follow_messages import follow_body, follow_response
from .follow_names import follow_name
from .follow_operations import follow_operation
from .follow_schemas import (
    follow_class,
    follow_lenient,
    follow_part,
    follow_schema,
    follow_security,
    follow_server,
)
from .follow_values import follow_constant, follow_enum
from .items import Contract, mapping
from .subject import ADD, DROP, RENAME, Subject, subject_of

_PARAMETERS = f"{SERVER}/contract/operations.py"


def follow(change: Change, old: Contract, new: Contract, checkout: Checkout) -> list[Place]:
    """Return the places that a change concerns, each once."""
    if change.kind == "component changed":
        return []
    subject = subject_of(change, old, new)
    places: dict[tuple[str, str, int, str], Place] = {}
    for place in _places(subject, old, new, checkout):
        key = (place.area, place.path, place.line, place.name)
        before = places.get(key)
        # The state with most left to do: what is to do for one reason may be done for another.
        if before is None or (before.state, place.state) in (
            (DONE, TO_DO),
            (CHECK, TO_DO),
            (DONE, CHECK),
        ):
            places[key] = place
    around = first_of_each_file(
        _around(subject, new, checkout), {place.path for place in places.values()}
    )
    places.update({(one.area, one.path, one.line, one.name): one for one in around})
    return [without_exceptions(place, subject, new, checkout) for place in places.values()]


def _places(subject: Subject, old: Contract, new: Contract, checkout: Checkout) -> Iterator[Place]:
    change, item = subject.change, subject.change.item
    if item.kind == "server":
        yield from follow_server(subject, checkout)
    elif item.kind == "security scheme" or (item.kind == "contract" and change.facet == "security"):
        yield from follow_security(checkout)
    if item.kind in ("contract", "tag", "path", "component", "server", "security scheme"):
        return
    yield from _generated(subject, new, checkout)
    if item.kind == "operation":
        yield from follow_operation(subject, new, checkout)
    elif subject.name or change.facet == "enum" or item.kind == "part":
        yield from _values(subject, old, new, checkout)
    elif item.kind in ("response", "header"):
        yield from follow_response(subject, checkout)
    elif item.kind in ("body", "media type"):
        yield from follow_body(subject, checkout)
    else:
        yield from follow_schema(subject, checkout)
    if change.level != "prose" and item.kind != "schema":
        yield from _facts(subject, checkout)


def _around(subject: Subject, new: Contract, checkout: Checkout) -> Iterator[Place]:
    """Yield what is beside the places of something new."""
    change = subject.change
    if change.kind == "operation added":
        name = change.item.name
        yield from around_operation(name, mapping(change.item.node), new, checkout)
    elif subject.name and subject.mode == ADD:
        if subject.methods:
            yield from around_argument(subject, checkout)
        for operation in subject.responses[:3]:
            yield from modules_of(
                operation, f"used by {operation}, which responds with {subject.name}", checkout
            )
    elif subject.requests and change.kind == "enum values added":
        yield from around_value(subject, checkout)
    elif subject.name and subject.responses and change.facet == "required":
        yield from around_presence(subject, checkout)


def _values(subject: Subject, old: Contract, new: Contract, checkout: Checkout) -> Iterator[Place]:
    """Yield the places of what has a name, or values."""
    change = subject.change
    if subject.name:
        yield from follow_name(subject, checkout)
    if subject.responses and subject.schema and subject.name:
        yield from follow_lenient(subject, checkout)
    if change.kind == "encoding changed":
        for module in checkout.modules(_PARAMETERS):
            line = next((one.line for one in module.structures if one.owner == "Parameter"), 0)
            yield Place("server", module.path, line, "Parameter", "parses parameters", CHECK)
    if change.facet in (*BOUNDS, "default"):
        yield from follow_constant(subject, checkout)
    if change.facet == "enum":
        yield from follow_enum(subject, checkout)
    if change.kind in ("part added", "part removed"):
        yield from follow_part(subject, old if change.kind == "part removed" else new, checkout)
    if change.item.kind == "part" or change.facet in ("type", "discriminator", "closed"):
        yield from follow_class(subject, checkout)


def _generated(subject: Subject, new: Contract, checkout: Checkout) -> Iterator[Place]:
    if subject.mode == DROP and subject.change.item.kind in ("operation", "schema"):
        return
    if subject.schema:
        name = subject.change.item.name if subject.change.item.kind == "schema" else subject.schema
        yield checkout.generated(new, name, operation=False)
    else:
        names = subject.requests or subject.responses or (subject.change.item.key[1],)
        for name in names[:1]:
            yield checkout.generated(new, name, operation=True)


def _facts(subject: Subject, checkout: Checkout) -> Iterator[Place]:
    """Yield the entry for the difference from the published facts, which are never edited."""
    name = subject.former if subject.mode != ADD else subject.name
    item = subject.change.item
    if subject.schema:
        tail = f"/properties/{name}" if name else ""
        if item.kind == "property" and subject.change.facet == "required":
            tail = "/required"
        yield checkout.corrections(f"/schemas/{subject.schema}{tail}", added=subject.mode == ADD)
    elif subject.is_parameter and subject.requests:
        location = str(mapping(item.node).get("in") or "".join(item.key[3:4]))
        operation = subject.requests[0] if item.key[0] == "operation" else "*"
        address = f"/operations/{operation}/parameters/{location} {name}"
        yield checkout.corrections(address, added=subject.mode == ADD)
    elif item.kind == "operation" and subject.mode in (DROP, RENAME):
        yield checkout.corrections(
            f"/operations/{name or subject.change.old or item.name}", added=False
        )
    elif item.kind == "response" and subject.responses:
        yield checkout.corrections(f"/operations/{subject.responses[0]}/errors", added=True)
