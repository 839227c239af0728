"""Finding texts: how they are cut into chunks, which words count, and the index of them."""
