"""The handlers of the operations, one module per resource.

Each handler turns the validated request into values, has the store write or read them, and returns
the record's representation.
"""
