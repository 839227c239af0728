"""The version of this package; the build reads it from here."""

__version__ = "3.0.0a1"
"""The version of this package, as PEP 440 writes versions.

Example:
    >>> julep.__version__
    '3.…'
"""
