"""The state of answers in progress: a row for each view of the images of a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from unirs.answers import acquisition_dates
from unirs.engines.confidence import Piece
from unirs.engines.run import Run
from unirs.engines.transformers.processing import Processing
from unirs.engines.views import VIEWS, View
from unirs.inputs import Question, Turn, VisualInput


@dataclass(eq=False)
class Row:
    """One view of the images of a run, with its intermediate results.

    Attributes:
        run: The answer that it contributes to.
        view: Which view.
        visual: The images in this view; of a video, as many as there is room for.
        clue: A description of them, where one is wanted.
        turns: Earlier turns, as many as there is room for.
        ids: Tokens that were generated.
        chances: Probability of each.
        ended: Whether the model has ended its answer.
        prompt_tokens: Tokens of the text of the prompt.
        visual_tokens: Tokens of the images.
        probabilities: Of the question's options, in their order; empty where they are not scored.
        unchanged: Probability that nothing has changed, where that is scored.
        option_tokens: Tokens of each option.
        is_clue: Whether the text is a clue, which is not passed on.
    """

    run: Run
    view: View
    visual: VisualInput
    clue: str | None = None
    turns: tuple[Turn, ...] = ()
    ids: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    ended: bool = False
    prompt_tokens: int = 0
    visual_tokens: int = 0
    probabilities: tuple[float, ...] = ()
    unchanged: float | None = None
    option_tokens: tuple[int, ...] = ()
    is_clue: bool = False

    def __post_init__(self) -> None:
        """Begin with no text."""
        self._shown = ""

    def fresh(self) -> Row:
        """The same row, without results; text that was passed on is not passed on again."""
        self.run.begin_anew()
        return Row(self.run, self.view, self.view.of(self.run.visual))

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.run.question

    @property
    def key(self) -> str:
        """Images and dates: what is read of equal ones can be shared."""
        return f"{self.visual.digest} {acquisition_dates(self.visual)}"

    @property
    def is_first(self) -> bool:
        """Whether the images are as they are in this view, whose text is the answer's."""
        return self.view == VIEWS[0]

    def take(self, token: int, chance: float, processing: Processing) -> None:
        """Take the next token of the answer, with its probability."""
        self.ids.append(token)
        self.chances.append(chance)
        if self.is_clue:
            return
        self.run.note_token()
        if self.run.on_token and self.is_first:
            text = self.text(processing)
            if not text.endswith("\N{REPLACEMENT CHARACTER}"):  # the end is within a character
                self._show(text)

    def finish(self, processing: Processing) -> None:
        """Pass on the end of the text, which was held back."""
        if self.run.on_token and self.is_first:
            self._show(self.text(processing))

    def pieces(self, processing: Processing) -> list[Piece]:
        """The text by the tokens that were generated."""
        texts = ["", *(processing.decode(self.ids[: end + 1]) for end in range(len(self.ids)))]
        return [
            Piece(text[len(before) :], chance)
            for before, text, chance in zip(texts[:-1], texts[1:], self.chances, strict=True)
        ]

    def text(self, processing: Processing) -> str:
        """The text that was generated."""
        text = processing.decode(self.ids).strip()
        return text.rstrip("\N{REPLACEMENT CHARACTER}") if self.run.stopped else text

    def _show(self, text: str) -> None:
        """Pass on what is new in a text; white space at its end waits for what follows."""
        if text.startswith(self._shown):
            self.run.emit(text[len(self._shown) :])
            self._shown = text


def going_on(rows: Sequence[Row]) -> list[Row]:
    """The rows whose runs are not to end."""
    return [row for row in rows if not row.run.wants_stop()]
