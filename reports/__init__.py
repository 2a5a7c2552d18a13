"""What people look at: terminal text and files made from the verdicts."""
