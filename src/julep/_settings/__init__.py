"""The settings of a client, checked."""
