"""Many answers at once: images, clues and prompts run side by side.

What a question gets from the one before it in ``Pipeline.answer``, it gets from its neighbours in
a batch: each image is encoded once, each visual input has one clue, and questions about the same
visual input share what the LLM has read of it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from unirs.errors import UniRSError
from unirs.inference.batch_reading import BatchReading, read_batch
from unirs.inference.decoding import Stop, check
from unirs.inference.devices import guard_memory
from unirs.inference.pipeline import CLUE_MAX_NEW_TOKENS, Pipeline
from unirs.inference.prompting import answer_prompt, fuses, instruction_for, is_base, writes_clue
from unirs.inference.reader import end_of_images, room_behind
from unirs.inference.scoring import rank_options, score_options
from unirs.inference.verdict import change_test, is_change_caption
from unirs.inference.visual import change_map, fit_frames, visual_tokens
from unirs.inputs import Answer, OptionScore, Question, StageSeconds, TokenCounts, VisualInput
from unirs.model import embed_prompt
from unirs.prompts import Prompt, clue_prompt

BATCH_SIZE = 32

Item = tuple[VisualInput, Question]


@dataclass(frozen=True)
class _Request:
    """A question on its way: its visual input, its prompt, and what may follow.

    Attributes:
        visual: What is looked at.
        question: What is asked.
        clue: What the frozen base says of it.
        ids: The prompt, ``[length]`` with a marker for each image.
        markers: Number of markers.
        options: Token ids of the options; empty where the answer is generated.
        limit: Tokens that may be generated; 0 with options.
    """

    visual: VisualInput
    question: Question
    clue: str | None
    ids: Tensor
    markers: int
    options: list[list[int]]
    limit: int


@dataclass(frozen=True)
class _Said:
    """What came back to a request."""

    text: str
    tokens: int
    options: tuple[OptionScore, ...] = ()
    scores: Tensor | None = None


class BatchPipeline:
    """Answers many questions as the pipeline would one by one, and faster.

    Rounding differs in the last bits, as between any two shapes of a matrix product: an answer
    can differ only where two tokens are as good as equally probable.

    Args:
        pipeline: The model. What it keeps between questions is neither used nor changed.
        batch_size: Questions at a time, and images at a time; halved for good whenever memory
            runs out.
        on_smaller: Told the new size when that happens.
        stop: Asked at every token; ``Stopped`` is raised then, and the batch is lost.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        batch_size: int = BATCH_SIZE,
        on_smaller: Callable[[int], None] | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.batch_size = batch_size
        self._pipeline = pipeline
        self._bundle = pipeline.bundle
        self._config = pipeline.config
        self._on_smaller = on_smaller or (lambda _: None)
        self._stop: Stop = stop or (lambda: False)
        self._features: dict[str, Tensor] = {}  # of the images of the latest batch
        self._clues: dict[str, str] = {}  # of all visual inputs: short texts, and dear ones

    def answers(self, items: Iterable[Item]) -> Iterator[Answer]:
        """Answer questions about visual inputs, in order.

        Args:
            items: Taken as they are needed, ``batch_size`` at a time. Those about one visual input
                should follow each other.

        Yields:
            Answers as those of ``Pipeline.answer``; of ``seconds``, there is the total alone: an
            equal share of its batch's time.

        Raises:
            UniRSError: As ``Pipeline.answer``; ``out_of_memory`` if not even one question fits.
            Stopped: If the user stopped.
        """
        source = iter(items)
        waiting: list[Item] = []
        while True:
            waiting += islice(source, max(0, self.batch_size - len(waiting)))
            if not waiting:
                return
            answers = self._answer_first(waiting)
            del waiting[: len(answers)]
            yield from answers

    def _answer_first(self, items: Sequence[Item]) -> list[Answer]:
        """Answer as many of the first items as memory allows."""
        while True:
            batch = items[: self.batch_size]
            try:
                return guard_memory(partial(self._answer, batch), self._forget, "answering")
            except UniRSError as error:
                if error.code != "out_of_memory" or len(batch) == 1:
                    raise
            self.batch_size = len(batch) // 2
            self._on_smaller(self.batch_size)

    def _forget(self) -> None:
        self._features.clear()
        self._pipeline.forget()

    @torch.inference_mode()
    def _answer(self, batch: Sequence[Item]) -> list[Answer]:
        started = time.perf_counter()
        items = [(fit_frames(visual, self._pipeline.frame_count), each) for visual, each in batch]
        self._see([visual for visual, _ in items])
        self._write_clues([visual for visual, question in items if question.clue])
        requests = [self._request(*item) for item in items]
        tests = self._change_tests(items)
        said = self._respond([*requests, *tests.values()])
        changed = self._verdicts(tests, said, len(requests))
        seconds = StageSeconds(total=(time.perf_counter() - started) / len(batch))
        return [
            replace(self._finished(each, said[index], seconds), changed=changed.get(index))
            for index, each in enumerate(requests)
        ]

    def _change_tests(self, items: Sequence[Item]) -> dict[int, _Request]:
        """Of each item that is a change caption: the request for whether anything has changed."""
        return {
            index: self._request(visual, change_test(self._config, question.clue).question)
            for index, (visual, question) in enumerate(items)
            if is_change_caption(visual, question)
        }

    def _verdicts(
        self, tests: Mapping[int, _Request], said: Mapping[int, _Said], first: int
    ) -> dict[int, bool]:
        """Whether anything has changed, by item; ``first`` is the place of the first test."""
        test = change_test(self._config)
        scores = {index: said[first + place].scores for place, index in enumerate(tests)}
        return {index: test.changed(one) for index, one in scores.items() if one is not None}

    def _see(self, visuals: Iterable[VisualInput]) -> None:
        """Have the features of all images at hand, and no others."""
        wanted = {crop.digest: crop for visual in visuals for crop in visual.crops}
        self._features = {key: kept for key, kept in self._features.items() if key in wanted}
        new = [crop for key, crop in wanted.items() if key not in self._features]
        model = self._bundle.model
        for start in range(0, len(new), self.batch_size):
            check(self._stop)
            crops = new[start : start + self.batch_size]
            pixel_values = self._bundle.processor.images([crop.pixels for crop in crops])
            features = model.encode_images(pixel_values.to(model.device, model.dtype))
            self._features |= zip((crop.digest for crop in crops), features, strict=True)

    def _write_clues(self, visuals: Iterable[VisualInput]) -> None:
        """Have a clue for each visual input, if the model works with clues."""
        if not writes_clue(self._config):
            return
        new: defaultdict[str, dict[str, VisualInput]] = defaultdict(dict)
        for visual in visuals:
            if visual.digest not in self._clues:
                new[visual.kind][visual.digest] = visual
        with self._bundle.language_model("clue") as language_model:
            for alike in new.values():
                self._describe(language_model, list(alike.values()))

    def _describe(self, language_model: LlamaForCausalLM, visuals: Sequence[VisualInput]) -> None:
        """Write the clues of visual inputs of one kind, whose prompts are the same."""
        ids = self._encode(clue_prompt(visuals[0].kind, len(visuals[0].crops)))
        limit = min(CLUE_MAX_NEW_TOKENS, room_behind(self._bundle, ids, 1))
        reading = self._read(
            language_model, visuals, [ids] * len(visuals), limit, lambda _visual: False
        )
        said = reading.generate([limit] * len(visuals), self._end_token, self._stop)
        for visual, tokens in zip(visuals, said, strict=True):
            self._clues[visual.digest] = self._bundle.processor.decode(tokens).strip()

    def _request(self, visual: VisualInput, question: Question) -> _Request:
        clue = self._clues.get(visual.digest) if question.clue else None
        prompt = answer_prompt(self._config, visual, instruction_for(question), clue)
        ids = self._encode(prompt)
        options = [self._bundle.processor.encode_answer(option) for option in question.options]
        room = room_behind(self._bundle, ids, at_least=max(map(len, options), default=1))
        limit = 0 if options else min(question.max_new_tokens, room)
        return _Request(visual, question, clue, ids, prompt.markers, options, limit)

    def _respond(self, requests: Sequence[_Request]) -> dict[int, _Said]:
        """What is said to each request, by its place."""
        alike: defaultdict[int, list[int]] = defaultdict(list)  # prefixes are of one length
        for place, request in enumerate(requests):
            alike[request.markers].append(place)
        said: dict[int, _Said] = {}
        with self._bundle.language_model("answer") as language_model:
            for places in alike.values():
                some = [requests[place] for place in places]
                said |= zip(places, self._respond_to(language_model, some), strict=True)
        return said

    def _respond_to(
        self, language_model: LlamaForCausalLM, requests: Sequence[_Request]
    ) -> list[_Said]:
        """Score the options of those that have some; generate for the others."""
        limits = [request.limit for request in requests]
        reading = self._read(
            language_model,
            [request.visual for request in requests],
            [request.ids for request in requests],
            max(limits),
            lambda visual: fuses(self._config, visual),
        )
        scored = {
            row: self._score(reading, row, request)
            for row, request in enumerate(requests)
            if request.options
        }
        tokens = reading.generate(limits, self._end_token, self._stop)
        return [
            scored.get(row) or _Said(self._bundle.processor.decode(ids), len(ids))
            for row, ids in enumerate(tokens)
        ]

    def _score(self, reading: BatchReading, row: int, request: _Request) -> _Said:
        logits, cache = reading.alone(row)
        scores = score_options(reading.language_model, logits, cache, request.options, self._stop)
        ranking = rank_options(request.question.options, scores)
        best = request.question.options.index(ranking[0].text)
        return _Said(ranking[0].text, len(request.options[best]) - 1, ranking, scores)

    def _read(
        self,
        language_model: LlamaForCausalLM,
        visuals: Sequence[VisualInput],
        prompts: Sequence[Tensor],
        room: int,
        as_pair: Callable[[VisualInput], bool],
    ) -> BatchReading:
        """Read prompts with equally many markers; what they show is read once."""
        split = end_of_images(prompts[0])
        shown = {visual.digest: visual for visual in visuals}
        prefixes = [
            embed_prompt(language_model, prompts[0][:split], self._tokens(visual, as_pair(visual)))
            for visual in shown.values()
        ]
        order = {digest: index for index, digest in enumerate(shown)}
        return read_batch(
            language_model,
            torch.cat(prefixes),
            [order[visual.digest] for visual in visuals],
            [ids[split:] for ids in prompts],
            room,
            self._stop,
        )

    def _tokens(self, visual: VisualInput, as_pair: bool) -> Tensor:
        return visual_tokens(self._bundle, self._features_of(visual), as_pair=as_pair)

    def _features_of(self, visual: VisualInput) -> Tensor:
        return torch.stack([self._features[crop.digest] for crop in visual.crops])

    def _encode(self, prompt: Prompt) -> Tensor:
        return self._bundle.processor.encode(prompt).to(self._bundle.model.device)

    @property
    def _end_token(self) -> int:
        return int(self._bundle.processor.tokenizer.eos_token_id)

    def _finished(self, request: _Request, said: _Said, seconds: StageSeconds) -> Answer:
        visual = request.visual
        changes = None
        if fuses(self._config, visual):
            changes = change_map(self._bundle, self._features_of(visual), visual.crops[0])
        return Answer(
            text=said.text,
            task=request.question.task,
            clue=request.clue,
            options=said.options,
            model=self._pipeline.name,
            device=self._pipeline.device,
            zero_shot=is_base(self._config),
            seconds=seconds,
            tokens=TokenCounts(
                prompt=len(request.ids) - request.markers,
                visual=request.markers * self._config.visual_tokens,
                answer=said.tokens,
            ),
            change_map=changes,
        )


def answer_batch(
    pipeline: Pipeline,
    items: Sequence[Item],
    batch_size: int = BATCH_SIZE,
    on_smaller: Callable[[int], None] | None = None,
) -> list[Answer]:
    """Answer questions about visual inputs; see ``BatchPipeline``."""
    return list(BatchPipeline(pipeline, batch_size, on_smaller).answers(items))
