"""Schools and the people who work there, from OneRoster 1.2 or a TOML file."""
