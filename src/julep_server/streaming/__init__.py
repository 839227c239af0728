"""Completions in progress, and the event streams that follow them."""
