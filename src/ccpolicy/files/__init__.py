"""Files: found, read with a place for every value, and written in one step."""
