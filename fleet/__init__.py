"""Many municipalities in one night: which there are, where each of them lives, and each one's night as a process of its own."""
