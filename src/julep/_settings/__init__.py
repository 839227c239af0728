"""A client's settings, checked."""
