"""The number of items in parts of each tenant's lists, kept by triggers."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLES = ("agents", "users", "sessions")
_TIMES = ("created_at", "updated_at")
_PART_SIZE = 4096
_INSERT = "INSERT INTO list_parts (tenant, list, earliest, latest, size)"
# By the event: the columns whose items are added or removed.
_CHANGES = {
    "INSERT": [("NEW", name, 1) for name in _TIMES],
    "DELETE": [("OLD", name, -1) for name in _TIMES],
    "UPDATE": [("OLD", "updated_at", -1), ("NEW", "updated_at", 1)],
}
_EVENTS = {"INSERT": "INSERT", "DELETE": "DELETE", "UPDATE": "UPDATE OF updated_at"}


def upgrade() -> None:
    """Create the table, with parts of what is stored, and the triggers."""
    op.create_table(
        "list_parts",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("list", sa.String(32), nullable=False),
        sa.Column("earliest", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    for table in _TABLES:
        for name in _TIMES:
            op.execute(
                f"{_INSERT} SELECT tenant, '{table}.{name}', min(moment), max(moment), count(*)"  # noqa: S608
                f" FROM (SELECT tenant, {name} AS moment, (row_number() OVER"
                f" (PARTITION BY tenant ORDER BY {name}) - 1) / {_PART_SIZE} AS part FROM {table})"
                " AS numbered GROUP BY tenant, part"
            )
    op.create_index("list_parts_list", "list_parts", ["tenant", "list", "earliest", "seq"])
    sqlite = op.get_context().dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        op.execute(statement)


def _sqlite() -> Iterator[str]:
    for table in _TABLES:
        for event, changes in _CHANGES.items():
            rows = (_row(f"'{table}.{name}'", of, name, size) for of, name, size in changes)
            yield (
                f"CREATE TRIGGER {table}_parts_{event.lower()} AFTER {_EVENTS[event]} ON {table}"
                f" BEGIN {_INSERT} VALUES {', '.join(rows)}; END"
            )


def _postgresql() -> Iterator[str]:
    for event, changes in _CHANGES.items():
        function = f"list_parts_{event.lower()}()"
        rows = (_row(f"TG_TABLE_NAME || '.{name}'", of, name, size) for of, name, size in changes)
        body = f"BEGIN {_INSERT} VALUES {', '.join(rows)}; RETURN NULL; END"
        head = f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql"
        yield f"{head} AS $$ {body} $$"
        for table in _TABLES:
            yield (
                f"CREATE TRIGGER {table}_parts_{event.lower()} AFTER {_EVENTS[event]} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}"
            )


def _row(the_list: str, of: str, name: str, size: int) -> str:
    return f"({of}.tenant, {the_list}, {of}.{name}, {of}.{name}, {size})"


def downgrade() -> None:
    """Drop them."""
    sqlite = op.get_context().dialect.name == "sqlite"
    for event in _CHANGES:
        for table in _TABLES:
            on_table = "" if sqlite else f" ON {table}"
            op.execute(f"DROP TRIGGER {table}_parts_{event.lower()}{on_table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION list_parts_{event.lower()}()")
    op.drop_table("list_parts")
