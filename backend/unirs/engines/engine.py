"""The interface of an engine: all that tasks and front ends use of whatever answers a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from unirs.answers import Answer, EngineKind
from unirs.errors import UniRSError
from unirs.inputs import Crop, InputKind, Question, Task, VisualInput

BATCH_SIZE = 32
"""Views of images that are answered side by side, unless memory runs out."""

OptionScores = Literal["exact", "server", "none"]
"""Where the probabilities of options come from: the likelihood of each option, log-probabilities
of a server, or nowhere: an option is chosen without them."""


@dataclass(frozen=True)
class Capabilities:
    """What a model can do in its engine.

    Attributes:
        inputs: Kinds of visual input that it reads.
        clue: Whether it can describe the images first, see ``Question.clue``.
        change_maps: Whether an answer about a pair comes with a change map.
        option_scores: Where the probabilities of options come from.
        streams: Whether text arrives as it is generated.
        conversation: Whether an answer takes ``Question.conversation`` into account.
    """

    inputs: tuple[InputKind, ...]
    clue: bool
    change_maps: bool
    option_scores: OptionScores
    streams: bool
    conversation: bool


class Item(NamedTuple):
    """One question of a batch.

    Attributes:
        visual: What is asked about.
        question: What is asked.
        on_token: Called with each piece of the answer's text.
        on_stage: Called with the name of each stage as it begins.
        stop: Called often. Once it returns true, the part of this answer until then is returned as
            ``stopped``; the others of the batch continue. It may call ``answer`` of the same
            engine: the batch pauses, and goes on afterwards as if nothing had been.
    """

    visual: VisualInput
    question: Question
    on_token: Callable[[str], None] | None = None
    on_stage: Callable[[str], None] | None = None
    stop: Callable[[], bool] | None = None


class Engine(Protocol):
    """Answers questions about visual inputs. One call at a time: callers serialise threads."""

    @property
    def kind(self) -> EngineKind:
        """Which engine it is."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def digest(self) -> str | None:
        """SHA-256 of the weights, which identifies the model in records; ``None`` if unknown."""

    @property
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""

    @property
    def precision(self) -> str:
        """Number type of the weights, such as ``"float32"``; empty if unknown."""

    @property
    def host(self) -> str | None:
        """Host that images are sent to, such as ``"example.org:8000"``.

        ``None`` where they stay on this computer.
        """

    @property
    def image_size(self) -> int:
        """Longer side of the crops that the model reads, in pixels."""

    @property
    def frame_count(self) -> int:
        """Frames that the model reads of a video."""

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do."""

    @property
    def batch_size(self) -> int:
        """Views that are answered side by side, as far as memory allows; at least 1."""

    @property
    def demonstration(self) -> bool:
        """Whether the model's card states that its answers cannot be relied on."""

    @property
    def load_seconds(self) -> float:
        """How long loading took."""

    @property
    def memory_bytes(self) -> int | None:
        """Memory that the weights take; ``None`` if unknown."""

    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Answer:
        """Answer one question; the arguments are those of :class:`Item`.

        Options are scored; without them the answer is generated.

        Raises:
            UniRSError: What a user can cause; the engine stays usable.
        """

    def answers(
        self,
        items: Iterable[Item],
        *,
        batch_size: int = BATCH_SIZE,
        on_smaller: Callable[[int], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Iterator[Answer]:
        """Answer many questions, in order, ``batch_size`` at a time.

        Args:
            items: Read as they are needed. Questions about one visual input should be neighbours.
            batch_size: Views at a time, at least 1; fewer once memory has run out.
            on_smaller: Called with the new size when memory runs out.
            stop: Called at every token. If it returns true, the answers of the current batch are
                the last ones; incomplete ones are ``stopped``.

        Raises:
            UniRSError: As for ``answer``; ``out_of_memory`` if not even one question fits.
        """

    def patch_features(self, crop: Crop) -> NDArray[np.float32] | None:
        """What the vision encoder makes of each patch of an image.

        Returns:
            ``[rows, columns, width]``, from the upper left; ``None`` where the engine does not
            give it.
        """

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""

    def close(self) -> None:
        """Release the memory of caches and weights. The engine can no longer answer."""


def origin_of(engine: Engine) -> dict[str, Any]:
    """The fields of :class:`unirs.answers.Origin` for what an engine answers."""
    return {
        "engine": engine.kind,
        "model": engine.name,
        "digest": engine.digest,
        "host": engine.host,
        "device": engine.device,
        "demonstration": engine.demonstration,
    }


def check_question(question: Question) -> None:
    """Refuse a question that no model could answer.

    Raises:
        UniRSError: ``question_empty``, ``options_invalid`` or ``text_invalid``.
    """
    options = question.options
    if any(not option.strip() for option in options) or len(set(options)) < len(options):
        raise UniRSError("options_invalid", "The options must be different and none may be empty.")
    if question.task is Task.CLASSIFY and not options:
        raise UniRSError("options_invalid", "A classification needs the classes to choose from.")
    if question.task is Task.ASK and not question.text.strip():
        raise UniRSError("question_empty", "The question is empty; enter a question.")
    turns = [text for turn in question.conversation for text in (turn.question, turn.answer)]
    try:
        "".join([question.text, *options, *turns]).encode()
    except UnicodeEncodeError:
        raise UniRSError(
            "text_invalid", "The question or an option holds characters that are not valid Unicode."
        ) from None
