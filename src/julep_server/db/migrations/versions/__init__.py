"""The migrations in order, one per module."""
