"""The worker process and the connection with it."""
