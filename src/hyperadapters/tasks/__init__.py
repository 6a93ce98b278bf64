"""What is learned: every kind of task, from example to score."""

from hyperadapters.tasks.base import Batch, Encoded, Share, Task, Tokenizer, View, collate
from hyperadapters.tasks.mlm import MaskedLM
from hyperadapters.tasks.tagging import Tagging, labels_of
from hyperadapters.tasks.translation import Translation

__all__ = [
    "Batch",
    "Encoded",
    "MaskedLM",
    "Share",
    "Tagging",
    "Task",
    "Tokenizer",
    "Translation",
    "View",
    "collate",
    "labels_of",
]
