"""Conditions that each database is given in its own form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BindParameter, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine


class FirstOfIndex(FunctionElement[bool]):
    """``column = value``, of the first column of an index that has the order of the rows.

    PostgreSQL prefers an index that has the order alone if it expects many rows of this value. It
    then reads all rows of other values that come before: of an old session's history, the messages
    of all later ones. With a list of values it cannot: if the query orders its rows by this column
    first, which it must, an index without the column does not have their order.

    Args:
        column: The column.
        value: The parameter.
    """

    # As a truth value, SQLite would get it as `(…) = 1`, for which it uses no index.
    type = cast("TypeEngine[bool]", NULLTYPE)
    inherit_cache = True

    def __init__(self, column: ColumnElement[str], value: BindParameter[str]) -> None:
        super().__init__(column, value)


@compiles(FirstOfIndex)
def _equation(element: FirstOfIndex, compiler: SQLCompiler, **options: Any) -> str:
    column, value = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = {value}"


@compiles(FirstOfIndex, "postgresql")
def _list(element: FirstOfIndex, compiler: SQLCompiler, **options: Any) -> str:
    column, value = (compiler.process(each, **options) for each in element.clauses)
    # PostgreSQL reads a list of one value as an equation.
    return f"{column} IN ({value}, {value})"
