"""The operations of the tag ``jobs``, one module each."""
