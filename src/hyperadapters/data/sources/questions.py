"""Questions about texts, in the nested JSON of SQuAD, which XQuAD, MLQA and TyDiQA-GoldP have."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, final

from hyperadapters.data.formats.questions import Skip, read_questions
from hyperadapters.data.sources.files import Files
from hyperadapters.errors import DataError
from hyperadapters.examples import Asked, Example

__all__ = ["Squad"]


@final
@dataclass(frozen=True, kw_only=True)
class Squad(Files):
    """Questions about texts in SQuAD's JSON: also XQuAD, MLQA and TyDiQA-GoldP.

    Without `{split}` in the path all questions about a text are in one split, by the hash of it.

    Args:
        skip: `unanswered` leaves out questions without an answer (`is_impossible` of SQuAD 2.0),
            `misplaced` those with an answer whose text is not at its place; without it either is an
            error. `data` counts what is skipped.
    """

    gives: ClassVar[type[Example]] = Asked
    format: Literal["squad"] = "squad"
    skip: tuple[Skip, ...] = ()

    def _examples(self, path: Path, code: str) -> Iterator[Asked | DataError]:
        return read_questions(path, self.skip)
