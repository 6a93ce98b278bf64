"""Which example comes next: streams, the order of their turns, and how many a batch holds."""
