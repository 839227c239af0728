"""The managers: one module a resource, each with a base class and its two colours."""
