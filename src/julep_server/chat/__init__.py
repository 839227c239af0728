"""Chat: one turn, from the request's messages to the model's reply and its storage."""
