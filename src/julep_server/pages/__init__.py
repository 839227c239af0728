"""Pages for people: one to look into the server, and the reference of the API."""
