"""The managers: one module a resource, with a base class, a sync class and an async class."""
