"""Python functions as tools of a model, and the loop that calls them."""
