"""Stored records: functions that take a connection, with SQL and without HTTP."""
