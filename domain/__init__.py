"""What a school-environment case is, as plain values: no network, no clock, no files."""
