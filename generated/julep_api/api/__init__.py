"""The operations of the contract, by tag: one module each."""
