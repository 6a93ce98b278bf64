"""How far a run has come."""

from dataclasses import dataclass

__all__ = ["Progress"]


@dataclass
class Progress:
    """Plain numbers, all of them in every checkpoint.

    Args:
        phase: the index of the phase that is on.
        step: updates done in it.
        micro_batches: drawn in it; schedules count them.
        updates: done in all earlier phases.
        tokens: that were read in all phases, without padding; what decoders write does not count.
        seconds: of work in all phases.
        rate: the learning rate of the last update.
        nats, predictions: summed since the last line of losses in the metrics file.
        best: the best number of the checkpoint criterion in this phase.
        best_step: the update that it belongs to.
        judged: the update of the last evaluation.
        without_gain: evaluations since the best one.
    """

    phase: int = 0
    step: int = 0
    micro_batches: int = 0
    updates: int = 0
    tokens: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    nats: float = 0.0
    predictions: float = 0.0
    best: float | None = None
    best_step: int | None = None
    judged: int | None = None
    without_gain: int = 0

    def begin_next_phase(self) -> None:
        """To the start of the next phase."""
        self.updates += self.step
        self.phase += 1
        self.step = self.micro_batches = self.without_gain = 0
        self.best = self.best_step = self.judged = None

    def loss(self) -> float:
        """Nats per prediction since it was last asked for; starts the sums anew."""
        mean = self.nats / max(self.predictions, 1.0)
        self.nats = self.predictions = 0.0
        return mean

    @property
    def checkpoint(self) -> str:
        """The name of a checkpoint taken now; it sorts after those taken before."""
        return f"{self.phase:03}-{self.step:08}"

    @property
    def best_file(self) -> str | None:
        """The file of the best weights of this phase, if an evaluation has written one."""
        return None if self.best_step is None else f"best-{self.phase}-{self.best_step}.safetensors"
