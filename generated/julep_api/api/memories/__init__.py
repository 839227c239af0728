"""The operations of the tag ``memories``, one module each."""
