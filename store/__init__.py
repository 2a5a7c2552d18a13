"""What is remembered between nights: verdicts, flags, cursors and runs, never names or text."""
