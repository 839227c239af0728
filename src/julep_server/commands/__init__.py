"""The commands that work on a database, beside ``julep serve``."""
