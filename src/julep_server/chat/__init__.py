"""Chat: one turn, from a request's messages to the model's reply and what is stored of it."""
