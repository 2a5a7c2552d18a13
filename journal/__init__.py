"""What the tool writes down of itself: the run log, hash-chained, and the log lines."""
