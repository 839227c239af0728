"""Alembic's environment: ``env.py`` and one module a migration in ``versions``."""
