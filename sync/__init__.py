"""The nightly run: what to look at, judge it, write back, and say what was done."""
