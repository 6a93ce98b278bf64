"""What the library costs beside the plain backbone: time, memory, arithmetic."""
