"""From the arguments of a method to a call of the contract: run-time checks and encoding."""
