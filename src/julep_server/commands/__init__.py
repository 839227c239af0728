"""The commands beside ``julep serve``: they work on a database, while servers run on it or not."""
