#!/usr/bin/env bash
# urielplus 1.3.2: a distance takes a language that has none of the compared features (all 0) for one that has all of
# them (all 1). English and Central Huasteca Nahuatl (`nhn`) share one syntactic feature for which both are known:
# English has 0 there, Nahuatl 1. Their distance is 0.0, that of a language to itself, though they differ in all that is
# compared; the distance the other way round is the same. A vector of zeros has no direction, and is replaced by one
# whose numbers are equal, which points where a vector of ones does. Expected were 1.0, or an error. The confidence that
# the library gives does not show it: it is a little above that of English and German, which share 87 features.
# The code of a language decides, too, how much is known: Arabic is 0.409 from Standard Arabic, further than English
# from German.
#
# Seen:
#   eng nhn: of 1 feature that both have 1 differ; distance 0.0
#   eng deu: of 87 features that both have 11 differ; distance 0.3582
#   ara arb: of 66 features that both have 14 differ; distance 0.409
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet urielplus==1.3.2
"$folder/venv/bin/python" - <<'PYTHON'
import logging

logging.disable(logging.CRITICAL)
from urielplus.urielplus import URIELPlus

library = URIELPlus()
languages = ["eng", "nhn", "deu", "ara", "arb"]
vectors = {name: list(values) for name, values in dict(library.get_vector("syntactic", languages)).items()}
found = {}
for pair in (("eng", "nhn"), ("eng", "deu"), ("ara", "arb")):
    both = [(one, other) for one, other in zip(vectors[pair[0]], vectors[pair[1]]) if -1 not in (one, other)]
    differ = sum(one != other for one, other in both)
    found[pair] = float(library.new_distance("syntactic", list(pair)))
    features = "feature" if len(both) == 1 else "features"
    print(f"{' '.join(pair)}: of {len(both)} {features} that both have {differ} differ; distance {found[pair]}")
    if pair == ("eng", "nhn"):
        assert both == [(0.0, 1.0)]
confidence = {other: library.confidence_score("eng", other, "syntactic")[0] for other in ("nhn", "deu")}
assert found["eng", "nhn"] == 0.0 == float(library.new_distance("syntactic", ["nhn", "eng"]))
assert found["ara", "arb"] > found["eng", "deu"] > 0.3
assert 0 < confidence["nhn"] - confidence["deu"] < 0.01
PYTHON
