"""Jobs: what goes on after an answer, and the worker that does it."""
