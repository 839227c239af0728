"""Chat: from a session's state to a prompt, from there to an answer, and to the caller."""
