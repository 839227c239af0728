"""The full-text index of each database, behind one interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Subquery,
    Text,
    column,
    delete,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from julep_server.db.tables import passages, source_scopes
from julep_server.text.words import folded_words, searchable


class Term(NamedTuple):
    """A word to search for, in titles only or anywhere."""

    word: str
    in_title: bool


class WordIndex(Protocol):
    """Finds words by their English stems, ignoring accents."""

    def add(
        self,
        connection: Connection,
        scopes: Sequence[str],
        title: str,
        texts: Sequence[tuple[int, str]],
    ) -> None:
        """Add texts, each with its number."""
        ...

    def remove(self, connection: Connection, numbers: Select[tuple[int]]) -> None:
        """Remove the texts whose numbers are selected."""
        ...

    def hits(self, scopes: Sequence[str], terms: Sequence[Term]) -> Subquery:
        """Select the matches as rows of ``seq`` (the text) and ``term`` (the term's position).

        Args:
            scopes: The scopes to search.
            terms: At least one.
        """
        ...


class SqliteWords:
    """FTS5. The scopes are words in a separate column, so that only their entries are read."""

    _index = table("passages_index", column("rowid", BigInteger), column("passages_index", Text))

    def add(
        self,
        connection: Connection,
        scopes: Sequence[str],
        title: str,
        texts: Sequence[tuple[int, str]],
    ) -> None:
        """See :class:`WordIndex`."""
        tokens, heading = " ".join(map(_token, scopes)), searchable(title)
        connection.execute(
            text(
                "INSERT INTO passages_index (rowid, scope, title, text)"
                " VALUES (:seq, :scope, :title, :text)"
            ),
            [
                {"seq": seq, "scope": tokens, "title": heading, "text": searchable(piece)}
                for seq, piece in texts
            ],
        )

    def remove(self, connection: Connection, numbers: Select[tuple[int]]) -> None:
        """See :class:`WordIndex`."""
        rows = [{"seq": seq} for seq in connection.execute(numbers).scalars()]
        if rows:
            connection.execute(text("DELETE FROM passages_index WHERE rowid = :seq"), rows)

    def hits(self, scopes: Sequence[str], terms: Sequence[Term]) -> Subquery:
        """See :class:`WordIndex`."""
        index = self._index
        # Quoted, so that a word is never one of FTS5's operators.
        visible = " OR ".join(f'"{_token(scope)}"' for scope in scopes)
        found = [
            select(index.c.rowid.label("seq"), literal(number).label("term")).where(
                index.c.passages_index.op("MATCH")(
                    f"scope : ({visible}) AND {{{'title' if term.in_title else 'title text'}}}"
                    f' : "{term.word}"'
                )
            )
            for number, term in enumerate(terms)
        ]
        return union_all(*found).subquery("hits")


class PostgresWords:
    """A ``tsvector`` per text, its title's words weighted A, with PostgreSQL's English stems.

    Words are separated here and not by the database's parser, which depends on the locale that the
    database was created with.
    """

    _index = table("passages_index", column("seq", BigInteger), column("terms"))

    def add(
        self,
        connection: Connection,
        scopes: Sequence[str],  # noqa: ARG002 - the sources' scopes are looked up
        title: str,
        texts: Sequence[tuple[int, str]],
    ) -> None:
        """See :class:`WordIndex`."""
        heading = folded_words(title)
        connection.execute(
            text(
                "INSERT INTO passages_index (seq, terms) VALUES (:seq,"
                " setweight(to_tsvector('english', :title), 'A')"
                " || to_tsvector('english', :text))"
            ),
            [{"seq": seq, "title": heading, "text": folded_words(piece)} for seq, piece in texts],
        )

    def remove(self, connection: Connection, numbers: Select[tuple[int]]) -> None:
        """See :class:`WordIndex`."""
        index = self._index
        connection.execute(delete(index).where(index.c.seq.in_(numbers)))

    def hits(self, scopes: Sequence[str], terms: Sequence[Term]) -> Subquery:
        """See :class:`WordIndex`."""
        wanted = values(column("term", BigInteger), column("query", Text), name="wanted").data(
            [(number, _tsquery(term)) for number, term in enumerate(terms)]
        )
        index = self._index
        sources = select(source_scopes.c.source_id).where(source_scopes.c.scope.in_(scopes))
        visible = select(passages.c.seq).where(passages.c.source_id.in_(sources))
        english = literal_column("'english'::regconfig", Text)
        query = func.to_tsquery(english, wanted.c.query, type_=TSQUERY)
        return (
            select(index.c.seq, wanted.c.term)
            .select_from(index)
            .join(wanted, index.c.terms.op("@@")(query))
            .where(index.c.seq.in_(visible))
            .subquery("hits")
        )


def _token(scope: str) -> str:
    """Return a scope as a single word of the index."""
    return scope.replace("-", "").replace(":", "x")


def _tsquery(term: Term) -> str:
    """Return a term for PostgreSQL's ``to_tsquery``, quoted so that its word is no operator."""
    return f"'{folded_words(term.word)}'" + (":A" if term.in_title else "")


_SQLITE = SqliteWords()
_POSTGRES = PostgresWords()


def word_index(connection: Connection) -> WordIndex:
    """Return the word index of the connection's database."""
    return _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
