"""The operations of the tag ``agents``, one module each."""
