"""Training: the loop, its optimiser, what chooses a checkpoint, and what a run writes down."""

from hyperadapters.training.loop import train

__all__ = ["train"]
