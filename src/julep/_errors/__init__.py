"""The errors, by what failed; `julep.errors` has the names."""
