"""What a program can observe of a call: hooks, the log, traces, raw responses."""
