"""Which text has which word: each database's own index of words, behind one interface."""

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
from julep_server.search.words import folded_words, searchable


class Term(NamedTuple):
    """A word to look for, in titles alone or anywhere."""

    word: str
    in_title: bool


class WordIndex(Protocol):
    """Finds words by their English stems, without accents."""

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
        """Rows of ``seq`` and ``term``: the texts in these scopes, and by position what they have.

        Args:
            scopes: The scopes to look at.
            terms: At least one.
        """
        ...


class SqliteWords:
    """FTS5. The scopes are words of a column of their own, so that only their entries are read."""

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
        # Quoted, a word is never one of FTS5's operators.
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
    """A ``tsvector`` a text, its title's words weighted A, with PostgreSQL's English stems.

    Which characters make a word is decided here, not by the database's parser, which depends on
    the locale that the database was made with.
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
        asked = values(column("term", BigInteger), column("query", Text), name="asked").data(
            [(number, _tsquery(term)) for number, term in enumerate(terms)]
        )
        index = self._index
        sources = select(source_scopes.c.source_id).where(source_scopes.c.scope.in_(scopes))
        visible = select(passages.c.seq).where(passages.c.source_id.in_(sources))
        english = literal_column("'english'::regconfig", Text)
        query = func.to_tsquery(english, asked.c.query, type_=TSQUERY)
        return (
            select(index.c.seq, asked.c.term)
            .select_from(index)
            .join(asked, index.c.terms.op("@@")(query))
            .where(index.c.seq.in_(visible))
            .subquery("hits")
        )


def _token(scope: str) -> str:
    """A scope as one word of the index."""
    return scope.replace("-", "").replace(":", "x")


def _tsquery(term: Term) -> str:
    """A term as PostgreSQL's ``to_tsquery`` reads it; quoted, its word is no operator."""
    return f"'{folded_words(term.word)}'" + (":A" if term.in_title else "")


_SQLITE = SqliteWords()
_POSTGRES = PostgresWords()


def word_index(connection: Connection) -> WordIndex:
    """The index of words of the database that is connected."""
    return _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
