"""What the library costs: time, memory and arithmetic beside the plain backbone. `python -m benchmarks`."""
