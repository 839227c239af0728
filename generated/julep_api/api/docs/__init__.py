"""The operations of the tag ``docs``, one module each."""
