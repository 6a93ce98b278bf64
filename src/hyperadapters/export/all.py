"""Every format there is, and how the command line names them."""

from collections.abc import Mapping
from typing import Any

from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.export.adapterhub import AdapterHub
from hyperadapters.export.base import Format
from hyperadapters.export.merged import Merged
from hyperadapters.export.peft import Peft
from hyperadapters.export.table import Rows

__all__ = ["FORMATS", "format_of"]

_KINDS: tuple[type[Format], ...] = (Peft, AdapterHub, Rows, Merged)

FORMATS: Mapping[str, type[Format]] = {kind.name: kind for kind in _KINDS}
"""By name."""

_SPELT = {"head": "--no-head", "backbone": "--with-backbone", "base": "--base"}


def format_of(name: str, options: Mapping[str, Any]) -> Format:
    """A format by name.

    Args:
        name: one of `FORMATS`.
        options: what is asked of it that is not its default.

    Raises:
        UnknownName: no such format.
        ConfigError: it has no such option.
    """
    if name not in FORMATS:
        raise UnknownName("format", name, FORMATS)
    kind = FORMATS[name]
    for option in options:
        if option not in kind.options:
            able = [known for known, other in FORMATS.items() if option in other.options]
            raise ConfigError(
                f"the format `{name}` has no `{_SPELT[option]}`",
                expected=f"that with {' or '.join(f'`--format {known}`' for known in able)}",
                remedy="leave it out",
            )
    return kind(**options)
