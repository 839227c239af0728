"""The operations of the tag ``tools``, one module each."""
