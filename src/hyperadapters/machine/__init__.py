"""The machine below: processes, memory, and files that are there whole."""
