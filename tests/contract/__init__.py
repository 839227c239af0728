"""The contract, compared with the published facts, its own examples and the rules for its prose."""
