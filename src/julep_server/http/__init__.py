"""HTTP details: reading bodies, preferences, and writing answers."""
