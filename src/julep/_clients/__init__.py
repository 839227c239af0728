"""The clients, and what they have beside the managers."""
