"""The pipeline: vision, clue, prompt, answer; and what each question leaves for the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from unirs.inference.cache import LeastRecentlyUsed
from unirs.inference.decoding import Stop, Stopped, StreamingText, decode
from unirs.inference.devices import guard_memory, resolve_device, resolve_precision
from unirs.inference.prompting import answer_prompt, fuses, instruction_for, is_base, writes_clue
from unirs.inference.reader import PromptReader, Reading
from unirs.inference.run import Run
from unirs.inference.scoring import rank_options, score_options
from unirs.inference.verdict import change_test, is_change_caption
from unirs.inference.visual import VisionEncoder, change_map, fit_frames, visual_tokens
from unirs.inputs import Answer, Question, TokenCounts, VisualInput
from unirs.model import ModelBundle, UniRSConfig, load_bundle
from unirs.model.folder import read_folder
from unirs.models import DEFAULT_MODEL, find_model
from unirs.prompts import clue_prompt

CLUE_MAX_NEW_TOKENS = 96
CLUES_KEPT = 256


class Pipeline:
    """Answers questions about visual inputs with one model.

    Three things are kept between questions, and none of them changes an answer: the features of
    each image, the clue of each visual input, and the LLM's keys and values of the system prompt
    and images of the visual input at hand.

    One answer at a time: whoever shares a pipeline between threads serialises the calls.

    Args:
        bundle: The model, in evaluation mode on its device.
        load_seconds: How long loading took.
    """

    def __init__(self, bundle: ModelBundle, load_seconds: float = 0.0) -> None:
        self.bundle = bundle
        self.load_seconds = load_seconds
        self._vision = VisionEncoder(bundle)
        self._reader = PromptReader(bundle)
        self._clues: LeastRecentlyUsed[str] = LeastRecentlyUsed(CLUES_KEPT)

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
        """``"float32"`` or ``"bfloat16"``."""
        return str(self.bundle.model.dtype).removeprefix("torch.")

    @property
    def image_size(self) -> int:
        """Side of the square that the encoder reads, in pixels."""
        return self.config.image_size

    @property
    def frame_count(self) -> int:
        """Frames read from a video."""
        return self.config.frame_count

    def forget(self) -> None:
        """Drop all that is kept between questions; answers stay the same, the next takes longer."""
        self._vision.forget()
        self._clues.clear()
        self._reader.forget("clue")
        self._reader.forget("answer")

    def close(self) -> None:
        """Give the memory of caches and weights back. The pipeline cannot answer any more."""
        self.forget()
        self.bundle.model.to("meta")
        if self.bundle.clue_language_model is not None:
            self.bundle.clue_language_model.to("meta")

    @torch.inference_mode()
    def answer(
        self,
        visual: VisualInput,
        question: Question,
        *,
        on_token: Callable[[str], None] | None = None,
        on_stage: Callable[[str], None] | None = None,
        stop: Stop | None = None,
    ) -> Answer:
        """Answer a question (paper, section III).

        Args:
            visual: One image, a pair or a video. A video of another length than ``frame_count``
                is sampled evenly, or filled with black frames on the left.
            question: What is asked. Options are scored; without them the answer is generated.
            on_token: Told each piece of the answer's text as it comes.
            on_stage: Told ``"vision"``, ``"clue"``, ``"prefill"``, and ``"decode"`` or ``"score"``
                as they begin; a change caption has both. A stage that is free, thanks to a
                question before, is left out.
            stop: Asked at every token. What was said until then comes back as ``stopped``.

        Returns:
            The answer, with the seconds of each stage.

        Raises:
            UniRSError: ``question_empty``, ``text_invalid``, ``options_invalid``,
                ``question_too_long`` for the model's context, or ``out_of_memory`` (the pipeline
                stays usable).
        """
        instruction = instruction_for(question)
        visual = fit_frames(visual, self.frame_count)
        run = Run(self.bundle.model.device, on_token, on_stage, stop)
        guard_memory(
            lambda: self._work(visual, question, instruction, run), self.forget, "answering"
        )
        return Answer(
            text=run.text,
            task=question.task,
            clue=run.clue,
            options=run.options,
            changed=run.changed,
            model=self.name,
            device=self.device,
            stopped=run.stopped,
            zero_shot=is_base(self.config),
            seconds=run.seconds(self.load_seconds),
            tokens=TokenCounts(run.prompt_tokens, run.visual_tokens, run.answer_tokens),
            change_map=run.change_map,
        )

    def _work(self, visual: VisualInput, question: Question, instruction: str, run: Run) -> None:
        """All stages, as far as the user lets them go."""
        try:
            self._see(visual, run)
            if question.clue and writes_clue(self.config):
                run.clue = self._clue(visual, run)
            self._respond(visual, question, instruction, run)
            if is_change_caption(visual, question):
                with run.stage("score"):
                    run.changed = self._has_changed(visual, question, run)
        except Stopped:
            run.stopped = True

    def _see(self, visual: VisualInput, run: Run) -> None:
        """Have the features of all images at hand, and what they tell of a change."""
        if not self._vision.knows(visual.crops):
            with run.stage("vision"):
                self._vision.encode(visual.crops, run.stop)
        if fuses(self.config, visual):
            features = self._vision.encode(visual.crops, run.stop)
            run.change_map = change_map(self.bundle, features, visual.crops[0])

    def _clue(self, visual: VisualInput, run: Run) -> str:
        """What the frozen base says of the images, asked once (paper, section III-B2)."""
        clue = self._clues.get(visual.digest)
        if clue is None:
            with run.stage("clue"):
                clue = self._write_clue(visual, run.stop)
            self._clues.put(visual.digest, clue)
            self._reader.forget("clue")  # the base has no more to say about these images
        return clue

    def _write_clue(self, visual: VisualInput, stop: Stop) -> str:
        text = StreamingText(self.bundle.processor)
        with self.bundle.language_model("clue") as language_model:
            reading = self._reader.read(
                "clue",
                language_model,
                clue_prompt(visual.kind, len(visual.crops)),
                digest=visual.digest,
                visual=lambda: self._tokens(visual, as_pair=False, stop=stop),
                stop=stop,
                at_most=CLUE_MAX_NEW_TOKENS,
            )
            for token in self._decode(reading, CLUE_MAX_NEW_TOKENS, stop):
                text.add(token)
        text.finish()
        return text.text.strip()

    def _respond(self, visual: VisualInput, question: Question, instruction: str, run: Run) -> None:
        """Read the prompt, then score the options or generate."""
        options = [self.bundle.processor.encode_answer(option) for option in question.options]
        as_pair = fuses(self.config, visual)
        with self.bundle.language_model("answer") as language_model:
            with run.stage("prefill"):
                reading = self._reader.read(
                    "answer",
                    language_model,
                    answer_prompt(self.config, visual, instruction, run.clue),
                    digest=visual.digest,
                    visual=lambda: self._tokens(visual, as_pair=as_pair, stop=run.stop),
                    stop=run.stop,
                    at_least=max(map(len, options), default=1),
                    at_most=0 if options else question.max_new_tokens,
                )
            run.prompt_tokens, run.visual_tokens = reading.text_tokens, reading.visual_tokens
            if options:
                self._score(reading, question, options, run)
            else:
                self._generate(reading, question, run)

    def _has_changed(self, visual: VisualInput, question: Question, run: Run) -> bool:
        """Whether the model finds that anything has changed, whatever it was asked about it."""
        test = change_test(self.config, question.clue)
        options = [self.bundle.processor.encode_answer(each) for each in test.question.options]
        as_pair = fuses(self.config, visual)
        with self.bundle.language_model("answer") as language_model:
            reading = self._reader.read(
                "answer",
                language_model,
                answer_prompt(self.config, visual, instruction_for(test.question), run.clue),
                digest=visual.digest,
                visual=lambda: self._tokens(visual, as_pair=as_pair, stop=run.stop),
                stop=run.stop,
                at_least=max(map(len, options)),
                at_most=0,
            )
            return test.changed(
                score_options(language_model, reading.logits, reading.cache, options, run.stop)
            )

    def _generate(self, reading: Reading, question: Question, run: Run) -> None:
        text = StreamingText(self.bundle.processor)
        with run.stage("decode"):
            for token in self._decode(reading, question.max_new_tokens, run.stop):
                run.say(text.add(token))
            run.say(text.finish(), tokens=0)

    def _score(
        self, reading: Reading, question: Question, options: list[list[int]], run: Run
    ) -> None:
        with run.stage("score"):
            scores = score_options(
                reading.language_model, reading.logits, reading.cache, options, run.stop
            )
        run.options = rank_options(question.options, scores)
        best = question.options.index(run.options[0].text)
        run.say(run.options[0].text, tokens=len(options[best]) - 1)

    def _decode(self, reading: Reading, max_new_tokens: int, stop: Stop) -> Iterator[int]:
        return decode(
            reading.language_model,
            reading.logits,
            reading.cache,
            end_token=self.bundle.processor.tokenizer.eos_token_id,
            max_new_tokens=min(max_new_tokens, reading.room),
            stop=stop,
        )

    def _tokens(self, visual: VisualInput, *, as_pair: bool, stop: Stop) -> Tensor:
        features = self._vision.encode(visual.crops, stop)
        return visual_tokens(self.bundle, features, as_pair=as_pair)


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
        precision: See ``devices.resolve_precision``.
        on_accepted: See ``load_bundle``.

    Raises:
        UniRSError: ``model_missing``, ``model_invalid``, ``device_missing``,
            ``precision_unknown`` or ``out_of_memory``.
    """
    started = time.perf_counter()
    folder = read_folder(find_model(name_or_folder))
    where = resolve_device(device)
    dtype = resolve_precision(precision, where, folder.needs_bytes["float32"])
    bundle = guard_memory(
        lambda: load_bundle(folder, where, dtype, on_accepted),
        lambda: None,
        f"loading the model {folder.name}",
    )
    return Pipeline(bundle, time.perf_counter() - started)
