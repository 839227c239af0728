"""`JulepError`, the base of all errors, and the errors of mistakes found before a request."""

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

    # The built-in bases of some subclasses show the message otherwise: KeyError quotes it, OSError
    # looks for an errno.
    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args), self.__dict__


class ConfigurationError(JulepError):
    """A client's settings cannot work, or need a package that is not installed.

    Example:
        >>> try:
        ...     julep.Client(timeout=-1)
        ... except julep.ConfigurationError as error:
        ...     print(error)
        timeout: expected more than 0 seconds, at most 1000000000, or None for no limit; got -1
    """


class InvalidArgumentError(JulepError, ValueError):
    """An argument has the right type and an invalid value; nothing was sent.

    Attributes:
        path: The argument, such as ``limit`` or ``messages[3].role``; may be empty.

    Example:
        >>> try:
        ...     client.sessions.history(session.id, limit=0)
        ... except julep.InvalidArgumentError as error:
        ...     print(error.path, isinstance(error, ValueError))
        limit True
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class InvalidIdError(InvalidArgumentError, AssertionError):
    """An id is not a UUID of version 4; nothing was sent.

    Example:
        >>> try:
        ...     client.sessions.get("my session")
        ... except julep.InvalidIdError as error:
        ...     print(error)
        id: expected a UUID v4; got 'my session'
    """


def _restore(kind: type[JulepError], args: tuple[object, ...]) -> JulepError:
    """Rebuild an error without its __init__, whose parameters differ from class to class."""
    error = kind.__new__(kind, *args)
    error.args = args
    return error
