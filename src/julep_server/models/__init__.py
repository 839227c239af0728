"""The models that answer: the offline one, or any OpenAI-compatible endpoint."""
