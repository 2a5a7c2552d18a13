"""What each command does: gather, judge, and hand the result to a report. cli.py parses and prints; this room composes."""
