"""The rows of a batch: views of images, with what the stages find out about them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from unirs.engines.confidence import Piece
from unirs.engines.run import Run
from unirs.engines.unirs.decoding import StreamingText
from unirs.engines.views import VIEWS, View
from unirs.inputs import Question, VisualInput
from unirs.model import UniRSProcessor


@dataclass(eq=False)
class Row:
    """One view of the images of a run, with its intermediate results.

    Attributes:
        run: The answer that it contributes to.
        view: Which view.
        visual: The images in this view, as many as the model reads.
        processor: Decodes tokens.
        features: Of the images, ``[images, grid * grid, vision_width]``, once they are encoded.
        clue: What the frozen base wrote about them, if it did.
        prompt_tokens: Tokens of the text of the prompt.
        visual_tokens: Tokens of the images.
        probabilities: Of the question's options, in their order; empty where they are not scored.
        unchanged: Probability that nothing has changed, where that is scored.
        change_map: Of a pair, turned back onto the original images.
    """

    run: Run
    view: View
    visual: VisualInput
    processor: UniRSProcessor
    features: Tensor = field(init=False)
    clue: str | None = None
    prompt_tokens: int = 0
    visual_tokens: int = 0
    probabilities: tuple[float, ...] = ()
    unchanged: float | None = None
    change_map: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Begin with no text."""
        self._ids: list[int] = []
        self._chances: list[float] = []
        streams = self.run.on_token and self.is_first
        self._streaming = StreamingText(self.processor) if streams else None

    def fresh(self) -> Row:
        """The same row, without results."""
        return Row(self.run, self.view, self.visual, self.processor)

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.run.question

    @property
    def is_first(self) -> bool:
        """Whether the images are as they are in this view, whose text is the answer's."""
        return self.view == VIEWS[0]

    @property
    def pieces(self) -> list[Piece]:
        """The text by the tokens that were generated."""
        texts = [
            "",
            *(self.processor.decode(self._ids[: end + 1]) for end in range(len(self._ids))),
        ]
        return [
            Piece(text[len(before) :], chance)
            for before, text, chance in zip(texts[:-1], texts[1:], self._chances, strict=True)
        ]

    @property
    def text(self) -> str:
        """The text that was generated."""
        return self._streaming.text if self._streaming else self.processor.decode(self._ids)

    def add(self, token: int, probability: float) -> None:
        """Take the next token of the text."""
        self.run.note_token()
        self._ids.append(token)
        self._chances.append(probability)
        if self._streaming:
            self.run.emit(self._streaming.add(token))

    def finish(self) -> None:
        """Pass on the end of the text, which was held back; not after a stop."""
        if self._streaming and not self.run.stopped:
            self.run.emit(self._streaming.finish())
