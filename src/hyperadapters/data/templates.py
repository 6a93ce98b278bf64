"""Path templates under a data root: `ner/{language}/{split}.txt`, with globs and other codes."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

from hyperadapters.data.languages import codes_of, language_of
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.routes import Route

__all__ = [
    "Codes",
    "Listings",
    "check_named",
    "check_places",
    "codes_for",
    "expand",
    "filled",
    "listed",
    "named",
    "rooted",
    "routes_in",
    "told",
]

Codes = Mapping[str, str | tuple[str, ...]]
_FIELD = re.compile(r"\{([^\W\d]\w*)\}")
_PARTS = re.compile(r"(\*\*/|\*|\?|\[!?[^]]+\]|\{[^\W\d]\w*\})")
_GLOBS = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
_TOLD = 5
"""Most codes of a language in a message."""
_ANY = re.compile(rf"\**(?:{_FIELD.pattern}\**)+")
"""Fields, with the stars beside them: together one star, for two are another pattern."""


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


def told(codes: Sequence[str]) -> str:
    """What files may call a language, as messages say it."""
    plain = [code for code in codes if not re.search("[-_]", code)]
    short = (plain if codes[0] in plain else codes)[:_TOLD]
    return " or ".join(short) + (", or more" if len(codes) > len(short) else "")


def filled(template: str, fields: Mapping[str, str]) -> str:
    """A template with some `{fields}` filled in; the others stay."""
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), template)


def expand(root: Path | None, template: str, fields: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that a template names with its fields filled in, sorted.

    Raises:
        DataError: the system refuses the path, or it is no pattern.
    """
    base, path = rooted(template, root)
    path = filled(path, fields)
    return tuple(found for found in _found(base, path) if found.is_file())


def _found(base: Path, pattern: str) -> Sequence[Path]:
    """What a pattern may stand for, sorted; a path without `*`, `?` and `[` for itself alone.

    Raises:
        DataError: the system or the library refuses it.
    """
    try:
        (base / pattern).is_file()  # refuses what is too long
        if any(mark in pattern for mark in "*?["):
            return sorted(base.glob(pattern))
        return [base / pattern]
    except (ValueError, NotImplementedError, IndexError, OSError, RecursionError) as fault:
        raise DataError(
            "files cannot be looked for",
            where=str(base / pattern)[:200],
            expected="a path, in which `*` and `?` stand within a name, and `**` for whole folders",
            found=str(fault)[:200],
        ) from None


def listed(root: Path | None, template: str) -> tuple[str, ...]:
    """The files that fit a template with anything in its fields, by their path below its folder;
    sorted.
    """
    base, path = rooted(template, root)
    files = (file for file in _found(base, _ANY.sub("*", path)) if file.is_file())
    return tuple(sorted(file.relative_to(base).as_posix() for file in files))


def named(
    template: str, files: Sequence[str], **codes: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """Each of some files that fit a template -> what stands for the template's fields in its path.

    Args:
        template: relative to its folder.
        files: as `listed` gives them.
        codes: all that some fields can be; where one fits in several ways, the first that fits.
    """
    own = {name: "|".join(map(re.escape, each)) for name, each in codes.items()}
    matches = zip(files, map(_pattern(template, own).fullmatch, files), strict=True)
    return {file: match.groupdict() for file, match in matches if match}


def _pattern(template: str, codes: Mapping[str, str]) -> re.Pattern[str]:
    pattern, seen = "", set()
    for part in filter(None, _PARTS.split(template)):
        name = part[1:-1]
        if _FIELD.fullmatch(part):
            own = codes.get(name, "[^/]+?")
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{own})"
            seen.add(name)
        elif part.startswith("[") and part.endswith("]"):
            inside = part[1:-1].replace("\\", "\\\\")
            pattern += f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
        else:
            pattern += _GLOBS.get(part, re.escape(part))
    return re.compile(pattern)


@final
class Listings:
    """Files that fit templates, and codes that stand in them; each is looked up once."""

    def __init__(self) -> None:
        self._files: dict[tuple[Path | None, str], tuple[str, ...]] = {}
        self._codes: dict[tuple[Path | None, str, str, Sequence[str]], Sequence[str]] = {}

    def files(self, root: Path | None, template: str) -> tuple[str, ...]:
        """As `listed` gives them."""
        if (root, template) not in self._files:
            self._files[root, template] = listed(root, template)
        return self._files[root, template]

    def codes(
        self, root: Path | None, template: str, field: str, usual: Sequence[str]
    ) -> Sequence[str]:
        """Those of the `usual` codes of a language that stand for a field, in their order; the
        first of them where none does.
        """
        if f"{{{field}}}" not in template:
            return usual[:1]
        key = (root, template, field, usual)
        if key not in self._codes:
            path, files = rooted(template, root)[1], self.files(root, template)
            there = {one[field] for one in named(path, files, **{field: usual}).values()}
            self._codes[key] = tuple(code for code in usual if code in there) or usual[:1]
        return self._codes[key]


def routes_in(root: Path | None, template: str, codes: Codes, *names: str) -> frozenset[Route]:
    """What some fields of a template stand for in the files that fit it, as our languages; best
    effort.
    """
    ours = {code: language for language in codes for code in codes_for(language, codes)}
    each = named(rooted(template, root)[1], listed(root, template)).values()
    coded = {tuple(one[name] for name in names) for one in each if set(names) <= set(one)}
    return frozenset(Route(tuple(ours.get(c) or language_of(c) for c in one)) for one in coded)
