"""Any data set that the `datasets` library reads: from the hub by name, or from local parquet, JSON
or CSV files.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.files import Codes, codes_for, expand, filled, languages_of, rooted
from hyperadapters.data.held_out import key, side_of, split_of
from hyperadapters.data.sources import STRICT, Source, sides
from hyperadapters.data.splits import Limit, SplitNames, limited, split_name
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Example, Pair, Tagged, Text

__all__ = ["Hub"]

_KINDS = {".parquet": "parquet", ".json": "json", ".jsonl": "json", ".csv": "csv"}


@final
@dataclass(frozen=True, kw_only=True)
class Hub(Source):
    """A data set of `datasets`, with a contract on its columns.

    Exactly one of `dataset` and `path`; columns are `words` and `labels` (tagging), or `text`, or
    `first` and `second`, or `translation` (parallel text).

    Args:
        dataset: a name on the hub, `owner/name`; works offline from the cache of `datasets`.
        subset: its configuration, a template with `{language}`.
        revision: the commit or tag of the data set.
        path: local files in place of the hub: a template with `{language}` and `{split}`
            (.parquet, .json, .jsonl, .csv). Without `{split}`, 5% of the rows are dev and 5% test,
            by the hash of the sentence, of parallel text of that in `beside`.
        words: the column of word lists.
        labels: the column of their labels, as strings or as numbers.
        label_names: names of numbered labels, where the data set does not carry them.
        text: the column of plain text.
        first, second: the columns of parallel text, the second in the language `beside`.
        translation: the column that has a text under the code of each language.
        beside: the language of `second`, and where rows are divided among splits by their hash the
            one whose side chooses.
        splits: our split -> its name there.
        codes: our language name -> what the data set calls it, also for directions: `{en-de:
            de-en}` reads the subset of the other one.
        limit: most examples, for all splits or by split.

    Raises:
        ConfigError: both or none of `dataset` and `path`, other columns than one of these, or a
            value that has no effect beside the others.
    """

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    format: Literal["hub"] = "hub"
    dataset: str | None = None
    subset: str | None = None
    revision: str | None = None
    path: str | None = None
    words: str | None = None
    labels: str | None = None
    label_names: tuple[str, ...] = ()
    text: str | None = None
    first: str | None = None
    second: str | None = None
    translation: str | None = None
    beside: str = "en"
    splits: SplitNames = field(default_factory=lambda: {"dev": "validation"})
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        if (self.dataset is None) == (self.path is None):
            raise ConfigError(
                "a source of format `hub` needs `dataset` or `path`",
                expected="exactly one of the two",
                found="both" if self.dataset else "none",
            )
        unused = (("subset", "revision") if self.path else ()) + (
            () if self.words else ("label_names",)
        )
        for name in unused:
            if getattr(self, name):
                raise ConfigError(
                    f"the `{name}` of a source of format `hub` has no effect",
                    expected="`subset` and `revision` with `dataset`, `label_names` with `words`",
                    remedy=f"leave `{name}` out",
                )
        complete = [group for group in self._groups() if None not in group]
        given = [column for group in self._groups() for column in group if column is not None]
        if len(complete) != 1 or given != list(complete[0]):
            raise ConfigError(
                "the columns of a source of format `hub` are not clear",
                expected="`words` and `labels`, or `text`, or `first` and `second`, "
                "or `translation`",
                found=", ".join(f"`{column}`" for column in given) or "none",
            )

    @property
    def tells_languages_apart(self) -> bool:
        """Whether the files, the subset or the column depend on the language."""
        named = "{language}" in (self.path or self.subset or "")
        return named or self.translation is not None

    def _groups(self) -> tuple[tuple[str | None, ...], ...]:
        parallel = (self.first, self.second), (self.translation,)
        return (self.words, self.labels), (self.text,), *parallel

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """The rows of one split as examples."""
        with tempfile.TemporaryDirectory() as cache:
            rows, source = self._rows(language, split, root, cache)
            examples = [one for one in self._examples(rows, language, source) if _filled(one)]
        if self.path is not None and "{split}" not in self.path:
            examples = [example for example in examples if self._split_of(example) == split]
        return Corpus(task, language, split, limited(examples, self.limit, split), source)

    def _split_of(self, example: Example) -> str:
        if isinstance(example, Pair):
            side = side_of(example.languages, self.beside)
            return split_of(key((example.first, example.second)[side]))
        return split_of(key(example.text))

    def _rows(self, language: str, split: str, root: Path | None, cache: str) -> tuple[Any, str]:
        import datasets

        if self.path is not None:
            files = self._files(language, split, root)
            if not files:
                raise self._missing(language, split, root)
            source = ", ".join(map(str, files))
            loaded = [_KINDS.get(files[0].suffix, "json")]
            arguments: dict[str, Any] = {"data_files": [str(f) for f in files], "split": "train"}
            arguments |= {"cache_dir": cache, "keep_in_memory": True}
            if loaded == ["csv"]:  # a sentence may be `null`, which is German for zero
                arguments["keep_default_na"] = False
        else:
            code = codes_for(language, self.codes)[0]
            subset = filled(self.subset, language=code) if self.subset else None
            source = "/".join(filter(None, (self.dataset, subset)))
            loaded = [str(self.dataset), *([subset] if subset else [])]
            arguments = {
                "split": split_name(self.splits, split) or split,
                "revision": self.revision,
            }
        try:
            return datasets.load_dataset(*loaded, **arguments), source
        except Exception as fault:  # every builder of `datasets` has errors of its own
            raise DataError(
                f"`datasets` cannot load language `{language}`, split `{split}`",
                where=source,
                found=f"{type(fault).__name__}: {str(fault).splitlines()[0] if str(fault) else ''}",
                cause="no such data set, subset or split; or no network and no copy in the cache",
                remedy="for files on this machine give `path` in place of `dataset`",
            ) from fault

    def _files(self, language: str, split: str, root: Path | None) -> list[Path]:
        path = str(self.path)
        names = dict.fromkeys((split, split_name(self.splits, split) or split))
        codes = codes_for(language, self.codes)
        fields = [{"language": code, "split": name} for name in names for code in codes]
        return expand(rooted(path, root), path, fields)[0]

    def _missing(self, language: str, split: str, root: Path | None) -> DataError:
        return DataError(
            f"no file for language `{language}`, split `{split}`",
            where=str(rooted(str(self.path), root) / str(self.path).removeprefix("/")),
            found=f"files for {', '.join(self.languages(root)) or 'no language'}",
            remedy=f"name the files' code, `codes: {{{language}: ...}}`",
        )

    def _examples(self, rows: Any, language: str, source: str) -> Iterator[Example]:
        columns = [column for group in self._groups() for column in group if column is not None]
        for column in columns:
            if column not in rows.column_names:
                raise DataError(
                    f"no column `{column}`",
                    where=source,
                    expected="the column that the run file names",
                    found=", ".join(rows.column_names),
                )
        values = [rows[column] for column in columns]
        if self.words is None:
            for number, texts in enumerate(zip(*values, strict=True)):
                row = f"{source}, row {number}"
                yield Text(_text(texts[0], row)) if self.text else self._pair(texts, language, row)
            return
        names = self.label_names or _names(rows.features[self.labels])
        for number, (words, labels) in enumerate(zip(*values, strict=True)):
            _check_lists(words, labels, f"{source}, row {number}")
            if len(words) != len(labels):
                raise DataError(
                    "words and labels differ in number",
                    where=f"{source}, row {number}",
                    found=f"{len(words)} words, {len(labels)} labels",
                )
            yield Tagged(tuple(words), tuple(_label(label, names, source) for label in labels))

    def _parallel(self) -> bool:
        return self.first is not None or self.translation is not None

    def _pair(self, texts: Sequence[Any], language: str, source: str) -> Pair:
        """Both sides in the order of the direction."""
        names = sides(language, self.beside)
        if self.translation is not None:
            first, second = (self._text_of(texts[0], name, source) for name in names)
            return Pair(first, second, names)
        if self.beside not in names:
            raise DataError(
                f"`{language}` is not a direction of this data set",
                where=source,
                expected=f"one from or into `{self.beside}`, which its column `{self.second}` has",
                remedy="name that language, `beside: ...`",
            )
        first, second = (_text(text, source) for text in texts)
        return Pair(*((second, first) if names[0] == self.beside else (first, second)), names)

    def _text_of(self, texts: Any, name: str, source: str) -> str:
        codes = codes_for(name, self.codes)
        found = [texts[code] for code in codes if code in texts] if isinstance(texts, dict) else []
        if found and isinstance(found[0], str):
            return found[0]
        raise DataError(
            f"no text in `{name}`",
            where=source,
            expected=f"under `{self.translation}` a text by code: {' or '.join(codes)}",
            found=repr(texts)[:80],
            remedy=f"name its code, `codes: {{{name}: ...}}`",
        )

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """Those with local files; on the hub, those that `codes` names, unknown for pairs."""
        if self.path is None:
            return () if self._parallel() else tuple(sorted(self.codes))
        return languages_of(rooted(self.path, root), self.path, self.codes)

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether there is a local file; on the hub, whether `codes` names the language or names
        none.
        """
        if self.path is None:
            return not self.codes or language in self.codes or self._parallel()
        return bool(self._files(language, split, root))


def _text(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    raise DataError("no text", where=where, expected="a text in every row", found=repr(value)[:80])


def _check_lists(words: Any, labels: Any, where: str) -> None:
    kinds = ((words, str), (labels, (str, int)))
    if not all(
        isinstance(given, list) and all(isinstance(one, kind) for one in given)
        for given, kind in kinds
    ):
        raise DataError(
            "no words with labels",
            where=where,
            expected="a list of words, and a list of labels as text or whole numbers",
            found=f"{words!r}, {labels!r}"[:80],
        )


def _filled(example: Example) -> bool:
    """Whether no side of it is empty, where it is a pair."""
    return not isinstance(example, Pair) or bool(example.first.strip() and example.second.strip())


def _names(feature: Any) -> Sequence[str]:
    """The label names that a column of `datasets` carries, if any."""
    return getattr(getattr(feature, "feature", feature), "names", None) or ()


def _label(label: int | str, names: Sequence[str], source: str) -> str:
    if isinstance(label, str):
        return label
    if not 0 <= label < len(names):
        raise DataError(
            f"label {label} has no name",
            where=source,
            expected=f"numbers below {len(names)}" if names else "labels as text",
            remedy="give their names in order, `label_names: [O, B-PER, ...]`",
        )
    return names[label]
