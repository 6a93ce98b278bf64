"""Where corpora come from, as values, and those of labelled or plain files under a data root.

Each source is a frozen dataclass that a run file writes as a mapping with `format: ...`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.context import direction
from hyperadapters.data.corpora import SPLITS, Corpus
from hyperadapters.data.files import (
    Codes,
    check_places,
    codes_for,
    expand,
    filled,
    languages_of,
    rooted,
)
from hyperadapters.data.formats.conll import Columns, read_conll
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.text import read_texts
from hyperadapters.data.held_out import key, split_of
from hyperadapters.data.splits import Limit, SplitNames, limited, split_name
from hyperadapters.errors import DataError, nearest
from hyperadapters.examples import Example, Text

__all__ = [
    "STRICT",
    "Conll",
    "ConllU",
    "Files",
    "PlainText",
    "Source",
    "sides",
]

STRICT: Mapping[str, Any] = {"extra": "forbid"}
"""For `pydantic`: a mapping in a run file may have no other keys."""


def sides(language: str, beside: str) -> tuple[str, str]:
    """The two languages of parallel text: those of a direction, or one and the one beside it."""
    return direction(language) if "-" in language else (language, beside)


class Source(ABC):
    """A place that corpora come from."""

    @abstractmethod
    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """The examples of one language and split (`train`, `dev`, `test`).

        Raises:
            DataError: missing, or broken.
        """

    @abstractmethod
    def languages(self, root: Path | None) -> tuple[str, ...]:
        """The languages that it has, sorted; best effort."""

    @abstractmethod
    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether `read` would find this language and split."""

    @property
    def tells_languages_apart(self) -> bool:
        """Whether two languages can have different examples."""
        return True


@dataclass(frozen=True, kw_only=True)
class Files(Source):
    """Files of one format under the data root.

    Args:
        path: a template under the data root (or absolute), with `{language}`, `{split}`,
            `{treebank}` and globs. Without `{split}`, 5% of the sentences are dev and 5% test, by
            the hash of the sentence.
        codes: our language name -> what the files call it, one or more; the usual codes are known.
        treebanks: our language name -> what `{treebank}` stands for.
        splits: split -> the one to read where a language has no file of its own (`train: test`
            gives languages that have only a test split their test sentences to train on; `dev:
            validation` another file name).
        limit: most sentences per split, for all splits or by split.

    Raises:
        ConfigError: `treebanks` or `splits` that the path has no place for.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    path: str
    codes: Codes = field(default_factory=dict)
    treebanks: Mapping[str, str] = field(default_factory=dict)
    splits: SplitNames = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        check_places(self.path, treebanks=self.treebanks, splits=self.splits)

    @property
    def tells_languages_apart(self) -> bool:
        """Whether the path names the language, or its treebank."""
        return "{language}" in self.path or "{treebank}" in self.path

    @abstractmethod
    def examples(self, path: Path, code: str) -> Sequence[Example]:
        """The examples of one file; `code` is what files call the language."""

    def files(self, language: str, split: str, root: Path | None) -> tuple[list[Path], str]:
        """The files of a language and a split, sorted, and what they call the language; none where
        there are none.
        """
        if "{treebank}" in self.path and language not in self.treebanks:
            return [], language
        base = rooted(self.path, root)
        substitutes = filter(None, (split, split_name(self.splits, split)))
        fields = (
            {"language": code, "split": name, "treebank": self.treebanks.get(language, "")}
            for name in substitutes
            for code in codes_for(language, self.codes)
        )
        files, found = expand(base, self.path, fields)
        return files, found.get("language", language)

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """The sentences of all files of this language and split."""
        files, code = self.files(language, split, root)
        if not files:
            raise self._missing(language, split, root)
        examples = [example for file in files for example in self.examples(file, code)]
        if "{split}" not in self.path:
            examples = [example for example in examples if split_of(key(example.text)) == split]
        source = ", ".join(str(file) for file in files)
        return Corpus(task, language, split, limited(examples, self.limit, split), source)

    def _missing(self, language: str, split: str, root: Path | None) -> DataError:
        codes, known = codes_for(language, self.codes), self.languages(root)
        fields = {"language": codes[0], "split": split}
        if language in self.treebanks:
            fields["treebank"] = self.treebanks[language]
        own = [name for name in SPLITS if self.has(language, name, root)]
        if own:
            found, remedy = f"only {', '.join(own)}", f"`splits: {{{split}: {own[-1]}}}`"
        else:
            close = nearest(language, known)
            found = f"files for {', '.join(known[:15]) or 'no language'}"
            found += f", ... ({len(known)} in all)" if known[15:] else ""
            remedy = f"name what the files call it, `codes: {{{language}: ...}}`"
            remedy += ", or its folder, `treebanks: {...}`" if "{treebank}" in self.path else ""
            remedy += f"; did you mean `{close}`?" if close else ""
        return DataError(
            f"no file for language `{language}`, split `{split}`",
            where=str(rooted(self.path, root) / filled(self.path, **fields).removeprefix("/")),
            expected=f"{{language}} = {' or '.join(codes)}",
            found=found,
            cause="the split does not exist for this language" if own else None,
            remedy=remedy,
        )

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """Those with a file for any split."""
        if "{treebank}" in self.path:
            named = sorted(self.treebanks)
            return tuple(n for n in named if any(self.has(n, split, root) for split in SPLITS))
        return languages_of(rooted(self.path, root), self.path, self.codes)

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether there is a file, of the split itself or of its substitute."""
        return bool(self.files(language, split, root)[0])


@final
@dataclass(frozen=True, kw_only=True)
class ConllU(Files):
    """Universal Dependencies in CoNLL-U.

    Args:
        column: which column holds the labels: `upos`, `xpos` or `deprel`.
    """

    format: Literal["conllu"] = "conllu"
    column: Literal["upos", "xpos", "deprel"] = "upos"

    def examples(self, path: Path, code: str) -> Sequence[Example]:
        """Words and labels; multiword and empty nodes left out."""
        return read_conllu(path, self.column)


@final
@dataclass(frozen=True, kw_only=True)
class Conll(Files):
    """CoNLL columns.

    Args:
        word, label: columns of the word and of its label, 0-based, negative from the end.
        comments: beginning of lines to leave out (`"#"` for UNER's .iob2).
        prefix: cut from each word, a template (`"{language}:"` for WikiANN's `yo:Ilé`).
    """

    format: Literal["conll"] = "conll"
    word: int = 0
    label: int = -1
    comments: str = ""
    prefix: str = ""

    def examples(self, path: Path, code: str) -> Sequence[Example]:
        """Words and labels."""
        prefix = filled(self.prefix, language=code)
        return read_conll(path, Columns(self.word, self.label, self.comments, prefix))


@final
@dataclass(frozen=True, kw_only=True)
class PlainText(Files):
    """Plain text: one sentence per line, `id TAB text` (.tsv) or the UDHR's XML (.xml)."""

    format: Literal["text"] = "text"

    def examples(self, path: Path, code: str) -> Sequence[Example]:
        """One text per line, id or paragraph."""
        return [Text(text) for text in read_texts(path)]
