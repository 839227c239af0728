"""The operations of the tag ``users``, one module each."""
