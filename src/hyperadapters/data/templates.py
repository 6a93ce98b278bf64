"""Path templates under a data root: `ner/{language}/{split}.txt`, with globs and other codes."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from hyperadapters.data.languages import codes_of, language_of
from hyperadapters.errors import ConfigError, DataError

__all__ = [
    "Codes",
    "check_named",
    "check_places",
    "codes_for",
    "expand",
    "filled",
    "languages_of",
    "named_in",
    "rooted",
]

Codes = Mapping[str, str | tuple[str, ...]]
_FIELD = re.compile(r"\{(\w+)\}")


def rooted(template: str, root: Path | None) -> Path:
    """The folder that a template starts in.

    Raises:
        DataError: the template is relative and there is no data root, or the root is no folder.
    """
    if Path(template).is_absolute():
        return Path("/")
    if root is None:
        raise DataError(
            f"`{template}` lies under a data root, and none is given",
            remedy="give `--data-root FOLDER` or set HYPERADAPTERS_DATA",
        )
    if not root.is_dir():
        raise DataError(
            "the data root is not a folder",
            where=str(root),
            remedy="give `--data-root FOLDER` or set HYPERADAPTERS_DATA",
        )
    return root


def check_places(template: str, **said: Mapping[Any, object]) -> None:
    """Nothing if a template has a place for what `splits` and the like say of it.

    Raises:
        ConfigError: it has no `{split}`, and so on.
    """
    for name, values in said.items():
        place = f"{{{name.removesuffix('s')}}}"
        if values and place not in template:
            raise ConfigError(
                f"the `{name}` of a source have no effect",
                expected=f"a `path` with `{place}`",
                found=f"`{template}`",
                remedy=f"leave `{name}` out, or put `{place}` where files differ by it",
            )


def check_named(**paths: tuple[str, ...]) -> None:
    """Nothing if there is a template in any of a source's lists of them.

    Raises:
        ConfigError: all are empty.
    """
    if not any(paths.values()):
        names = " or ".join(f"`{name}`" for name in paths)
        raise ConfigError(
            "a source names no files",
            expected=f"{names}: templates of files under the data root, with `{{language}}`",
            remedy=f"for example `{next(iter(paths))}: [mlm/udhr/udhr_{{language}}.xml]`",
        )


def codes_for(language: str, codes: Codes) -> tuple[str, ...]:
    """What files call a language: as `codes` says; else its own code and the usual others."""
    named = codes.get(language)
    if named is None:
        return codes_of(language)
    return (named,) if isinstance(named, str) else tuple(named)


def filled(template: str, **fields: str) -> str:
    """A template with some `{fields}` filled in; the others stay."""
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), template)


def expand(
    root: Path, template: str, fields: Iterable[Mapping[str, str]]
) -> tuple[list[Path], Mapping[str, str]]:
    """The files of the first assignment of a template's fields that names any, and it; sorted."""
    for assignment in fields:
        path = filled(template, **assignment)
        path = path.removeprefix("/") if root == Path("/") else path
        found = sorted(root.glob(path)) if any(mark in path for mark in "*?[") else [root / path]
        files = [file for file in found if file.is_file()]
        if files:
            return files, assignment
    return [], {}


@lru_cache(maxsize=256)
def named_in(root: Path, template: str) -> tuple[Mapping[str, str], ...]:
    """What stands for the fields of a template in each of the files that fit it; best effort."""
    relative = template.removeprefix("/") if root == Path("/") else template
    known = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    pattern, seen = "", set()
    for part in re.split(r"(\*\*/|\*|\?|\{\w+\})", relative):
        name = part[1:-1]
        if part not in known and part.startswith("{"):
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)"
            seen.add(name)
        else:
            pattern += known.get(part, re.escape(part))
    matches = (
        re.fullmatch(pattern, file.relative_to(root).as_posix())
        for file in sorted(root.glob(_FIELD.sub("*", relative)))
    )
    return tuple(match.groupdict() for match in matches if match)


def languages_of(root: Path, template: str, codes: Codes) -> tuple[str, ...]:
    """The languages whose files fit a template, by our codes, sorted; best effort."""
    ours = {code: language for language in codes for code in codes_for(language, codes)}
    named = named_in(root, template)
    found = {fields["language"] for fields in named if "language" in fields}
    return tuple(sorted({ours.get(code) or language_of(code) for code in found}))
