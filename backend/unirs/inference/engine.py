"""The interface of an engine: what tasks and front ends need to have questions answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from unirs.answers import Answer
from unirs.inputs import Question, VisualInput

BATCH_SIZE = 32
"""Views of images that are answered side by side, unless memory runs out."""

Item = tuple[VisualInput, Question]


class Engine(Protocol):
    """Answers questions about visual inputs. One call at a time: callers serialise threads."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def device(self) -> str:
        """Where the model runs, such as ``"cpu"``."""

    @property
    def image_size(self) -> int:
        """Side of the square that the model reads, in pixels."""

    @property
    def frame_count(self) -> int:
        """Frames that the model reads of a video."""

    @property
    def makes_change_maps(self) -> bool:
        """Whether answers about a pair come with a change map."""

    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> Answer:
        """Answer one question.

        Args:
            visual: What is asked about.
            question: Options are scored; without them the answer is generated.
            on_token: Called with each piece of the answer's text.
            on_stage: Called with the name of each stage as it begins.
            stop: Called at every token. If it returns true, the part of the answer until then is
                returned as ``stopped``.

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

    def forget(self) -> None:
        """Clear all caches. Answers stay the same; the next one takes longer."""

    def close(self) -> None:
        """Release the memory of caches and weights. The engine cannot answer any more."""
