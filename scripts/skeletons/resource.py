"""The skeleton of a resource: managers, properties of clients, modules of the server, tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from scripts.skeletons.contract import ROOT, Contract, Operation, SkeletonError, snake
from scripts.skeletons.operation import add_operation
from scripts.skeletons.sources import Source, create, tidy

_VERSIONS: Final = ROOT / "src/julep_server/db/migrations/versions"
_COLUMNS: Final = {
    "integer": "Integer",
    "number": "Float",
    "boolean": "Boolean",
    "string": "Text",
}
# Columns that every resource has.
_SHARED: Final = ("id", "metadata", "created_at", "updated_at")


def add_resource(contract: Contract, tag: str) -> Iterator[str]:
    """Write the skeleton of a resource, and of all of its operations.

    Args:
        contract: The contract, from which the package is generated already.
        tag: The tag of the operations, such as ``users``.

    Yields:
        What was written, and what is left to do.

    Raises:
        SkeletonError: There is no such tag, or the resource exists already.
    """
    operations = [one for one in contract.operations.values() if one.tag == tag]
    if not operations:
        known = ", ".join(sorted({one.tag for one in contract.operations.values()}))
        raise SkeletonError(f"openapi.yaml has no operation with the tag {tag}; tags: {known}")
    singular, kind = tag.removesuffix("s"), f"{tag.title()}Manager"
    title = singular.title()
    paths = {
        f"src/julep/managers/{singular}.py": _managers(tag, kind),
        f"src/julep_server/resources/{tag}.py": _handlers(tag),
        f"src/julep_server/store/{tag}.py": _store(contract, tag, title),
        _migration_path(tag): _migration(contract, tag, title),
    }
    if existing := [path for path in paths if (ROOT / path).exists()]:
        raise SkeletonError(
            f"{', '.join(existing)}: exists already; remove it, or use new-operation"
        )
    for path, text in paths.items():
        create(path, text)
        yield f"{path}: written"
    yield from _join(tag, singular, kind)
    yield from _commands(contract, operations, tag, singular)
    tidy([*paths])
    for operation in operations:
        yield from _only_written(add_operation(contract, operation.id, _name(operation, title)))
    yield "left to do:"
    yield f"  src/julep_server/db/tables.py: the table {tag}, as the migration makes it"
    yield f"  src/julep_server/representations.py: {singular}_json"
    yield f"  tests/contract/test_prose.py: {tag!r} in TAGS; tests/contract/corrections.yaml"
    yield "  methods that update by PUT and PATCH, and those that iterate, as in managers/user.py"
    yield f"  src/julep/_cli: the sentence, the columns and the examples of julep {tag}"
    yield f"  tests/sdk/test_{tag}.py and tests/server, a call of each in tests/typing"
    yield f"  tests/sdk/test_imports.py OWN, a fragment in docs/changes, {tag} in README.md"
    yield "then run scripts/test --contract: it names what is missing"


def _only_written(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("left to do"):
            return
        yield line


def _name(operation: Operation, title: str) -> str:
    """Return the method's name: what an id says beside the resource, such as ``get``."""
    rest = operation.id.replace(f"{title}s", "").replace(title, "")
    return snake(rest) or operation.module


def _managers(tag: str, kind: str) -> str:
    return f'''"""{tag.title()}."""

from __future__ import annotations

from julep._lazy import resolvable
from julep.managers.base import BaseManager

__all__ = ["Async{kind}", "Base{kind}", "{kind}"]


class Base{kind}(BaseManager):
    """What the sync and the async {tag} manager share."""


class {kind}(Base{kind}):
    """Create and manage {tag}."""


class Async{kind}(Base{kind}):
    """Create and manage {tag}, by async methods."""


resolvable(__name__)
'''


def _handlers(tag: str) -> str:
    return f'''"""{tag.title()}."""

from __future__ import annotations

from julep_server.call import Handler

HANDLERS: dict[str, Handler] = {{
}}
'''


def _columns(contract: Contract, title: str) -> dict[str, tuple[str, bool]]:
    """Return the columns of a resource's own fields, each with its type."""
    found: dict[str, tuple[str, bool]] = {}
    for name, schema in contract.fields(title).items():
        if name not in _SHARED:
            found[name] = _column(schema), schema.get("nullable") is True
    return found


