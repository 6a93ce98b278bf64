"""Path templates under a data root: `ner/{language}/{split}.txt`, with globs and other codes."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from hyperadapters.data.languages import codes_of, language_of
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.routes import Route

__all__ = [
    "Codes",
    "check_named",
    "check_places",
    "codes_for",
    "expand",
    "filled",
    "rooted",
    "routes_in",
]

Codes = Mapping[str, str | tuple[str, ...]]
_FIELD = re.compile(r"\{(\w+)\}")


def rooted(template: str, root: Path | None) -> tuple[Path, str]:
    """The folder that a template starts in, and the template relative to it.

    Raises:
        DataError: the template is relative and there is no data root, or the root is no folder.
    """
    if Path(template).is_absolute():
        return Path("/"), template.removeprefix("/")
    if root is None or not root.is_dir():
        raise DataError(
            f"`{template}` lies under a data root, and none is given"
            if root is None
            else "the data root is not a folder",
            where=None if root is None else str(root),
            remedy="give `--data-root FOLDER` (in Python `data_root=`), or set HYPERADAPTERS_DATA",
        )
    return root, template


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
    named = codes.get(language, codes_of(language))
    return (named,) if isinstance(named, str) else tuple(named)


def filled(template: str, fields: Mapping[str, str]) -> str:
    """A template with some `{fields}` filled in; the others stay."""
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), template)


def expand(root: Path | None, template: str, fields: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that a template names with its fields filled in, sorted."""
    base, path = rooted(template, root)
    path = filled(path, fields)
    found = _fitting(base, path) if any(mark in path for mark in "*?[") else [base / path]
    return tuple(file for file in found if file.is_file())


def _fitting(base: Path, pattern: str) -> list[Path]:
    """The files under a folder that fit a pattern, sorted.

    Raises:
        ConfigError: it is no pattern.
    """
    try:
        return sorted(base.glob(pattern))
    except (ValueError, NotImplementedError, RecursionError) as error:
        raise ConfigError(
            f"`{pattern}` is no pattern of files",
            where=str(base),
            expected="a path whose parts have `*`, `?` and `[...]`, or are `**`, for any folders",
            found=str(error),
        ) from error


@lru_cache(maxsize=256)
def _named_in(base: Path, template: str) -> tuple[Mapping[str, str], ...]:
    """What stands for the fields of a template in each of the files that fit it; best effort."""
    known = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    pattern, seen = "", set()
    for part in re.split(r"(\*\*/|\*|\?|\{\w+\})", template):
        name = part[1:-1]
        if _FIELD.fullmatch(part) and name.isidentifier():
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)"
            seen.add(name)
        else:
            pattern += known.get(part, re.escape(part))
    matches = (
        re.fullmatch(pattern, file.relative_to(base).as_posix())
        for file in _fitting(base, _FIELD.sub("*", template))
    )
    return tuple(match.groupdict() for match in matches if match)


def routes_in(root: Path | None, template: str, codes: Codes, *names: str) -> frozenset[Route]:
    """What some fields of a template stand for in the files that fit it, as our languages; best
    effort.
    """
    ours = {code: language for language in codes for code in codes_for(language, codes)}
    each = _named_in(*rooted(template, root))
    coded = {tuple(one[name] for name in names) for one in each if set(names) <= set(one)}
    return frozenset(Route(tuple(ours.get(c) or language_of(c) for c in one)) for one in coded)
