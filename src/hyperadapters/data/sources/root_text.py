"""Text without labels from a data root, for MLM; never a sentence of a dev or test split."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, final

from hyperadapters.data.formats.conll import Columns, read_conll
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.text import read_texts
from hyperadapters.data.limits import Limit
from hyperadapters.data.places import ByLanguage, InFiles
from hyperadapters.data.rules import seen, unseen
from hyperadapters.data.source import Rule, Sample, Source
from hyperadapters.data.templates import Codes, check_named
from hyperadapters.examples import Example, Text
from hyperadapters.routes import Route

__all__ = ["RootText"]


@final
@dataclass(frozen=True, kw_only=True)
class RootText(Source):
    """All text of a language on a data root: plain text, and the words of labelled train splits.

    Left out is every sentence that occurs in any dev or test file of the root, in any language.
    What remains is split by hash: 2% `dev`, 2% `test`, the rest `train`. At least one of `texts`
    and `labelled` is needed.

    Args:
        texts: path templates with `{language}`, such as `mlm/udhr/udhr_{language}.xml`; every file
            that fits is read (.xml UDHR, .tsv id TAB text, others one text per line).
        labelled: path templates of train splits, such as `ud/*/{language}_*-ud-train.conllu`
            (.conllu, .iob2, others CoNLL columns).
        codes: our language name -> what files call it; the usual codes are known.
        limit: most texts, for all splits or by split.

    Raises:
        ConfigError: there are neither `texts` nor `labelled`.
    """

    gives: ClassVar[type[Example]] = Text
    format: Literal["root-text"] = "root-text"
    texts: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        check_named(texts=self.texts, labelled=self.labelled)

    @property
    def _place(self) -> ByLanguage:
        return ByLanguage((*self.texts, *self.labelled), self.codes, most=None)

    @property
    def _rule(self) -> Rule:
        return unseen

    def _beside_texts(self, root: Path | None) -> str:
        return seen(root)

    def _samples(self, text: InFiles, route: Route, split: str) -> Iterator[Sample]:
        read = _labelled_texts if text.path in self.labelled else read_texts
        return (Sample(Text(one), one) for file in text.sides[0] for one in read(file))


def _labelled_texts(path: Path) -> list[str]:
    if path.suffix == ".conllu":
        return [sentence.text for sentence in read_conllu(path)]
    columns = Columns(1, 2, "#") if path.suffix == ".iob2" else Columns()
    return [sentence.text for sentence in read_conll(path, columns)]
