"""One phase while it trains: its updates, evaluations and checkpoints."""

import math
from collections.abc import Mapping
from contextlib import closing, nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor

from hyperadapters.config import digest
from hyperadapters.context import Context, Row
from hyperadapters.errors import TrainingError
from hyperadapters.machine.memory import spend_memory
from hyperadapters.machine.precision import attention_of
from hyperadapters.machine.ranks import accelerator_for, random_states, restore_random_states
from hyperadapters.mixture.ahead import Ahead
from hyperadapters.mixture.streams import mixture_of, streams_of, told_of
from hyperadapters.run.assembly import Assembly
from hyperadapters.run.sizes import need_of
from hyperadapters.training import checkpoint
from hyperadapters.training.checkpoint import Checkpoint
from hyperadapters.training.compiling import objective_of
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.losses import Losses
from hyperadapters.training.objective import check_reached
from hyperadapters.training.optimisation import (
    ABSENT,
    divide_and_clip,
    moments,
    optimiser,
    restore_moments,
    schedule,
)
from hyperadapters.training.progress import Progress
from hyperadapters.training.rescue import rescue
from hyperadapters.training.selection import Selection
from hyperadapters.training.watch import Watch

__all__ = ["Stage"]

_LINES = 200
"""Lines of losses in the metrics file, per phase, at most."""
_CALLED = {"no": "float32: this machine has no instructions for bf16", "bf16": "bf16"}
_UNREAD = 50
"""Updates whose losses may wait on a GPU to be read in one go."""


