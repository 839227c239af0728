"""Storage: the tables, their migrations, and the engine that runs work in threads."""
