"""What is learned: a file for every kind of task, with everything that belongs to it.

A new kind is a file beside these, its import here, and its settings among `KINDS`.
"""

from hyperadapters.tasks.base import Answering, Head, Scorer, Task, TeacherForced
from hyperadapters.tasks.batch import Batch, Encoded, Share
from hyperadapters.tasks.classification import Classification
from hyperadapters.tasks.classification_settings import ClassificationSettings
from hyperadapters.tasks.collation import collate
from hyperadapters.tasks.lm import LanguageModelling, LmSettings
from hyperadapters.tasks.mlm import MaskedLM, MlmSettings
from hyperadapters.tasks.parsing import Parsing
from hyperadapters.tasks.parsing_settings import ParsingSettings
from hyperadapters.tasks.question_answering import QuestionAnswering
from hyperadapters.tasks.question_settings import QaSettings
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.span_corruption import SpanCorruption, SpanCorruptionSettings
from hyperadapters.tasks.tagging import Tagging, TaggingSettings
from hyperadapters.tasks.text_to_text import TextToText
from hyperadapters.tasks.text_to_text_settings import TextToTextSettings
from hyperadapters.tasks.translation import Translation
from hyperadapters.tasks.translation_settings import TranslationSettings

__all__ = [
    "KINDS",
    "Answering",
    "Batch",
    "Classification",
    "Encoded",
    "Head",
    "LanguageModelling",
    "MaskedLM",
    "Parsing",
    "QuestionAnswering",
    "Scorer",
    "Share",
    "SpanCorruption",
    "Tagging",
    "Task",
    "TaskSettings",
    "TeacherForced",
    "TextToText",
    "Translation",
    "collate",
]

KINDS: tuple[type[TaskSettings], ...] = (
    TaggingSettings,
    ClassificationSettings,
    MlmSettings,
    LmSettings,
    ParsingSettings,
    QaSettings,
    TextToTextSettings,
    SpanCorruptionSettings,
    TranslationSettings,
)
"""The settings of every kind of task, which a run file chooses among by `kind`."""
