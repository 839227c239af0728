"""HTTP: messages, timeouts, the exchange of a request and its response, and the transports."""
