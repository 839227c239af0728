"""One call: its request, attempts, redirects and response; streams and pages; the drivers."""
