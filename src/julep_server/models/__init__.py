"""Models: the offline model, and those of OpenAI-compatible endpoints."""
