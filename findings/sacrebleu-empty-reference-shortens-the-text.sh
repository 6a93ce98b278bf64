#!/usr/bin/env bash
# sacrebleu 2.6.0: a segment that lacks its second reference can have `None` or "" there, as the README and the
# docstrings say, and the README shows "" with the signature `nrefs:var`. But only `None` is left out. An empty text is
# taken as a reference of no words, without a word about it, and the signature says `nrefs:2`. BLEU compares the length
# of a translation with that of the nearest reference, which is the empty one for every translation less than half as
# long as the other, so the brevity penalty is lost just where it is due. TER takes the fewest edits to any reference,
# and the mean length of them, so deleting the whole translation is a way, too. chrF is the same. In files a reference
# can only lack as an empty line, so the command line gives the wrong scores. Expected were those that `None` gives.
# Comparisons over test sets with a second reference for a part of their sentences are hurt: the shorter, the better.
#
# Seen (two translations, the first of which is much too short, and has no second reference):
#   None: BLEU 30.9, brevity penalty 0.368, nrefs:var, TER 50.0
#   "": BLEU 84.1, brevity penalty 1.000, nrefs:2, TER 36.4
#   "", command line: BLEU 84.1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sacrebleu==2.6.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import subprocess
import sys
from pathlib import Path

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER

TRANSLATIONS = ["the river was", "we bought bread and milk"]
FIRST = ["the river was so high that nobody could cross it", "we bought some bread and milk"]
SECOND = "we bought bread and some milk"
print("sacrebleu", sacrebleu.__version__)


def scores(lacking: str | None) -> tuple[float, float, str, float, float]:
    references = [FIRST, [lacking, SECOND]]
    bleu, ter, chrf = BLEU(), TER(), CHRF()
    found, edits = bleu.corpus_score(TRANSLATIONS, references), ter.corpus_score(TRANSLATIONS, references).score
    letters = chrf.corpus_score(TRANSLATIONS, references).score
    return found.score, found.bp, bleu.get_signature().format(), edits, letters


files = {"translations": TRANSLATIONS, "first": FIRST, "second": ["", SECOND]}
for name, lines in files.items():
    Path(sys.argv[1], name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
paths = [str(Path(sys.argv[1], name)) for name in ("first", "second", "translations")]
command = [sys.executable, "-m", "sacrebleu", *paths[:2], "-i", paths[2], "-m", "bleu", "-b"]
typed = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
none, empty = scores(None), scores("")
for name, (bleu, penalty, signature, ter, _) in (("None", none), ('""', empty)):
    print(f"{name}: BLEU {bleu:.1f}, brevity penalty {penalty:.3f}, {signature.split('|')[0]}, TER {ter:.1f}")
print(f'"", command line: BLEU {typed:.1f}')
assert none[2].startswith("nrefs:var") and empty[2].startswith("nrefs:2")
assert none[1] < 0.6 and empty[1] == 1 and empty[0] > 2 * none[0] and empty[3] < none[3] and none[4] == empty[4]
assert abs(typed - empty[0]) < 0.1
PYTHON
