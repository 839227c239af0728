"""What changed in the contract, and what must follow by hand."""
