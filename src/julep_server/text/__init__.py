"""Text processing: chunks of documents, words of queries, tokens of prompts."""
