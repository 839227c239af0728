"""Hand-written code against the contract, at run time; `scripts/test --contract` runs this."""
