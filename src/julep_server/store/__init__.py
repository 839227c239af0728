"""What is stored: functions over a connection, which know SQL and nothing of HTTP requests."""
