"""What mutants are made of: small corpora, run files, a study file, a run that has finished and one
that was stopped.

Everything lies in one folder, the world, in scenes. Every path in a scene is relative to it, so
that a copy is as good as the scene.
"""

import contextlib
import json
from pathlib import Path
from typing import Any

import yaml

import tiny_runs
from commands import right
from hyperadapters.config import load_run
from hyperadapters.run.assembly import assemble

__all__ = ["REFERENCE", "TEXT", "make"]

REFERENCE = "reference.json"
"""The file of the world that says what undamaged runs give."""
TEXT = "Ada lives here\n12 March 2024\n"

_SENTENCES = (
    (("Ada", "PROPN", "B-PER"), ("lives", "VERB", "O"), ("here", "ADV", "O"), (".", "PUNCT", "O")),
    (("Goats", "NOUN", "O"), ("climb", "VERB", "O"), ("rocks", "NOUN", "O")),
    (("Bursa", "PROPN", "B-LOC"), ("Ovası", "PROPN", "I-LOC"), ("’", "PUNCT", "O")),
    (("水", "NOUN", "O"), ("e\u0301te\u0301", "NOUN", "O"), ("#", "SYM", "O")),
)
_TEXTS = (
    *("The road is long .", "A goat sleeps .", "Two rivers meet here .", "Snow falls on hills ."),
    *("Yol uzun .", "Bir keçi uyuyor .", "İki nehir burada buluşur .", "Kar yağar ."),
)


def _conllu() -> str:
    lines = []
    for number, sentence in enumerate(_SENTENCES, 1):
        forms = [form for form, _, _ in sentence]
        lines += [f"# sent_id = {number}", f"# text = {' '.join(forms)}"]
        lines += [f"1-2\t{forms[0]}{forms[1]}\t" + "\t".join("_" * 8)]
        for place, (form, tag, _) in enumerate(sentence, 1):
            head = f"{place - 1}\t{'root' if place == 1 else 'dep'}"
            lines.append(f"{place}\t{form}\t{form.lower()}\t{tag}\tX\tA=B\t{head}\t_\t_")
        lines += [f"{len(sentence)}.1\tghost\t_\t_\t_\t_\t_\t_\t_\t_", ""]
    return "\n".join(lines) + "\n"


def _conll(mark: str) -> str:
    return "".join(
        "".join(f"{word}{mark}{label}\n" for word, _, label in sentence) + "\n"
        for sentence in _SENTENCES
    )


def _udhr() -> str:
    paragraphs = "".join(f"<article><para>{text}</para></article>\n" for text in _TEXTS)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<udhr><title>Rights &amp; so on</title>\n'
    return f"{head}{paragraphs}</udhr>\n"


def _lines(first: str = "", second: str = "\n") -> str:
    return "".join(f"{first.format(n)}{text}{second}" for n, text in enumerate(_TEXTS))


def _objects(wrapped: bool) -> str:
    objects = [{"en": f"Line {n} here", "tr": f"Satır {n} burada"} for n in range(24)]
    rows = [{"translation": one, "id": n} if wrapped else one for n, one in enumerate(objects)]
    return "".join(json.dumps(row, ensure_ascii=n % 2 == 0) + "\n" for n, row in enumerate(rows))


def _columns() -> str:
    return "".join(f"Row {n} in\tSatır {n} var\tnote\n" for n in range(24))


def _table() -> str:
    rows = "".join(f'"Cell, {n}","Göz ""{n}"""\n' for n in range(24))
    return f"en,tr\n{rows}"


def _corpora() -> dict[str, str]:
    """Files of the data root: each may be damaged."""
    return {
        "pos.en.train.conllu": _conllu(),
        "pos.en.test.conllu": _conllu(),
        "ner.en.train.txt": _conll(" "),
        "ner.en.test.txt": _conll("\t"),
        "wiki.en.train.iob2": "# global.columns = word label\n" + _conll("\t").replace("#", "no"),
        "plain.en.txt": _lines(),
        "udhr.en.xml": _udhr(),
        "news.en.tsv": _lines("n{}\t"),
        "wrapped/en-tr.jsonl": _objects(True),
        "bare/en-tr.json": _objects(False),
        "columns/en-tr.tsv": _columns(),
        "sides/en-tr.en": _lines(),
        "sides/en-tr.tr": _lines("Satır {} "),
        "aligned.en.txt": _lines(),
        "aligned.tr.txt": _lines("Satır {} "),
        "ids.en.tsv": _lines("n{}\t"),
        "ids.tr.tsv": _lines("n{}\tSatır "),
        "rows.csv": _table(),
    }


_BERT = {**tiny_runs.ARCHITECTURE, "layers": 1, "width": 8, "ffn": 8}
_MARIAN = {**_BERT, "type": "marian", "vocabulary": 300}
_RECIPE = {"steps": 4, "batch": 4, "length": 16, "learning_rate": 0.01, "evaluate_every": 2}


