"""The same ports over a folder of files, for a municipality without access to an API."""
