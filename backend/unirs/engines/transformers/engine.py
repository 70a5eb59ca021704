"""The engine of vision-language models that ``transformers`` loads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from unirs.answers import (
    EngineKind,
)
from unirs.engines.chat import FRAME_COUNT
from unirs.engines.confidence import Piece
from unirs.engines.devices import free_memory
from unirs.engines.engine import BATCH_SIZE, Capabilities
from unirs.engines.local import LocalEngine
from unirs.engines.run import Run
from unirs.engines.transformers.answering import Answering
from unirs.engines.transformers.loading import LoadedVLM, load_vlm
from unirs.engines.transformers.processor import LARGEST_CROP
from unirs.engines.transformers.reading import Reader
from unirs.engines.transformers.rows import Row
from unirs.engines.views import VIEWS
from unirs.inputs import InputKind

_LARGEST_CROP_BYTES, _LEAST_BYTES = 512 * 2**20, 32 * 2**20
"""Rough memory that the largest crop takes while it is read, and the least that any takes."""


class TransformersEngine(LocalEngine[Row]):
    """Answers questions with a vision-language model of ``transformers`` (an ``Engine``).

    Options are scored by their likelihood. The images of a question are read once, and serve the
    questions about them that follow. Without a wish of the user there is no clue: it costs a second
    generation, and these models were not trained with one.

    Args:
        loaded: The model.
        load_seconds: How long loading took.

    Attributes:
        model: The model, as ``transformers`` has it.
        processing: Makes its inputs.
    """

    kind: EngineKind = "transformers"
    demonstration = False

    def __init__(self, loaded: LoadedVLM, load_seconds: float = 0.0) -> None:
        super().__init__(load_seconds)
        self._folder, self.model, self.processing, self._precision = loaded
        self.memory_bytes = int(self.model.get_memory_footprint())
        text = self.model.config.get_text_config(decoder=True)
        context = getattr(text, "max_position_embeddings", None)
        self._answering = Answering(
            self.processing,
            Reader(self.model, self.name),
            self._folder.model_type,
            self.name,
            context or int(self.processing.tokenizer.model_max_length),
        )

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._folder.name

    @property
    def digest(self) -> str:
        """SHA-256 over the weight files; see ``VLMFolder.digest``."""
        return self._folder.digest

    @property
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""
        return str(self.model.device)

    @property
    def precision(self) -> str:
        """Number type of the weights."""
        return self._precision

    @property
    def image_size(self) -> int:
        """Longer side of the crops that the image processor makes the most of."""
        return self.processing.image_size

    @property
    def frame_count(self) -> int:
        """Frames of a video; fewer where the context is too short for them."""
        return FRAME_COUNT

    @property
    def batch_size(self) -> int:
        """Views of images that are answered side by side, as the free memory allows."""
        if not self._answering.batches:
            return 1
        free = free_memory(self.model.device)
        area = (self.image_size / LARGEST_CROP) ** 2
        of_one = max(_LEAST_BYTES, _LARGEST_CROP_BYTES * area)
        return max(1, min(BATCH_SIZE, self._most_rows or BATCH_SIZE, int(free / of_one)))

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do."""
        return Capabilities(
            inputs=tuple(InputKind),
            clue=True,
            change_maps=False,
            option_scores="exact",
            streams=True,
            conversation=True,
        )

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""
        self._answering.clear()

    def close(self) -> None:
        """Release the memory of caches and weights. The engine can no longer answer."""
        self.forget()
        self.model.to("meta")

    def _rows(self, run: Run) -> list[Row]:
        """One row for each view."""
        return [Row(run, view, view.of(run.visual)) for view in VIEWS[: run.question.views]]

    def _run(self, rows: Sequence[Row]) -> None:
        """Take rows through the model.

        One question about several images of one size is answered side by side; several questions
        about one image share what was read of it, and are answered one by one. So are all questions
        to a model of an architecture that is not among ``answering.TESTED``.
        """
        self._answering.run(rows)

    def _release_memory(self) -> None:
        self._answering.release_memory()

    def _written(self, row: Row) -> tuple[str, Sequence[Piece]]:
        return row.text(self.processing), row.pieces(self.processing)

    def _option_tokens(self, row: Row, option: str) -> int:
        return row.option_tokens[row.question.options.index(option)]

    def _own_facts(self, run: Run, rows: Sequence[Row], _text: str) -> dict[str, Any]:
        """What had room in the model's context."""
        return {
            "conversation_turns": len(rows[0].turns),
            "frames_left_out": len(run.visual.crops) - len(rows[0].visual.crops),
        }


def load_transformers_engine(
    folder: Path,
    device: str = "auto",
    precision: str = "auto",
    on_accepted: Callable[[], None] = lambda: None,
) -> TransformersEngine:
    """Load the model of a folder that ``transformers`` itself can load.

    Args:
        folder: The folder.
        device: See ``devices.resolve_device``.
        precision: See ``resolve_precision``.
        on_accepted: Called once the model is known to be usable, before its weights are read.

    Raises:
        UniRSError: See ``load_vlm``.
    """
    started = time.perf_counter()
    loaded = load_vlm(folder, device, precision, on_accepted)
    return TransformersEngine(loaded, time.perf_counter() - started)
