"""A small run of the loop, for tests that start it as processes, and kill it.

``python small_run.py '{"folder": …, "rows": …, "options": {…}}'``, also by ``torchrun``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from unirs.errors import UniRSError
from unirs.model import IMAGE_TOKEN, PRESETS, UniRSForConditionalGeneration
from unirs_lab.training.answer_objective import answer_losses
from unirs_lab.training.checkpoints import load_weights
from unirs_lab.training.distributed import join
from unirs_lab.training.loop import LoopOptions, MicroBatch, fit
from unirs_lab.training.rows import NO_LOSS, TokenBatch

VISUAL = 9
ROWS = 8
PROMPT = VISUAL + 3


class SmallObjective:
    """Rows of random tokens with answers of very different lengths, behind a frozen encoder.

    Args:
        place: This process.
        micro: Rows of a micro-batch.
        pause: Seconds that a step takes at least.
    """

    def __init__(self, place, micro=ROWS, pause=0.0):
        torch.manual_seed(0)
        self.model = UniRSForConditionalGeneration(PRESETS["unirs-tiny"]()).eval()
        self.model.requires_grad_(False)
        self.model.language_model.requires_grad_(True)
        self.place, self.micro, self.pause = place, micro, pause

    def trainable(self) -> nn.ModuleDict:
        return nn.ModuleDict({"language_model": self.model.language_model})

    def micro_batches(self, step: int) -> list[MicroBatch]:
        time.sleep(self.pause)
        rows = list(self.place.share(range(ROWS)))
        return [
            self._batch(step, rows[start : start + self.micro])
            for start in range(0, len(rows), self.micro)
        ]

    def loss(self, content: Any) -> dict[str, torch.Tensor]:
        tokens, pixels = content
        visual = self.model.project(self.model.encode_images(pixels))
        return {"words": answer_losses(self.model, tokens, visual)[0].sum()}

    def validate(self) -> dict[str, float]:
        batches = self.micro_batches(-1)
        total = sum(float(self.loss(batch.content)["words"]) for batch in batches)
        return {"validation_words": total / sum(batch.weight for batch in batches)}

    def _batch(self, step: int, rows: list[int]) -> MicroBatch:
        made = [self._row(step, row) for row in rows]
        length = max(len(ids) for ids, _ in made)
        ids, labels = torch.zeros(len(made), length).long(), torch.full((len(made), length), -100)
        for i, (own, _) in enumerate(made):
            ids[i, : len(own)] = own
            labels[i, PROMPT : len(own)] = own[PROMPT:]
        positions = torch.arange(length).expand(len(made), -1)
        tokens = TokenBatch(ids, ids != 0, positions, labels)
        pixels = torch.stack([pixels for _, pixels in made])
        answers = int((labels != NO_LOSS).sum())
        return MicroBatch((tokens, pixels), answers, tokens=int((ids != 0).sum()), flops=1e6)

    def _row(self, step: int, row: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and image of a row; its answer has one token, or up to twenty."""
        generator = torch.Generator().manual_seed(1_000 * (step + 1) + row)
        answer = 1 if row % 2 else int(torch.randint(10, 20, (), generator=generator))
        ids = torch.randint(3, 400, (PROMPT + answer,), generator=generator)
        ids[1 : 1 + VISUAL] = IMAGE_TOKEN
        return ids, torch.randn(3, 40, 40, generator=generator)


def main(settings: dict[str, Any], place: dict[str, str] | None = None) -> None:
    """Run, and leave the curves, the final weights, and what went wrong, in the folder.

    Args:
        settings: ``folder``, ``options`` of the loop, arguments of the objective; ``file_limit``
            bounds the bytes of a file, as a full disk does.
        place: What ``torchrun`` sets in the environment.
    """
    os.environ.update(place or {})
    torch.set_num_threads(1)
    folder = Path(settings["folder"])
    if limit := settings.get("file_limit"):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    options = LoopOptions(**{"autocast": False, "report_every": 1, **settings["options"]})
    own = join("cpu")
    objective = SmallObjective(own, **settings.get("objective", {}))
    try:
        fit(objective, options, folder)
        own.wait()  # as a stage does: none leaves while another one still needs it
    except UniRSError as error:
        (folder / f"error-{own.rank}.json").write_text(json.dumps([error.code, error.message]))
        raise SystemExit(2) from error


def final_weights(folder: Path) -> dict[str, torch.Tensor]:
    """The whole weights that a run ended with."""
    modules = SmallObjective(join("cpu")).trainable()
    load_weights(folder, modules)
    return modules.state_dict()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # gloo's threads may abort a process that takes its modules down one by one