def _column(schema: dict[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return "String(36)"
    return _COLUMNS.get(str(schema.get("type")), "JSON")


def _store(contract: Contract, tag: str, title: str) -> str:
    types = {"Integer": "int", "Float": "float", "Boolean": "bool", "JSON": "JSON"}
    fields = "\n".join(
        f"    {name}: {types.get(column, 'str')}"
        for name, (column, _) in _columns(contract, title).items()
    )
    return f'''"""{tag.title()}."""

from __future__ import annotations

from dataclasses import dataclass

from julep_server.json_text import JSON, JSONObject


@dataclass(frozen=True, slots=True)
class {title}:
    """A stored {title.lower()}."""

    id: str
{fields}
    metadata: JSONObject
    created_at: int
    updated_at: int
'''.replace("JSON, JSONObject" if ": JSON\n" not in fields + "\n" else "\0", "JSONObject")


def _migration_path(tag: str) -> str:
    return f"src/julep_server/db/migrations/versions/v{_next_version()}_{tag}.py"


def _next_version() -> str:
    versions = [
        int(found[1])
        for path in _VERSIONS.glob("v*.py")
        if (found := re.match(r"v(\d{4})_", path.name))
    ]
    return f"{max(versions) + 1:04d}"


def _migration(contract: Contract, tag: str, title: str) -> str:
    columns = "\n".join(
        f'        sa.Column("{name}", sa.{column}, nullable={is_nullable}),'
        for name, (column, is_nullable) in _columns(contract, title).items()
    )
    version = _next_version()
    return f'''"""{tag.title()}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{version}"
down_revision = "{int(version) - 1:04d}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of {tag}."""
    op.create_table(
        "{tag}",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("tenant", sa.String(64), nullable=False),
{columns}
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("{tag}")
'''


def _join(tag: str, singular: str, kind: str) -> Iterator[str]:
    """Add the resource to the clients, the server and the tests' lists."""
    sources: list[Source] = []
    for path, class_name, manager in (
        ("src/julep/_clients/sync_client.py", "Client", kind),
        ("src/julep/_clients/async_client.py", "AsyncClient", f"Async{kind}"),
    ):
        source = Source(path)
        source.add_method(
            class_name,
            f"    @property\n    def {tag}(self) -> {manager}:\n"
            f'        """Create and manage {tag}."""\n'
            f"        from julep.managers.{singular} import {manager}\n\n"
            f"        return {manager}(self.api)",
        )
        source.add_import(f"julep.managers.{singular}", [manager], typing=True)
        sources.append(source)
    app = Source("src/julep_server/app.py")
    app.add_import("julep_server.resources", [tag])
    app.add_entry("HANDLERS", f"**{tag}.HANDLERS,")
    methods = Source("tests/sdk/helpers/methods.py")
    classes = [f"Base{kind}", kind, f"Async{kind}"]
    methods.add_import(f"julep.managers.{singular}", classes)
    methods.add_entry("MANAGERS", f'"{tag}": Managers({", ".join(classes)}),')
    names = Source("tests/sdk/test_public_names.py")
    names.add_entry(
        "PINNED",
        f'"julep.managers.{singular}": "Async{kind} Base{kind} {kind}",',
        "julep.managers.",
    )
    sources += [app, methods, names]
    for source in sources:
        source.write()
        yield f"{source.path}: {tag}"
    tidy([source.path for source in sources])


def _commands(
    contract: Contract, operations: list[Operation], tag: str, singular: str
) -> Iterator[str]:
    """Add the resource to the command line."""
    title = singular.title()
    methods = [_name(operation, title) for operation in operations]
    columns = ("id", *[*_columns(contract, title)][:2])
    shown = {"list": ("--json",), "create": (f"--file {singular}.json",)}
    examples = {method: shown[method] for method in methods if method in shown}
    row = (
        f'Resource("{tag}", "julep.managers.{singular}.{tag.title()}Manager",'
        f' ("id", "{singular}_id"), {dict(zip(methods, methods, strict=True))},'
        f" {columns}, {examples}),"
    )
    resources, names = Source("src/julep/_cli/resources.py"), Source("src/julep/_cli/names.py")
    resources.add_entry("RESOURCES", row)
    names.add_entry("RESOURCE_COMMANDS", f'"{tag}": "List, create and change {tag}.",', "jobs")
    for source in (resources, names):
        source.write()
        yield f"{source.path}: {tag}"
    tidy([resources.path, names.path])
