"""A trained model as a user has it: loaded by folder or name, asked, scored, given to others."""

from hyperadapters.trained.trained import Trained, load

__all__ = ["Trained", "load"]
