"""The commands of ``julep`` that are clients of a server; those of the server are its own."""
