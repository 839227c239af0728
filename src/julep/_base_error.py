"""`JulepError`, in a module of its own so that modules below `julep.errors` can derive from it."""

from __future__ import annotations


class JulepError(Exception):
    """The base of every error of this package.

    Attributes:
        message: What went wrong, in a sentence.

    Example:
        >>> try:
        ...     client.sessions.history(session.id, limit=0)
        ... except julep.JulepError as error:
        ...     print(error.message)
        limit: expected an int >= 1; got 0
    """

    __module__ = "julep.errors"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def summary(self) -> str:
        """What went wrong, in a few words.

        Example:
            >>> julep.JulepError("the question was too hard").summary
            'the question was too hard'
        """
        return self.message

    # Some subclasses are also built-in errors whose __str__ would not show the plain message:
    # KeyError quotes its argument, OSError looks for an errno.
    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args), self.__dict__


def _restore(kind: type[JulepError], args: tuple[object, ...]) -> JulepError:
    """Rebuild an error without its __init__, whose parameters differ from class to class."""
    error = kind.__new__(kind, *args)
    error.args = args
    return error
