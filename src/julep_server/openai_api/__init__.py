"""Agents behind OpenAI's API: models named ``agent:NAME``, their sessions, and embeddings."""
