"""The version of this package; the build reads it from here."""

__version__ = "3.0.0a1"
