"""The page of the Python interface: every public name, from its signature and docstring."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from docstrings import parsed, wrapped

import hyperadapters

GROUPS: Mapping[str, Sequence[str]] = {
    "Train, load, ask": (
        *("load_run", "perform", "load", "Trained", "read_adapter", "Imported"),
        "HyperadaptersError",
    ),
    "Models by hand": ("adapt", "AdaptedModel", "collate", "materialise", "train_tokenizer"),
    "Contexts, routes and examples": (
        *("Row", "BASE", "Context", "Route", "Cell", "Tagged", "Tree", "Text", "Pair"),
        *("Labelled", "LabelledPair", "Asked", "mix", "nearest"),
    ),
    "Tasks and scores": (
        *("Tagging", "Parsing", "Classification", "QuestionAnswering", "MaskedLM", "Translation"),
        *("TextToText", "SpanCorruption", "LanguageModelling", "METRICS"),
    ),
    "Methods": (
        *("METHODS", "Method", "Adapter", "Where", "Phase", "Recipe", "Observed", "Fixed", "Cycle"),
    ),
    "Forms and weights": (
        *("Bottleneck", "Coupling", "LoRA", "Norm", "Linear", "table", "hypernetwork", "joined"),
        *("Mlp", "Residual", "LinearHeads"),
    ),
}
"""Every public name, and three that these return."""

RETURNED = {
    "AdaptedModel": "model.adapted",
    "Imported": "export.imported",
    "Trained": "trained",
}
"""What is not public by name, but returned by what is."""

HEAD = """# The Python interface

<!-- written by `make docs` from the docstrings -->

