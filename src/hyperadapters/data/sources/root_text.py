"""Text without labels from a data root, for MLM; never a sentence of a dev or test split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, final

from hyperadapters.data.formats.conll import Columns, read_conll
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.text import read_texts
from hyperadapters.data.limits import Limit
from hyperadapters.data.places import InFiles
from hyperadapters.data.rules import unseen
from hyperadapters.data.source import Parts, Place, Sample, Source, listed
from hyperadapters.data.templates import (
    Codes,
    check_named,
    codes_for,
    expand,
    filled,
    languages_of,
    rooted,
)
from hyperadapters.errors import DataError
from hyperadapters.examples import Text
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

    format: Literal["root-text"] = "root-text"
    texts: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        check_named(texts=self.texts, labelled=self.labelled)

    @property
    def parts(self) -> Parts[InFiles]:
        """Every file that any template names, without what is scored."""
        return Parts(
            place=_Everywhere((*self.texts, *self.labelled), self.codes),
            gives=Text,
            reader=self._samples,
            rule=unseen,
            limit=self.limit,
        )

    def _samples(self, text: InFiles, route: Route) -> Iterator[Sample]:
        read = _labelled_texts if text.name in self.labelled else read_texts
        for file in text.sides[0]:
            yield from (Sample(Text(one), one) for one in read(file))


def _labelled_texts(path: Path) -> list[str]:
    if path.suffix == ".conllu":
        return [sentence.text for sentence in read_conllu(path)]
    columns = Columns(1, 2, "#") if path.suffix == ".iob2" else Columns()
    return [sentence.text for sentence in read_conll(path, columns)]


@final
@dataclass(frozen=True)
class _Everywhere(Place[InFiles]):
    """All files of a language that any template names by any of its codes, whatever the split."""

    paths: tuple[str, ...]
    codes: Codes

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[InFiles]:
        """The files of each template and code, with the template as their name."""
        base, codes = rooted("", root), codes_for(str(route), self.codes)
        assigned = ((path, [{"language": code}]) for path in self.paths for code in codes)
        found = ((path, expand(base, path, fields)[0]) for path, fields in assigned)
        return [InFiles((tuple(files),), path) for path, files in found if files]

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The languages with any file."""
        base = rooted("", root)
        return [Route.of(n) for path in self.paths for n in languages_of(base, path, self.codes)]

    def missing(self, route: Route, split: str, root: Path | None) -> DataError:
        """Where the text would be, and which languages there are."""
        code = codes_for(str(route), self.codes)[0]
        return DataError(
            f"no text for language `{route}`",
            where=str(rooted("", root)),
            expected=", ".join(filled(path, language=code) for path in self.paths),
            found=f"text for {listed(self.routes(root))}",
            remedy=f"name the files' code, `codes: {{{route}: ...}}`",
        )
