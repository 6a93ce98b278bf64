"""Sentences in two languages for translation LM; never a sentence of a dev or test split."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, final

from hyperadapters.data.formats.text import read_identified, read_parts
from hyperadapters.data.held_out import side_of
from hyperadapters.data.limits import Limit
from hyperadapters.data.places import Files, InFiles, SideBySide, has_ids
from hyperadapters.data.rules import seen, unseen
from hyperadapters.data.source import Found, Rule, Sample, Source, lacking, sides
from hyperadapters.data.templates import Codes, check_named
from hyperadapters.examples import Example, Pair
from hyperadapters.routes import Route

__all__ = ["Parallel"]


@final
@dataclass(frozen=True, kw_only=True)
class Parallel(Source):
    """Sentences in two languages, from aligned lines or from texts under the same ids (.tsv).

    A pair is left out when either side occurs in any dev or test file of the root. Splits are by
    hash of the side in the language `beside`, so that all languages agree on them: 2% `dev`, 2%
    `test`, the rest `train`.

    Args:
        beside: the other language where the run file lists single languages, and no directions.
        paths: templates that name one side's file by `{language}`, such as
            `mt/bible/{language}-*.tsv`; `{pair}` is `language-beside`, in the files' codes. Several
            files of a language are the parts of one text where the other has as many, else versions
            of it, of which the first is read; of an id that several have, the first counts.
        codes: our language name -> what files call it; the usual codes are known.
        limit: most pairs, for all splits or by split.

    Raises:
        ConfigError: there are no `paths`.
    """

    gives: ClassVar[type[Example]] = Pair
    format: Literal["parallel"] = "parallel"
    beside: str = "en"
    paths: tuple[str, ...]
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        check_named(paths=self.paths)

    @property
    def _place(self) -> SideBySide:
        return SideBySide(self.paths, self.codes, most=None, beside=self.beside)

    @property
    def _rule(self) -> Rule:
        return unseen

    def _beside_texts(self, root: Path | None) -> str:
        return seen(root)

    def _samples(self, text: InFiles, route: Route, split: str) -> Iterator[Found]:
        """Neither side empty, marked by the side in the language `beside`."""
        names = sides(route, self.beside)
        side = 1 if len(route.languages) == 1 else side_of(names, self.beside)
        for both in _aligned(*text.sides):
            first, second = map(str.strip, both)
            if first and second:
                yield Sample(Pair(first, second, names), (first, second)[side])
            elif first or second:
                yield lacking(names, (first, second), str(text))


def _aligned(firsts: Files, seconds: Files) -> Iterable[tuple[str, str]]:
    if has_ids(firsts):
        texts, others = _by_id(firsts), _by_id(seconds)
        return ((text, others[name]) for name, text in texts.items() if name in others)
    if len(firsts) != len(seconds):
        firsts, seconds = firsts[:1], seconds[:1]
    return read_parts(firsts, seconds)


def _by_id(files: Files) -> dict[str, str]:
    return {name: text for file in reversed(files) for name, text in read_identified(file).items()}