@final
class Stage:
    """The phase that a run's progress points at, ready to train.

    Args:
        assembly: the run, built.
        folder: of the run's checkpoints.
        progress: of the run; this object moves it on.
        journal: where losses and scores are written.
        display: what someone who looks on sees.

    Raises:
        TrainingError: the phase has no data, nothing to train, or a recipe that cannot be followed.
    """

    def __init__(
        self,
        assembly: Assembly,
        folder: Path,
        progress: Progress,
        journal: Journal,
        display: Display,
    ) -> None:
        run, number = assembly.run, progress.phase
        self.run, self.folder, self.progress = run, folder, progress
        self._remedy = partial(rescue, assembly, folder, number)
        self.journal, self.display = journal, display
        self.phase = assembly.method.phases[number]
        self.recipe = self.phase.recipe
        self._goes_on = number + 1 < len(assembly.method.phases)
        display.prepare(self.phase.name)
        self.accelerator = accelerator_for(self.recipe.precision)
        self.precision = self.accelerator.mixed_precision
        if self.recipe.precision == "auto":
            display.tell(f"phase `{self.phase.name}` computes in {_CALLED[self.precision]}")
        self.rank, self.ranks = self.accelerator.process_index, self.accelerator.num_processes
        streams = streams_of(assembly, self.phase, lambda cell: partial(display.encode, str(cell)))
        for told in told_of(streams, self.recipe.length):
            display.tell(told)
        self.mixture = mixture_of(
            streams,
            self.recipe,
            pad_id=assembly.tokenizer.pad_token_id,
            seed=f"{run.seed}/{number}",
            ranks=self.ranks,
        )
        self.ahead = Ahead(self.mixture, self.rank, self.ranks)
        self.selection = Selection(assembly, self.phase)
        self.model = assembly.model
        needed = need_of(self.model, self.phase, self.ranks).bytes * self.ranks
        if spend_memory(needed, self.accelerator.device):  # lists of packed text have left holes
            display.tell("memory is short: what is freed is given back, so updates take longer")
        self.model.enter(self.phase)
        self.watch = Watch(self.model.adapters, self.phase, journal, display)
        self.trained = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self._prepare()

    def _prepare(self) -> None:
        if not self.trained:
            raise TrainingError(
                f"phase `{self.phase.name}` trains nothing",
                expected="parts of the model that have parameters",
                found=", ".join(sorted(self.phase.trains)) or "no part",
            )
        self._seed()
        objective = objective_of(self.model, self.recipe, self.ranks, self.display.tell)
        self.objective = self.accelerator.prepare_model(objective)
        self.objective.train()
        adamw = optimiser(self.trained.values(), self.recipe)
        self.optimiser = self.accelerator.prepare_optimizer(adamw)
        self.schedule = schedule(adamw, self.recipe, self.progress.step)
        # About the examples of a batch: gradients of half precision stay near those of a mean. A
        # power of two changes no digit of the others.
        self.unit = 2.0 ** round(math.log2(self.recipe.batch_tokens or self.recipe.batch))
        self.losses = Losses(
            self.progress,
            phase=self.phase.name,
            remedy=self._remedy,
            at_once=1 if self.accelerator.device.type == "cpu" else _UNREAD,
            may_overflow=self.accelerator.scaler is not None,
        )

    def train(self) -> None:
        """Every update that is left; afterwards the model has the phase's best weights."""
        recipe, progress = self.recipe, self.progress
        self.journal.begin(progress)
        self.display.begin(recipe.steps, progress)
        with closing(self.ahead):
            while progress.step < recipe.steps and not self._out_of_patience():
                with self.watch.over(progress):
                    self.update()
                self.display.advance(progress, self.losses.last)
                self._look_back()
        self._finish()

    def _look_back(self) -> None:
        """Writes losses, judges and saves, where that is due."""
        step, recipe = self.progress.step, self.recipe
        if step % math.ceil(recipe.steps / _LINES) == 0:
            self._write_losses()
        if _due(step, recipe.evaluate_every):
            self._judge()
            self._keep_best()
        if _due(step, self.run.checkpoint_every):
            self._save()

    def update(self) -> None:
        """One update: draw, forward, backward, add up the ranks, divide and clip, step."""
        accelerator, progress, clip = self.accelerator, self.progress, self.recipe.clip
        loss, rows = torch.zeros(2, device=accelerator.device), dict[Row, None]()
        for left in reversed(range(self.recipe.accumulate)):
            drawn = self.ahead.draw()
            part = drawn.part.to(accelerator.device)
            under = [self.phase.under.row(row, progress.micro_batches) for row in part.observed]
            # Around backward too, which may compute layers again.
            attention = attention_of(self.precision, accelerator.device, part.tokens)
            with attention, accelerator.no_sync(self.objective) if left else nullcontext():
                total, count = self.objective(Context.of_examples(under), part)
                check_reached(total, self.phase, under)
                accelerator.backward(total / self.unit)
            loss += torch.stack([total.detach(), count])
            progress.micro_batches += 1
            progress.tokens += drawn.tokens
            rows |= dict.fromkeys(drawn.rows)
        if self.ranks > 1:  # alone it takes as long as all other bookkeeping of a step
            loss = accelerator.reduce(loss, "sum")
        accelerator.unscale_gradients(self.optimiser)
        # The ranks' gradients come averaged; their sum over all predictions is what is wanted.
        factor = self.ranks * self.unit / loss[1].clamp(min=1)
        norm = divide_and_clip(self.trained.values(), factor, clip)
        ABSENT[self.recipe.absent](self.trained.values())
        self.optimiser.step()
        progress.rate = float(self.schedule.get_last_lr()[0])
        self.schedule.step()
        self.optimiser.zero_grad(set_to_none=True)
        progress.step += 1
        self.losses.add(tuple(rows), torch.stack([*loss, norm]))

    def restore(self, saved: Checkpoint) -> None:
        """Goes on in the middle of the phase, where `saved` was taken."""
        self.ahead.restore(saved.state["mixture"])
        restore_moments(self.optimiser.optimizer, self.trained, saved.tensors["optimiser"])
        if not restore_random_states(self.accelerator, saved.tensors["random"]):
            self._seed()
            self.display.tell(
                f"phase `{self.phase.name}` goes on with other processes than before: the same "
                "batches, but dropout draws anew"
            )
        if self.accelerator.scaler is not None:
            self.accelerator.scaler.load_state_dict(saved.state["scaler"])

    def _seed(self) -> None:
        """Another state of the random numbers for every run, phase, update and rank."""
        progress = self.progress
        phase = (self.run.seed * 1000 + progress.phase) * 1000 + self.rank
        torch.manual_seed(phase + 10**12 * progress.step)

    def _write_losses(self) -> None:
        self.losses.read()
        progress = self.progress
        line = {"phase": self.phase.name, "step": progress.step, "loss": progress.loss()}
        line |= {"learning_rate": progress.rate, "tokens": progress.tokens}
        self.journal.write(line, update=progress.updates + progress.step)

    def _out_of_patience(self) -> bool:
        return 0 < self.recipe.patience <= self.progress.without_gain

    def _judge(self) -> None:
        """Evaluates on the dev cells, if any."""
        progress = self.progress
        progress.judged = progress.step
        if not len(self.selection):
            return
        scores, number, alike = self.selection.judge()
        self.watch.answers(alike, progress)
        best = self.selection.better(number, progress.best)
        progress.without_gain = 0 if best else progress.without_gain + 1
        if best:
            progress.best, progress.best_step = number, progress.step
        line = {"phase": self.phase.name, "step": progress.step}
        line |= {"dev": scores, "selection": number, "best": best}
        self.journal.write(line, update=progress.updates + progress.step)

    def _keep_best(self) -> None:
        """Writes the weights, if they are the best so far."""
        progress, name = self.progress, self.progress.best_file
        if name is None or progress.best_step != progress.step or self.recipe.criterion == "last":
            return
        self.losses.check(self.trained)
        if self.accelerator.is_main_process:
            checkpoint.write_tensors(self.folder / name, self.model.kept())
            checkpoint.tidy(self.folder, name)

    def _save(self) -> None:
        """A checkpoint in the middle of the phase."""
        self.losses.check(self.trained)
        scaler = self.accelerator.scaler
        self._write_checkpoint(
            {
                "mixture": self.ahead.state(),
                "scaler": None if scaler is None else scaler.state_dict(),
            },
            {
                "optimiser": moments(self.optimiser.optimizer, self.trained),
                "random": random_states(self.accelerator),
            },
        )

    def _finish(self) -> None:
        """The end: the best weights come back, and a checkpoint opens the next phase."""
        progress = self.progress
        self.losses.check(self.trained)
        if progress.predictions:
            self._write_losses()
        if progress.judged != progress.step:
            self._judge()
        self.accelerator.wait_for_everyone()
        if progress.best_file is not None and progress.best_step != progress.step:
            file = self.folder / progress.best_file
            saved = checkpoint.read_tensors(file, "give the same command again")
            checkpoint.load(self.model, saved, str(file))
        if self.accelerator.is_main_process and self._goes_on:
            checkpoint.write_phase(self.folder, self.phase.name, self.model.kept())
        progress.begin_next_phase()
        self._write_checkpoint({"mixture": None}, {})

    def _write_checkpoint(
        self, state: Mapping[str, Any], tensors: Mapping[str, Mapping[str, Tensor]]
    ) -> None:
        progress = self.progress
        progress.seconds = self.journal.seconds()
        if self.accelerator.is_main_process:
            state = {
                "digest": digest(self.run),
                "progress": asdict(progress),
                "best_file": progress.best_file,
                "metrics_bytes": self.journal.length(),
                **state,
            }
            tensors = {"model": self.model.kept(), **tensors}
            checkpoint.write(self.folder, progress.checkpoint, state, tensors)
            checkpoint.tidy(self.folder, progress.best_file)
        self.accelerator.wait_for_everyone()


def _due(step: int, every: int) -> bool:
    """Whether something that is done every so many updates is due; never where `every` is 0."""
    return every > 0 and step % every == 0
