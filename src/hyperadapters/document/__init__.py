"""What people write in YAML: values with their lines, merging, and all faults at once."""
