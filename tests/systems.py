"""The published systems as values, at sizes for tests: built in and still to come."""

from hyperadapters.forms import Bottleneck, LoRA
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase
from hyperadapters.methods import (
    adapters_dagger,
    houlsby_adapters,
    hyper_x,
    hyperformer,
    hyperformer_plus_plus,
    mad_x,
    psf,
)
from hyperadapters.providers import (
    Concatenate,
    Learned,
    LinearHeads,
    Mlp,
    Residual,
    hypernetwork,
    table,
)
from hyperadapters.sites import Where
from hyperadapters.slots import Normal


def _method(name: str, *adapters: Adapter, phases: tuple[Phase, ...] | None = None) -> Method:
    trained = frozenset({adapter.name for adapter in adapters} | {HEADS})
    return Method(name, adapters, phases or (Phase(trains=trained),))


HYPER_X = hyper_x("hyper-x", code=6, bottleneck=5, embedding=4, hidden=6)
ADAPTERS = houlsby_adapters("adapters", reduction=4)
ADAPTERS_DAGGER = adapters_dagger("adapters-dagger", reduction=4)
_SMALL: dict[str, int] = {"reduction": 4, "hidden": 6, "code": 4}
HYPERFORMER = hyperformer("hyperformer", **_SMALL, embedding=8)
HYPERFORMER_PLUS = hyperformer_plus_plus("hyperformer++", **_SMALL, embedding=4)
LOW_RANK, BASIS = (
    hyperformer_plus_plus(f"hyperformer++-{kind}", **_SMALL, embedding=4, heads=kind, rank=2)
    for kind in ("low-rank", "basis")
)
LANGUAGE_ADAPTERS = _method(
    "language-adapters",
    Adapter(
        "source",
        Bottleneck(width=5, norm="before"),
        Where("layer", tower="encoder"),
        table("source_language"),
    ),
    Adapter(
        "target",
        Bottleneck(width=5, norm="before"),
        Where("layer", tower="decoder"),
        table("target_language"),
    ),
)
PAIR_ADAPTERS = _method(
    "pair-adapters",
    Adapter(
        "pair",
        Bottleneck(width=5, norm="before"),
        Where("layer"),
        table("source_language", "target_language"),
    ),
)
HYPER_ADAPTERS = _method(
    "hyper-adapters",
    Adapter(
        "hyper",
        Bottleneck(width=5, norm="before", unit_scale=True),
        Where("layer"),
        hypernetwork(
            {"source_language": 4, "target_language": 4},
            site={"layer": 4},
            blind={"decoder": {"source_language"}},
            encoder=Residual(6, blocks=2),
            heads=LinearHeads(rescale=True, initial=Normal(1.0)),
        ),
    ),
    phases=(Phase(trains=frozenset({BACKBONE, "hyper"})),),
)
MAD_X = _method(
    "mad-x",
    Adapter("language", Bottleneck(reduction=2), Where("ffn_sum"), table("language")),
    Adapter("task", Bottleneck(reduction=4), Where("ffn_sum"), table("task")),
    phases=(
        Phase(
            name="language",
            trains=frozenset({"language"}),
            tasks=frozenset({"mlm"}),
            acts=frozenset({"language"}),
        ),
        Phase(name="task", trains=frozenset({"task", HEADS}), leave_out={"language": (-1,)}),
    ),
)
MAD_X_WHOLE = mad_x(task_reduction=4)
HYPER_X_COUPLED = hyper_x(
    "hyper-x-coupled", code=6, bottleneck=5, embedding=4, hidden=6, invertible="coupling"
)
PSF = psf(embedding=4, rank=2, hidden=6, layers=3, dropout=0.1)
GENERATED_LORA = _method(
    "generated-lora",
    Adapter(
        "lora",
        LoRA(rank=2),
        Where("query", "value", "ffn_in", "ffn_gate", "ffn_out"),
        hypernetwork(
            {"task": Learned(4), "language": Learned(4)},
            site={"layer": 4, "position": 4},
            combine=Concatenate(),
            encoder=Mlp((6, 6)),
        ),
    ),
)

TASK_SYSTEMS = (
    HYPER_X,
    ADAPTERS,
    ADAPTERS_DAGGER,
    HYPERFORMER,
    HYPERFORMER_PLUS,
    MAD_X,
    GENERATED_LORA,
)
FACTORISED = (LOW_RANK, BASIS)
TWO_TOWERS = (LANGUAGE_ADAPTERS, PAIR_ADAPTERS, HYPER_ADAPTERS)
COUPLED = (MAD_X_WHOLE, HYPER_X_COUPLED)
"""Those that change what enters the encoder."""
HEAD_SYSTEMS = (PSF,)
"""Those that write the heads of tasks: they have no base row, as zero weights are no head."""
SYSTEMS = (*TASK_SYSTEMS, *FACTORISED, *TWO_TOWERS, *COUPLED, *HEAD_SYSTEMS)
