"""What the SDK and the server know of networks alike; private to both."""
