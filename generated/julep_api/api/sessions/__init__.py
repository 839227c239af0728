"""The operations of the tag ``sessions``, one module each."""
