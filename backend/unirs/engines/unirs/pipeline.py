"""The engine of UniRS models: single questions and batches of them are rows of one pipeline."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from unirs.answers import (
    EngineKind,
)
from unirs.engines.confidence import UNCALIBRATED, ConfidenceKind, Piece
from unirs.engines.devices import free_memory, guard_memory, resolve_device
from unirs.engines.engine import BATCH_SIZE, Capabilities
from unirs.engines.local import LocalEngine
from unirs.engines.precision import resolve_precision
from unirs.engines.run import Run
from unirs.engines.unirs.prompting import is_base, writes_clue
from unirs.engines.unirs.reliability import answer_kind, is_demonstration
from unirs.engines.unirs.rows import Row
from unirs.engines.unirs.stages import Stages
from unirs.engines.unirs.visual import fit_frames, image_features
from unirs.engines.views import VIEWS
from unirs.inputs import Crop, InputKind
from unirs.model import ModelBundle, UniRSConfig, load_bundle
from unirs.model.folder import read_folder
from unirs.model.sentence_map import pool
from unirs.models import DEFAULT_MODEL, find_model

TOKENS_OF_WORDS = 384
"""Tokens of a long question with its answer, for an estimate of memory."""


class Pipeline(LocalEngine[Row]):
    """Answers questions about visual inputs with a UniRS model (an ``Engine``).

    A question is a run, and each view of its images a row. Rows go through the stages side by
    side, whatever runs they belong to; a single question is a batch of one.

    Rounding differs in the last bits between batches of different sizes, as between any two shapes
    of a matrix product: an answer can differ only where two tokens are about equally probable.

    Args:
        bundle: The model, in evaluation mode on its device.
        load_seconds: How long loading took.
    """

    kind: EngineKind = "unirs"

    def __init__(self, bundle: ModelBundle, load_seconds: float = 0.0) -> None:
        super().__init__(load_seconds)
        self.bundle = bundle
        self._stages = Stages(bundle)
        self._busy = False

    @property
    def name(self) -> str:
        """Name of the model folder."""
        return self.bundle.name

    @property
    def config(self) -> UniRSConfig:
        """The model's configuration."""
        return self.bundle.config

    @property
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""
        return str(self.bundle.model.device)

    @property
    def precision(self) -> str:
        """One of ``unirs.model.memory.PRECISION_NAMES``."""
        return self.bundle.precision

    @property
    def image_size(self) -> int:
        """Side of the square that the encoder reads, in pixels."""
        return self.config.image_size

    @property
    def frame_count(self) -> int:
        """Frames read from a video."""
        return self.config.frame_count

    @property
    def demonstration(self) -> bool:
        """Whether the model's card states that its answers cannot be relied on."""
        return self.bundle.card.demonstration

    @property
    def digest(self) -> str:
        """SHA-256 over the weight files."""
        return self.bundle.digest

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do. It was not trained on conversations: each question is its own."""
        return Capabilities(
            inputs=tuple(InputKind),
            clue=writes_clue(self.config),
            change_maps=bool(self.config.change_module),
            option_scores="exact",
            streams=True,
            conversation=False,
        )

    @property
    def memory_bytes(self) -> int:
        """Memory that the weights take."""
        return self.bundle.memory_bytes

    @property
    def batch_size(self) -> int:
        """Views that are answered side by side: as many as free memory allows for."""
        if self._most_rows:
            return self._most_rows
        fitting = free_memory(self.bundle.model.device) // (2 * self._row_bytes)
        return int(min(max(fitting, 1), BATCH_SIZE))

    @property
    def _row_bytes(self) -> int:
        """Memory of the keys and values of a view: a video, a question and an answer."""
        text = self.config.text_config
        width = text.hidden_size // text.num_attention_heads * text.num_key_value_heads
        numbers = 2 * text.num_hidden_layers * width
        tokens = self.config.visual_tokens * self.frame_count + TOKENS_OF_WORDS
        tokens = min(tokens, text.max_position_embeddings)
        return int(tokens * numbers * self.bundle.model.dtype.itemsize)

    def patch_features(self, crop: Crop) -> NDArray[np.float32]:
        """``[rows, columns, width]`` of the patches that hold some of the image."""
        square = self._stages.features(crop)
        grid = math.isqrt(len(square))
        top, left, bottom, right = self.bundle.processor.pad_box(*crop.pixels.shape[:2])
        rows = slice(int(top * grid), math.ceil(bottom * grid))
        columns = slice(int(left * grid), math.ceil(right * grid))
        return square.reshape(grid, grid, -1)[rows, columns].float().cpu().numpy()

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""
        self._stages.clear()

    def close(self) -> None:
        """Release the memory of caches and weights. The pipeline can no longer answer."""
        self.forget()
        self.bundle.model.to("meta")
        if self.bundle.clue_language_model is not None:
            self.bundle.clue_language_model.to("meta")

    def _rows(self, run: Run) -> list[Row]:
        """One row for each view."""
        views = VIEWS[: run.question.views]
        visuals = [fit_frames(view.of(run.visual), self.frame_count) for view in views]
        return [
            Row(run, view, visual, self.bundle.processor)
            for view, visual in zip(views, visuals, strict=True)
        ]

    def _run(self, rows: Sequence[Row]) -> None:
        """Take rows through all stages; in the middle of other rows, past them."""
        outer, self._busy = self._busy, True
        try:
            (self._stages.aside() if outer else self._stages).run(rows)
        finally:
            self._busy = outer

    def _release_memory(self) -> None:
        self._stages.release_memory()

    def _written(self, row: Row) -> tuple[str, Sequence[Piece]]:
        return row.text, row.pieces

    def _unsure_below(self, kind: ConfidenceKind) -> float | None:
        return self.config.unsure_below.get(kind, UNCALIBRATED.get(kind))

    def _option_tokens(self, row: Row, option: str) -> int:
        return len(row.processor.encode_answer(option)) - 1

    def _own_facts(self, run: Run, rows: Sequence[Row], text: str) -> dict[str, Any]:
        """The change map, averaged over views, and what the model's card states."""
        question, card = run.question, self.bundle.card
        kind = answer_kind(run.visual.kind, question.task, question.options, text)
        maps = [row.change_map for row in rows if row.change_map is not None]
        return {
            "zero_shot": is_base(self.config),
            "demonstration": is_demonstration(card.demonstration, card.reliable, kind),
            "change_map": np.mean(maps, axis=0) if maps else None,
            "image_features": None if run.stopped else image_features(rows[0].features),
            "image_sentence": None if run.stopped else self._image_sentence(rows[0].features),
        }

    def _image_sentence(self, features: Tensor) -> NDArray[np.float32] | None:
        """Where a single image lies among sentences."""
        sentences = self.bundle.sentence_map
        if sentences is None or len(features) > 1:
            return None
        return sentences.embed(pool(features[0].float().cpu().numpy()))


def load_pipeline(
    name_or_folder: str | Path = DEFAULT_MODEL,
    device: str = "auto",
    precision: str = "auto",
    on_accepted: Callable[[], None] = lambda: None,
) -> Pipeline:
    """Load a model and put it where it will run.

    Args:
        name_or_folder: See ``find_model``.
        device: See ``devices.resolve_device``.
        precision: See ``resolve_precision``.
        on_accepted: See ``load_bundle``.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid``, ``device_missing``,
            ``precision_unknown``, ``precision_unsupported`` or ``out_of_memory``.
    """
    started = time.perf_counter()
    folder = read_folder(find_model(name_or_folder))
    where = resolve_device(device)
    chosen = resolve_precision(precision, where, folder.memory)
    bundle = guard_memory(
        lambda: load_bundle(folder, where, chosen.dtype, on_accepted, chosen.quantisation),
        lambda: None,
        f"loading the model {folder.name}",
    )
    return Pipeline(bundle, time.perf_counter() - started)
