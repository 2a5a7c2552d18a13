"""The connector to the municipality's annual cycle (1310.no)."""
