"""Jobs: the work that follows a chat's response, and the worker that performs it."""
