"""Trees, labelled or plain text in files that one template names: CoNLL-U, columns, plain text."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, final

from hyperadapters.data.formats.conll import Columns, read_conll
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.text import read_texts
from hyperadapters.data.formats.trees import read_trees
from hyperadapters.data.limits import Limit, SplitNames
from hyperadapters.data.places import ByLanguage, InFiles
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Found, Rule, Sample, Source
from hyperadapters.data.templates import Codes, check_places, filled
from hyperadapters.errors import DataError
from hyperadapters.examples import Example, Tagged, Text, Tree
from hyperadapters.routes import Route

__all__ = ["Conll", "ConllU", "Files", "PlainText", "Trees"]


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

    path: str
    codes: Codes = field(default_factory=dict)
    treebanks: Mapping[str, str] = field(default_factory=dict)
    splits: SplitNames = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        check_places(self.path, treebanks=self.treebanks, splits=self.splits)

    @property
    def tells_languages_apart(self) -> bool:
        """Whether the path names the language or its treebank."""
        return "{language}" in self.path or "{treebank}" in self.path

    @property
    def _place(self) -> ByLanguage:
        return ByLanguage((self.path,), self.codes, splits=self.splits, treebanks=self.treebanks)

    @property
    def _rule(self) -> Rule:
        return rule_of(self.path)

    def _samples(self, text: InFiles, route: Route, split: str) -> Iterator[Found]:
        (code,) = text.codes.values()
        for file in text.sides[0]:
            for one in self._examples(file, code):
                yield one if isinstance(one, DataError) else Sample(one, one.texts[0])

    @abstractmethod
    def _examples(self, path: Path, code: str) -> Iterable[Example | DataError]:
        """Those of one file, and what is to be said of one that is skipped; `code` is what files
        call the language.
        """


@final
@dataclass(frozen=True, kw_only=True)
class ConllU(Files):
    """Universal Dependencies in CoNLL-U.

    Args:
        column: which column holds the labels: `upos`, `xpos` or `deprel`. A word with `_` there
            has no label: it is neither learned nor scored.
    """

    gives: ClassVar[type[Example]] = Tagged
    format: Literal["conllu"] = "conllu"
    column: Literal["upos", "xpos", "deprel"] = "upos"

    def _examples(self, path: Path, code: str) -> Iterable[Example]:
        return read_conllu(path, self.column)


@final
@dataclass(frozen=True, kw_only=True)
class Trees(Files):
    """Dependency trees in CoNLL-U, over its words; ranges of words and empty nodes are no part of
    them.
    """

    gives: ClassVar[type[Example]] = Tree
    format: Literal["trees"] = "trees"

    def _examples(self, path: Path, code: str) -> Iterable[Example]:
        return read_trees(path)


@final
@dataclass(frozen=True, kw_only=True)
class Conll(Files):
    """CoNLL columns, as many in every line of a file, with tabs or spaces between.

    Args:
        word, label: columns of the word and of its label, 0-based, negative from the end.
        comments: beginning of lines to leave out (`"#"` for UNER's .iob2); comments of CoNLL-U such
            as `# text = ...` are left out anyway.
        prefix: cut from each word, a template (`"{language}:"` for WikiANN's `yo:Ilé`).
    """

    gives: ClassVar[type[Example]] = Tagged
    format: Literal["conll"] = "conll"
    word: int = 0
    label: int = -1
    comments: str = ""
    prefix: str = ""

    def _examples(self, path: Path, code: str) -> Iterable[Example]:
        prefix = filled(self.prefix, {"language": code})
        return read_conll(path, Columns(self.word, self.label, self.comments, prefix))


@final
@dataclass(frozen=True, kw_only=True)
class PlainText(Files):
    """Plain text: one sentence per line, `id TAB text` (.tsv) or the UDHR's XML (.xml)."""

    gives: ClassVar[type[Example]] = Text
    format: Literal["text"] = "text"

    def _examples(self, path: Path, code: str) -> Iterable[Example]:
        return map(Text, read_texts(path))
