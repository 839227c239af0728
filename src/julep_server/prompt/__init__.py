"""The prompt that is sent to a model: built from a session, its agent, user and history."""
