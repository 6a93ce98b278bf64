"""What the papers claim, measured small: each module is a program with a `--help`."""
