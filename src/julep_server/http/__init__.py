"""HTTP details: authentication, request bodies, preferences, and JSON responses."""
