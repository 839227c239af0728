"""JSON, by the standard library and for long documents by msgspec, if it is installed."""
