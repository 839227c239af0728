"""Databases and agents as text: one JSON object a line."""
