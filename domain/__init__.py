"""What a school-environment case is: pure data and pure functions, with no network, no clock and no files."""