Everything on this page is a name of the package: `import hyperadapters as ha`, then `ha.adapt`. A
name is loaded when it is first asked for, so that the import itself costs nothing. Only
`AdaptedModel`, `Trained` and `Imported` are not names of the package: `ha.adapt`, `ha.load` and
`ha.read_adapter` return them.
Errors that a user can mend are `ha.HyperadaptersError`.
"""


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for group, names in GROUPS.items():
        lines.append(f"## {group}\n")
        for name in names:
            lines += [*entry(name), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def module_of(name: str) -> Any:
    """The module that defines a name."""
    place = RETURNED.get(name) or hyperadapters._HOME[name]
    found = import_module(f"hyperadapters.{place}")
    home = getattr(getattr(found, name), "__module__", "") or ""
    if home.startswith("hyperadapters"):
        return import_module(home)
    return next(one for one in _modules(found) if _statement(one, name) is not None)


def _modules(found: Any) -> Iterator[Any]:
    """A module, and those of its package."""
    yield found
    for other in vars(found).values():
        if inspect.ismodule(other) and other.__name__.startswith(found.__name__):
            yield other


def entry(name: str) -> Iterator[str]:
    """A name with its signature, its docstring, and its methods."""
    module = module_of(name)
    statement = _statement(module, name)
    yield f"### `{name}`\n"
    if isinstance(statement, ast.FunctionDef):
        yield fenced(f"{name}{signature(statement)}")
        yield from docstring(ast.get_docstring(statement) or "")
    elif isinstance(statement, ast.ClassDef):
        yield fenced(f"{name}{construction(statement, getattr(module, name))}")
        yield from docstring(ast.get_docstring(statement) or "")
        yield from members(getattr(module, name))
    else:
        yield from docstring(_after(module, name))


def _statement(module: Any, name: str) -> ast.stmt | None:
    """Where a module defines a name."""
    for one in ast.parse(inspect.getsource(module)).body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == name:
            return one
        targets = [one.target] if isinstance(one, ast.AnnAssign) else getattr(one, "targets", [])
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return one
    return None


def _after(module: Any, name: str) -> str:
    """The text that stands behind the assignment of a value."""
    body = ast.parse(inspect.getsource(module)).body
    place = next(
        n for n, one in enumerate(body) if ast.dump(one) == ast.dump(_statement(module, name))
    )
    follows = body[place + 1] if place + 1 < len(body) else None
    said = isinstance(follows, ast.Expr) and isinstance(follows.value, ast.Constant)
    return str(follows.value.value) if said else ""  # type: ignore[union-attr]


def signature(function: ast.FunctionDef) -> str:
    """The arguments and what is returned, as the source has them."""
    taken = function.args
    own = [*taken.posonlyargs, *taken.args]
    free: list[ast.expr | None] = [None] * (len(own) - len(taken.defaults))
    written = [argument(*pair) for pair in zip(own, [*free, *taken.defaults], strict=True)]
    if taken.posonlyargs:
        written.insert(len(taken.posonlyargs), "/")
    if taken.vararg or taken.kwonlyargs:
        written.append("*" + (argument(taken.vararg) if taken.vararg else ""))
    written += [argument(*pair) for pair in zip(taken.kwonlyargs, taken.kw_defaults, strict=True)]
    written += [f"**{argument(taken.kwarg)}"] if taken.kwarg else []
    written = [one for one in written if one not in ("self", "cls")]
    returned = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"({', '.join(written)}){returned}"


def argument(taken: ast.arg, default: ast.expr | None = None) -> str:
    """One argument."""
    end = "" if default is None else f" = {ast.unparse(default)}"
    return ast.unparse(taken) + end


def construction(described: ast.ClassDef, value: type) -> str:
    """How a class is called: its own `__init__`, or the fields of a data class or named tuple."""
    for one in described.body:
        if isinstance(one, ast.FunctionDef) and one.name == "__init__":
            return signature(one).removesuffix(" -> None")
    if issubclass(value, BaseException):
        return (
            str(inspect.signature(value.__init__)).replace("(self, ", "(").removesuffix(" -> None")
        )
    fields = [one for one in described.body if isinstance(one, ast.AnnAssign)]
    written = []
    for field in fields:
        made = ast.unparse(field.value) if field.value is not None else ""
        if "ClassVar" in ast.unparse(field.annotation) or "init=False" in made:
            continue
        if made.startswith("field(default_factory=dict"):
            made = {"dict": "{}", "list": "[]"}[
                made.partition("=")[2].partition(",")[0].rstrip(")")
            ]
        default = f" = {made}" if made else ""
        written.append(f"{ast.unparse(field.target)}: {ast.unparse(field.annotation)}{default}")
    return f"({', '.join(written)})"


def fenced(text: str) -> str:
    """A signature as a block, an argument a line where it is long."""
    if len(text) > 100:
        text = _split(text)
    return f"```python\n{text}\n```\n"


def _split(text: str) -> str:
    """One argument a line."""
    head, _, rest = text.partition("(")
    depth, current, found = 1, "", []
    for place, mark in enumerate(rest):
        depth += (mark in "([{") - (mark in ")]}")
        if depth == 0:
            after = rest[place + 1 :]
            break
        if mark == "," and depth == 1:
            found.append(current.strip())
            current = ""
        else:
            current += mark
    lines = [*found, current.strip()]
    return f"{head}(\n" + "".join(f"    {one},\n" for one in lines if one) + f"){after}"


def docstring(text: str) -> Iterator[str]:
    """A docstring as Markdown."""
    told = parsed(textwrap.dedent(text))
    for paragraph in told.text:
        yield f"{wrapped(paragraph)}\n"
    for heading, listed in told.sections.items():
        if heading == "Raises":
            yield "Raises:\n"
        for names, said in listed:
            shown = ", ".join(f"`{one}`" for one in names.split(", "))
            yield wrapped(f"{shown}: {said}", "  ", "- ")
        yield ""


def members(described: type) -> Iterator[str]:
    """The methods and properties of a class that are its own, each with the first sentence."""
    found = []
    for name, member in vars(described).items():
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        own = inspect.isfunction(function) and function.__module__ == described.__module__
        if name.startswith("_") or not own or not function.__doc__:
            continue
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(node, ast.FunctionDef)
        taken = "" if isinstance(member, property) else signature(node).partition(" -> ")[0]
        taken = taken if len(taken) < 60 else "(...)"
        found.append(wrapped(f"`{name}{taken}`: {parsed(function).text[0]}", "  ", "- "))
    if found:
        yield "Methods and properties:\n"
        yield from found
