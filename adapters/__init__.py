"""Every system outside, each behind a port."""
