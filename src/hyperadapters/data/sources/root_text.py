"""Text without labels from a data root, for MLM and translation LM; never a sentence of a dev or
test split.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.files import Codes, codes_for, expand, filled, languages_of, rooted
from hyperadapters.data.formats.conll import Columns, read_conll
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.text import read_identified, read_parts, read_texts
from hyperadapters.data.held_out import held_out, key, split_of
from hyperadapters.data.sources import STRICT, Source
from hyperadapters.data.splits import Limit, limited
from hyperadapters.errors import DataError
from hyperadapters.examples import Pair, Text

__all__ = ["Parallel", "RootText"]

_TEXTS = (
    "mlm/udhr/udhr_{language}.xml",
    "mt/bible/{language}-*.tsv",
    "mt/ntrex/newstest2019-*.{language}.txt",
)
_LABELLED = (
    "ud/*/{language}_*-ud-train.conllu",
    "ner/*/{language}/train.*",
    "ner/uner/*/{language}_*-ud-train.iob2",
    "pos/*/{language}/train.*",
    "pos/*/train-{language}.tsv",
)
_PARALLEL = (
    "mt/ntrex/newstest2019-*.{language}.txt",
    "mt/bible/{language}-*.tsv",
    "mt/tatoeba/{pair}.{language}",
)
_Paths = tuple[Path, ...]
_PARTS = 50
"""One of them is dev, one test."""


def _all_files(base: Path, templates: Iterable[str], codes: Iterable[str]) -> Iterator[Path]:
    """Every file that any template names with any of the codes, once, in order."""
    found: dict[Path, None] = {}
    for template in templates:
        for code in codes:
            files, _ = expand(base, template, [{"language": code}])
            found.update(dict.fromkeys(files))
    return iter(found)


def _labelled_texts(path: Path) -> list[str]:
    if path.suffix == ".conllu":
        return [sentence.text for sentence in read_conllu(path)]
    if path.suffix == ".iob2":
        return [sentence.text for sentence in read_conll(path, Columns(1, 2, "#"))]
    return [sentence.text for sentence in read_conll(path)]


@final
@dataclass(frozen=True, kw_only=True)
class RootText(Source):
    """All text of a language on a data root: UDHR, Bible, NTREX, and the words of labelled train
    splits.

    Left out is every sentence that occurs in any dev or test file of the root, in any language.
    What remains is split by hash: 2% `dev`, 2% `test`, the rest `train`.

    Args:
        texts: path templates with `{language}`; every file that fits is read (.xml UDHR, .tsv
            id TAB text, others one text per line).
        labelled: path templates of train splits (.conllu, .iob2, others CoNLL columns).
        codes: our language name -> what files call it; the usual codes are known.
        limit: most texts, for all splits or by split.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    format: Literal["root-text"] = "root-text"
    texts: tuple[str, ...] = _TEXTS
    labelled: tuple[str, ...] = _LABELLED
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """Distinct texts in the order of the files."""
        base = rooted("", root)
        codes = codes_for(language, self.codes)
        plain = [*_all_files(base, self.texts, codes)]
        labelled = [*_all_files(base, self.labelled, codes)]
        if not plain and not labelled:
            raise DataError(
                f"no text for language `{language}`",
                where=str(base),
                expected=", ".join(filled(template, language=codes[0]) for template in self.texts),
                found=f"text for {', '.join(self.languages(root)) or 'no language'}",
                remedy=f"name the files' code, `codes: {{{language}: ...}}`",
            )
        found = [text for path in plain for text in read_texts(path)]
        found += [text for path in labelled for text in _labelled_texts(path)]
        chosen = tuple(map(Text, self._kept(found, split, held_out(base))))
        source = ", ".join(str(path) for path in (*plain, *labelled))
        return Corpus(task, language, split, limited(chosen, self.limit, split), source)

    @staticmethod
    def _kept(texts: Iterable[str], split: str, held: frozenset[int]) -> Iterator[str]:
        seen: set[int] = set()
        for text in texts:
            text_key = key(text)
            new = text_key not in held and text_key not in seen
            if new and split_of(text_key, _PARTS) == split:
                seen.add(text_key)
                yield text

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """Those with any file."""
        base, templates = rooted("", root), (*self.texts, *self.labelled)
        return tuple(
            sorted({name for t in templates for name in languages_of(base, t, self.codes)})
        )

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether there is any file for the language."""
        templates, codes = (*self.texts, *self.labelled), codes_for(language, self.codes)
        return any(True for _ in _all_files(rooted("", root), templates, codes))


@final
@dataclass(frozen=True, kw_only=True)
class Parallel(Source):
    """Sentences in two languages, from aligned lines or from texts under the same ids (.tsv).

    A pair is left out when either side occurs in any dev or test file of the root. Splits are by
    hash of the side in the language `beside`, so that all languages agree on them.

    Args:
        beside: the other language.
        paths: templates that name one side's file by `{language}`; `{pair}` is
            `language-beside`, in the files' codes. Several files of a language are the parts of one
            text where the other has as many, else versions of it, of which the first is read; of an
            id that several have, the first counts.
        codes: our language name -> what files call it; the usual codes are known.
        limit: most pairs, for all splits or by split.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    format: Literal["parallel"] = "parallel"
    beside: str = "en"
    paths: tuple[str, ...] = _PARALLEL
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def _sides(self, language: str, base: Path) -> list[tuple[_Paths, _Paths]]:
        """The files of both sides of every text of a language, each in its parts."""
        found = []
        for template in self.paths:
            for code in codes_for(language, self.codes):
                for other in codes_for(self.beside, self.codes):
                    pair = f"{code}-{other}"
                    first, _ = expand(base, template, [{"language": code, "pair": pair}])
                    second, _ = expand(base, template, [{"language": other, "pair": pair}])
                    if first and second and first != second:
                        found.append((tuple(first), tuple(second)))
        return list(dict.fromkeys(found))

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """Distinct pairs in the order of the files, neither side empty."""
        base = rooted("", root)
        sides = self._sides(language, base)
        if not sides:
            raise DataError(
                f"no text of language `{language}` beside `{self.beside}`",
                where=str(base),
                expected=", ".join(self.paths),
                found=f"text for {', '.join(self.languages(root)) or 'no language'}",
                remedy=f"name the files' code, `codes: {{{language}: ...}}`",
            )
        held = held_out(base)
        found: dict[tuple[int, int], Pair] = {}
        for first, second in (texts for files in sides for texts in _aligned(*files)):
            keys = key(first), key(second)
            if held.isdisjoint(keys) and split_of(keys[1], _PARTS) == split:
                found.setdefault(keys, Pair(first, second, (language, self.beside)))
        source = ", ".join(" | ".join(", ".join(map(str, own)) for own in files) for files in sides)
        chosen = tuple(found.values())
        return Corpus(task, language, split, limited(chosen, self.limit, split), source)

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """Those with a file beside the other language's."""
        base = rooted("", root)
        names = {name for t in self.paths for name in languages_of(base, t, self.codes)}
        return tuple(sorted(name for name in names if self._sides(name, base)))

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether both sides have a file."""
        return bool(self._sides(language, rooted("", root)))


def _aligned(firsts: _Paths, seconds: _Paths) -> Iterator[tuple[str, str]]:
    if firsts[0].suffix == ".tsv":
        texts, others = _by_id(firsts), _by_id(seconds)
        pairs = ((text, others.get(name, "")) for name, text in texts.items())
    else:
        if len(firsts) != len(seconds):
            firsts, seconds = firsts[:1], seconds[:1]
        pairs = ((a.strip(), b.strip()) for a, b in read_parts(firsts, seconds))
    return ((a, b) for a, b in pairs if a and b)


def _by_id(files: _Paths) -> dict[str, str]:
    return {name: text for file in reversed(files) for name, text in read_identified(file).items()}