def _tags() -> dict[str, Any]:
    """A run over every format of labelled and of plain text."""
    paths = {
        "plain": "plain.{language}.txt",
        "rights": "udhr.{language}.xml",
        "news": "news.{language}.tsv",
    }
    mlm = {n: {"kind": "mlm", "data": {"format": "text", "path": p}} for n, p in paths.items()}
    splits = {"splits": {"dev": "test"}}
    pos = {"format": "conllu", "path": "pos.{language}.{split}.conllu"}
    ner = {"format": "conll", "path": "ner.{language}.{split}.txt"}
    wiki = {"format": "conll", "path": "wiki.{language}.{split}.iob2", "comments": "# "}
    return {
        "name": "tags",
        "output": "tags-run",
        "backbone": {"architecture": _BERT},
        "method": "full-fine-tuning",
        "tasks": {
            "pos": {"kind": "tagging", "data": {**splits, **pos}},
            "ner": {
                "kind": "tagging",
                "metric": "span_f1",
                "labels": ["O", "B-PER", "B-LOC", "I-LOC"],
                "label_map": {"B-ORG": "O"},
                "data": {**splits, **ner},
            },
            "wiki": {"kind": "tagging", "data": wiki},
            **mlm,
        },
        "train": {name: ["en"] for name in ("pos", "ner", "wiki", *mlm)},
        "select": {"pos": ["en"]},
        "evaluate": {"pos": ["en"], "ner": ["en"]},
        "groups": {"all of them": ["en"]},
        "recipe": {**_RECIPE, "evaluate_every": 0},
    }


def _translation() -> dict[str, Any]:
    """A run over every format of parallel text."""
    data = {
        "wrapped": {"format": "pairs", "path": "wrapped/{first}-{second}.jsonl"},
        "bare": {"format": "pairs", "path": "bare/{first}-{second}.json"},
        "columns": {"format": "pairs", "path": "columns/{first}-{second}.tsv"},
        "sides": {"format": "pairs", "path": "sides/{first}-{second}.{language}"},
        "aligned": {"format": "aligned", "paths": ["aligned.{language}.txt"]},
        "ids": {"format": "aligned", "paths": ["ids.{language}.tsv"]},
        "rows": {"format": "hub", "path": "rows.csv", "first": "en", "second": "tr"},
    }
    kind = {"kind": "translation", "beams": 1, "length": 6}
    return {
        "name": "translation",
        "output": "translation-run",
        "backbone": {"architecture": _MARIAN},
        "method": {"name": "hyper-adapters-base-tiny", "hidden": 4, "bottleneck": 2},
        "tasks": {name: {**kind, "data": source} for name, source in data.items()},
        "train": {name: ["en-tr", "tr-en"] for name in data},
        "select": {"columns": ["en-tr"]},
        "evaluate": {"columns": ["en-tr", "tr-en"]},
        "recipe": {**_RECIPE, "evaluate_every": 0, "contexts_per_batch": 1, "accumulate": 1},
    }


def _rows() -> dict[str, Any]:
    """The run whose folder is damaged: several phases, a hypernetwork, checkpoints, best weights.

    Its data are built in.
    """
    data = {"format": "cldr", "train": 12, "dev": 2, "test": 3}
    first = {"train": {"mlm": ["en"]}, "steps": 2, "batch": 4, "length": 16, "evaluate_every": 0}
    return {
        "name": "rows",
        "output": "run",
        "backbone": {"architecture": _BERT},
        "method": {
            "name": "hyper-x-base",
            "code": 4,
            "bottleneck": 2,
            "embedding": 2,
            "hidden": 4,
        },
        "tasks": {
            "fields": {"kind": "tagging", "data": {**data, "content": "fields"}},
            "mlm": {"kind": "mlm", "data": {**data, "content": "text"}},
        },
        "train": {"fields": ["en", "tr"], "mlm": ["en", "tr", "fi"]},
        "select": {"fields": ["en"]},
        "evaluate": {"fields": ["en", "fi"]},
        "groups": {"seen": ["en"], "unseen": ["fi"]},
        "families": {"en": "Indo-European", "fi": "Uralic", "tr": "Turkic"},
        "recipe": _RECIPE,
        "checkpoint_every": 1,
        "phases": {"pretrain": first},
    }


def _study() -> dict[str, Any]:
    tuned = {"method": "full-fine-tuning", "train": {"mlm": None}, "phases": None}
    return {
        "name": "small study",
        "output": "study",
        "base": "rows.yaml",
        "run": {"recipe": {"steps": 2}},
        "grid": {
            "way": {"tuned": tuned, "small": {"recipe": {"batch": 2}}},
            "partition": {
                "a": {"train": {"fields": ["en", "tr"]}},
                "b": {"train": {"fields": ["en"]}},
            },
            "seed": [0, 1],
        },
        "cases": [{"when": {"way": "small"}, "then": {"recipe": {"warmup": 1}}}],
        "always": {"checkpoint_every": 2},
        "combine": "partition",
        "compare": [["tuned", "small"]],
    }


def _written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make(world: Path) -> None:
    """Fills an empty folder with the scenes.

    Args:
        world: `corpora` gets data and the run files that read them, `study` a study file over a run
            file, `finished` and `interrupted` a run file and the folder `run`; in `finished` also
            `REFERENCE`, which has what undamaged runs give.
    """
    for name, text in _corpora().items():
        _written(world / "corpora" / "data" / name, text)
    for file, values in (
        ("corpora/tags.yaml", _tags()),
        ("corpora/translation.yaml", _translation()),
        ("study/rows.yaml", _rows()),
        ("study/study.yaml", _study()),
        ("finished/rows.yaml", _rows()),
        ("interrupted/rows.yaml", _rows()),
    ):
        _written(world / file, yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
    with contextlib.chdir(world / "interrupted"):
        tiny_runs.stop_after(5, assemble(load_run(Path("rows.yaml"))), Path("run"))
    with contextlib.chdir(world / "finished"):
        right("train", "rows.yaml")
        right("evaluate", "run", "--output", "scores.json")
        reference = {
            "answers": right("predict", "run", "--task", "fields", "--language", "fi", text=TEXT),
            "scores": json.loads(Path("scores.json").read_text(encoding="utf-8")),
        }
        _written(Path(REFERENCE), json.dumps(reference))
        Path("scores.json").unlink()
