"""The handlers of the operations, one module a resource, each in one order.

What was sent (already validated) becomes values; the store keeps them; the record is represented.
"""
