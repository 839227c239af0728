"""The tables, in SQLAlchemy Core. The migrations in ``migrations/versions`` create them.

``seq`` is assigned by the database, and orders rows that were created in the same microsecond.
Times are whole microseconds since 1970 (UTC), which every database compares and sorts alike.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from julep_server.db.text_type import ShortText, Text

metadata = MetaData()

# SQLite increments only columns of type INTEGER.
_Sequence = BigInteger().with_variant(Integer, "sqlite")


def _seq() -> Column[int]:
    return Column("seq", _Sequence, primary_key=True, autoincrement=True)


def _id() -> Column[str]:
    return Column("id", String(36), nullable=False, unique=True)


def _tenant() -> Column[str]:
    return Column("tenant", String(64), nullable=False)


def _time(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


# Whose data it is. The first version's tenants have the hash of their key as their id.
tenants = Table(
    "tenants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    # Those that differ from the server's settings; see julep_server.tenancy.limits.
    Column("limits", JSON, nullable=False),
    _time("created_at"),
)

# The API keys, as hashes.
keys = Table(
    "keys",
    metadata,
    Column("id", String(36), primary_key=True),
    _tenant(),
    Column("name", String(64), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("scope", String(8), nullable=False),
    # What entered it: settings, command, or the migration of a database without keys.
    Column("origin", String(16), nullable=False),
    _time("created_at"),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("keys_tenant", "tenant"),
)

# One row: a number that grows with every change of a tenant or a key, for the servers' copies.
tenancy_version = Table(
    "tenancy_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)

# The tokens of a tenant's chats, by day (days since 1970, UTC).
token_usage = Table(
    "token_usage",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("tokens", BigInteger, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("instructions", JSON, nullable=False),
    Column("default_settings", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Index("agents_created", "tenant", "created_at", "seq"),
    Index("agents_updated", "tenant", "updated_at", "seq"),
)

users = Table(
    "users",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("metadata", JSON, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Index("users_created", "tenant", "created_at", "seq"),
    Index("users_updated", "tenant", "updated_at", "seq"),
)

sessions = Table(
    "sessions",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    # No foreign keys: a session, with its history, outlives its agent.
    Column("agent_id", String(36), nullable=False),
    Column("user_id", String(36)),
    Column("situation", Text),
    Column("summary", Text),
    # The last message that the summary covers.
    Column("summarised_id", String(36)),
    Column("metadata", JSON, nullable=False),
    Column("render_templates", Boolean, nullable=False),
    Column("token_budget", BigInteger),
    Column("context_overflow", Text),
    Column("tags", JSON, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Index("sessions_created", "tenant", "created_at", "seq"),
    Index("sessions_updated", "tenant", "updated_at", "seq"),
    Index("sessions_agent", "agent_id", "created_at", "seq"),
    Index("sessions_user", "user_id", "created_at", "seq"),
)

messages = Table(
    "messages",
    metadata,
    _seq(),
    _id(),
    Column("session_id", String(36), nullable=False),
    Column("role", String(16), nullable=False),
    Column("content", JSON, nullable=False),
    Column("name", Text),
    # Messages that a model wrote are never rendered as templates.
    Column("generated", Boolean, nullable=False),
    # Of a turn whose answer was broken off: which request it was of; see store/messages.
    Column("interrupted", String(64)),
    _time("created_at"),
    Index("messages_session", "session_id", "seq"),
)

suggestions = Table(
    "suggestions",
    metadata,
    _seq(),
    Column("session_id", String(36), nullable=False),
    Column("message_id", String(36), nullable=False),
    Column("target", String(8), nullable=False),
    Column("content", Text, nullable=False),
    _time("created_at"),
    Index("suggestions_session", "session_id", "seq"),
)

docs = Table(
    "docs",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    Column("owner_id", String(36), nullable=False),
    Column("title", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    Index("docs_owner", "owner_id", "created_at", "seq"),
    Index("docs_updated", "owner_id", "updated_at", "seq"),
)

# The texts that can be recalled. The index of their words, passages_index, is specific to the
# database: a virtual table in SQLite, a table of tsvectors in PostgreSQL.
passages = Table(
    "passages",
    metadata,
    _seq(),
    Column("source_id", String(36), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    # The text's length in characters.
    Column("size", Integer, nullable=False),
    Index("passages_source", "source_id"),
)

# The scopes in which a source of passages is visible.
source_scopes = Table(
    "source_scopes",
    metadata,
    Column("scope", String(100), primary_key=True),
    Column("source_id", String(36), primary_key=True),
    Index("source_scopes_source", "source_id"),
)

# What was added to scopes and removed from them; see search/scope_changes.
scope_changes = Table(
    "scope_changes",
    metadata,
    _seq(),
    Column("scope", String(100), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("texts", BigInteger, nullable=False),
    Column("characters", BigInteger, nullable=False),
    Index("scope_changes_scope", "scope"),
)

# The vectors of passages, as 32-bit floats at length one, with their embedder.
vectors = Table(
    "vectors",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
    Column("embedder", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

tools = Table(
    "tools",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    Column("agent_id", String(36), nullable=False),
    Column("type", String(16), nullable=False),
    Column("name", ShortText(512), nullable=False),
    Column("function", JSON, nullable=False),
    _time("created_at"),
    _time("updated_at"),
    UniqueConstraint("agent_id", "name", name="tools_agent_name"),
)

memories = Table(
    "memories",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    Column("agent_id", String(36), nullable=False),
    Column("user_id", String(36), nullable=False),
    Column("type", String(16), nullable=False),
    Column("content", Text, nullable=False),
    # Of the normalised content, so that the same fact is stored once.
    Column("digest", String(64), nullable=False),
    Column("entities", JSON, nullable=False),
    Column("sentiment", Double, nullable=False),
    _time("happened_at"),
    _time("created_at"),
    _time("updated_at"),
    Column("last_accessed_at", BigInteger),
    UniqueConstraint("agent_id", "user_id", "digest", name="memories_once"),
    Index("memories_user", "user_id", "agent_id", "seq"),
    Index("memories_agent", "agent_id", "seq"),
)

jobs = Table(
    "jobs",
    metadata,
    _seq(),
    _id(),
    _tenant(),
    Column("name", String(32), nullable=False),
    Column("subject_id", String(36), nullable=False),
    # Emptied when the job has ended.
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("progress", Double),
    Column("attempts", Integer, nullable=False),
    # When a worker may take it: at once, after a delay, or when a lease expires; null: never again.
    Column("due_at", BigInteger),
    _time("created_at"),
    _time("updated_at"),
    Index("jobs_due", "due_at"),
    Index("jobs_subject", "subject_id", "name"),
    Index("jobs_updated", "updated_at"),
)

# Deleted records: deleting one again has the same response as the first time.
tombstones = Table(
    "tombstones",
    metadata,
    Column("id", String(36), primary_key=True),
    _tenant(),
    Column("kind", String(16), nullable=False),
    # The agent or user that owned the record, if one did: for other owners it never existed.
    Column("owner_id", String(36)),
    _time("deleted_at"),
)

# A row for each top-level key of a resource's metadata, with a digest of the key and its value.
metadata_entries = Table(
    "metadata_entries",
    metadata,
    Column("resource_id", String(36), primary_key=True),
    Column("entry", String(64), primary_key=True),
    Index("metadata_entries_entry", "entry", "resource_id"),
)

# The number of items in parts of the lists of agents, users and sessions, for each time by which
# they can be sorted. Triggers add to it; see store/list_parts.
list_parts = Table(
    "list_parts",
    metadata,
    _seq(),
    _tenant(),
    Column("list", String(32), nullable=False),
    _time("earliest"),
    _time("latest"),
    Column("size", BigInteger, nullable=False),
    Index("list_parts_list", "tenant", "list", "earliest", "seq"),
)

# Requests to cancel answers that another process may be writing, and what they cancelled.
cancellations = Table(
    "cancellations",
    metadata,
    Column("id", String(36), primary_key=True),
    _tenant(),
    Column("session_id", String(36), nullable=False),
    Column("response_id", String(36)),
    _time("created_at"),
    Index("cancellations_created", "created_at"),
)

cancelled_answers = Table(
    "cancelled_answers",
    metadata,
    Column("cancellation_id", String(36), primary_key=True),
    Column("response_id", String(36), primary_key=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    _seq(),
    _tenant(),
    Column("scope", String(200), nullable=False),
    Column("key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", JSON, nullable=False),
    _time("created_at"),
    UniqueConstraint("tenant", "scope", "key", name="idempotency_key"),
    Index("idempotency_created", "created_at"),
)

# The processes that share the database. A run's id begins with the id of its process.
processes = Table(
    "processes",
    metadata,
    Column("id", String(12), primary_key=True),
    _time("alive_until"),
)

# The keys of chats that a process is working on, so that no other process starts the same one.
claims = Table(
    "claims",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("scope", String(200), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("run_id", String(36), nullable=False),
)

# Running streams whose clients came to another process than theirs, and the events of these.
stream_requests = Table(
    "stream_requests",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("process", String(12), nullable=False),
    # Anybody may request a stream; only its own tenant and session receive it.
    Column("tenant", String(64), primary_key=True),
    Column("session_id", String(36), primary_key=True),
    _time("created_at"),
    Index("stream_requests_process", "process"),
)
stream_batches = Table(
    "stream_batches",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("tenant", String(64), primary_key=True),
    Column("session_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("events", JSON, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("finished", Boolean, nullable=False),
    # Of the error that ended the stream, if one did.
    Column("status", Integer),
    Column("code", String(64)),
    Column("message", Text),
    _time("created_at"),
)
