"""Both vendors as one real HTTP server for trials and tests, with faults on demand."""
