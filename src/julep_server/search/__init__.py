"""Search: the index of texts by words and by vectors, rankings, and embedders."""
