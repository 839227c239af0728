"""The prompt: what a model is sent, built from a session, its agent and user, and its history."""
