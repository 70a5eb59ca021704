"""The stages of answering: vision, clue, prefill, decode and score, over rows side by side."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from copy import copy
from functools import partial

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

from unirs.engines.run import Stopped, check, stage, stop_of
from unirs.engines.unirs.cache import LeastRecentlyUsed
from unirs.engines.unirs.prompting import answer_prompt, fuses, instruction_for, writes_clue
from unirs.engines.unirs.reader import Options, Prefix, PromptReader, Reading
from unirs.engines.unirs.rows import Row
from unirs.engines.unirs.visual import VisionEncoder, change_map, visual_tokens
from unirs.engines.verdict import change_test, is_change_caption
from unirs.inputs import Crop, Question
from unirs.model import ModelBundle
from unirs.model.adapters import Role
from unirs.prompts import Prompt, clue_prompt

CLUE_MAX_NEW_TOKENS = 96
CLUES_KEPT = 256


class Stages:
    """Takes rows through all stages, side by side, and caches what later questions share.

    Three caches, none of which changes an answer, hold the features of each image, the clue of each
    visual input, and the language model's keys and values of the system prompt and images of the
    latest visual input.

    Args:
        bundle: The model, in evaluation mode on its device.
    """

    def __init__(self, bundle: ModelBundle) -> None:
        self._bundle = bundle
        self._config = bundle.config
        self._vision = VisionEncoder(bundle)
        self._reader = PromptReader(bundle)
        self._clues: LeastRecentlyUsed[str] = LeastRecentlyUsed(CLUES_KEPT)

    def aside(self) -> Stages:
        """Stages for an answer in the middle of another one, see ``Pipeline.answers``.

        Features and clues are shared. What the language models have read is not: the other answer
        is still reading there.
        """
        stages = copy(self)
        stages._reader = PromptReader(self._bundle)
        return stages

    def release_memory(self) -> None:
        """Drop the features of images and what the language models have read."""
        self._vision.clear()
        self._reader.clear()

    def clear(self) -> None:
        """Clear all caches."""
        self.release_memory()
        self._clues.clear()

    @torch.inference_mode()
    def run(self, rows: Sequence[Row]) -> None:
        """All stages, until the user stops; the results are in the rows."""
        with suppress(Stopped):
            self._encode_images(rows)
            self._write_clues(rows)
            for alike in _grouped(rows, self._markers):
                self._respond(alike)
        if len({row.visual.digest for row in rows}) > 1:
            self._reader.clear()  # together they are large, and a follow-up question is about one

    @torch.inference_mode()
    def features(self, crop: Crop) -> Tensor:
        """``[grid * grid, vision_width]`` of an image."""
        return self._vision.encode([crop], 1, lambda: False)[crop.digest]

    def _encode_images(self, rows: Sequence[Row]) -> None:
        """Give each row its features, and each row of a pair its change map."""
        crops = {crop.digest: crop for row in rows for crop in row.visual.crops}.values()
        with nullcontext() if self._vision.has(crops) else self._stage("vision", rows):
            features = self._vision.encode(crops, len(rows), stop_of(rows))
        for row in rows:
            row.features = torch.stack([features[crop.digest] for crop in row.visual.crops])
            if fuses(self._config, row.visual):
                found = change_map(self._bundle, row.features, row.visual.crops[0])
                row.change_map = row.view.restored(found)

    def _write_clues(self, rows: Sequence[Row]) -> None:
        """Give each row the clue of its visual input, generated once (paper, section III-B2)."""
        if not writes_clue(self._config):
            return
        rows = [row for row in rows if row.question.clue is not False]
        for row in rows:
            row.clue = self._clues.get(row.visual.digest)
        new = {row.visual.digest: row for row in rows if row.clue is None}
        for alike in _grouped(new.values(), lambda row: row.visual.kind):
            with self._stage("clue", alike):
                self._generate_clues(alike)
        for row in rows:
            if row.clue is None:
                row.clue = new[row.visual.digest].clue

    def _generate_clues(self, rows: Sequence[Row]) -> None:
        """Generate the clues of different visual inputs of one kind."""
        stop, visual = stop_of(rows), rows[0].visual
        ids: list[list[int]] = [[] for _ in rows]
        with self._bundle.language_model("clue") as language_model:
            prefix = self._read_images("clue", language_model, rows)
            prompts = [clue_prompt(visual.kind, len(visual.crops))] * len(rows)
            reading = self._read_words(
                prefix, rows, prompts, most=[CLUE_MAX_NEW_TOKENS] * len(rows)
            )
            for chosen in reading.generate(lambda _: stop()):
                ids[chosen.row].append(chosen.token)
        check(stop)
        self._reader.clear("clue")  # the base is asked about these images only once
        for row, tokens in zip(rows, ids, strict=True):
            row.clue = self._bundle.processor.decode(tokens).strip()
            self._clues.put(row.visual.digest, row.clue)

    def _respond(self, rows: Sequence[Row]) -> None:
        """Score or generate the answers of rows with equally many markers, and the verdicts."""
        scored = [row for row in rows if row.question.options]
        judged = [row for row in rows if is_change_caption(row.visual, row.question)]
        written = [row for row in rows if not row.question.options]
        written = [row for row in written if row.is_first or row not in judged]
        read = list(dict.fromkeys([*scored, *written, *judged]))
        if not read:
            return
        with self._bundle.language_model("answer") as language_model:
            with self._stage("prefill", read):
                prefix = self._read_images("answer", language_model, read)
            if scored:
                self._score(prefix, scored)
            if written:
                self._write(prefix, written)
            if judged := [row for row in judged if not row.run.stopped]:
                self._judge(prefix, judged)

    def _score(self, prefix: Prefix, rows: Sequence[Row]) -> None:
        """Score the options of rows."""
        options = [self._encoded(row.question) for row in rows]
        with self._stage("prefill", rows):
            reading = self._read_questions(prefix, rows, options=options)
        with self._stage("score", rows):
            scores = reading.scores(options, stop_of(rows))
            for row, each in zip(rows, scores, strict=True):
                calibrated = each / self._config.answer_temperature
                row.probabilities = tuple(calibrated.softmax(dim=0).tolist())

    def _write(self, prefix: Prefix, rows: Sequence[Row]) -> None:
        """Generate the text of rows."""
        with self._stage("prefill", rows):
            most = [row.question.max_new_tokens for row in rows]
            reading = self._read_questions(prefix, rows, most=most)
        with self._stage("decode", rows):
            for chosen in reading.generate(lambda index: rows[index].run.wants_stop()):
                rows[chosen.row].add(chosen.token, chosen.probability)
            for row in rows:
                row.finish()
        check(stop_of(rows))

    def _judge(self, prefix: Prefix, rows: Sequence[Row]) -> None:
        """Score whether anything has changed, whatever was asked about the pair."""
        test = change_test(self._config)
        options = [self._encoded(test.question)] * len(rows)
        prompts = [self._prompt(row, test.question) for row in rows]
        with self._stage("score", rows):
            reading = self._read_words(prefix, rows, prompts, options=options)
            scores = reading.scores(options, stop_of(rows))
            for row, each in zip(rows, scores, strict=True):
                row.unchanged = test.unchanged(each)

    def _read_images(
        self, role: Role, language_model: LlamaForCausalLM, rows: Sequence[Row]
    ) -> Prefix:
        """The prefix of rows with equally many markers, read once for each visual input."""

        def tokens(row: Row) -> Tensor:
            as_pair = role == "answer" and fuses(self._config, row.visual)
            return visual_tokens(self._bundle, row.features, as_pair=as_pair)

        visuals = {row.visual.digest: partial(tokens, row) for row in rows}
        markers = self._markers(rows[0]) if role == "answer" else len(rows[0].visual.crops)
        return self._reader.read_images(role, language_model, markers, visuals, stop_of(rows))

    def _read_questions(
        self,
        prefix: Prefix,
        rows: Sequence[Row],
        most: Sequence[int] | None = None,
        options: Sequence[Options] | None = None,
    ) -> Reading:
        """Read the rows' own questions, see ``_read_words``, and count their tokens."""
        prompts = [self._prompt(row, row.question) for row in rows]
        reading = self._read_words(prefix, rows, prompts, most, options)
        for row, prompt, tokens in zip(rows, prompts, reading.text_tokens, strict=True):
            row.prompt_tokens = tokens
            row.visual_tokens = prompt.markers * self._config.visual_tokens
        return reading

    def _read_words(
        self,
        prefix: Prefix,
        rows: Sequence[Row],
        prompts: Sequence[Prompt],
        most: Sequence[int] | None = None,
        options: Sequence[Options] | None = None,
    ) -> Reading:
        """Read prompts behind their images.

        Args:
            prefix: Of the rows.
            rows: What the prompts are about.
            prompts: One for each row.
            most: Tokens that will be generated at most, for each row; none by default.
            options: Options that will be scored, for each row.
        """
        return self._reader.read_words(
            prefix,
            [row.visual.digest for row in rows],
            prompts,
            stop_of(rows),
            at_least=[max(map(len, each)) for each in options] if options else [1] * len(rows),
            at_most=most or [0] * len(rows),
        )

    def _prompt(self, row: Row, question: Question) -> Prompt:
        instruction = instruction_for(question, row.visual.kind)
        return answer_prompt(self._config, row.visual, instruction, row.clue)

    def _encoded(self, question: Question) -> Options:
        return [self._bundle.processor.encode_answer(option) for option in question.options]

    def _markers(self, row: Row) -> int:
        """Visual markers in the prompt of an answer."""
        return 1 if fuses(self._config, row.visual) else len(row.visual.crops)

    def _stage(self, name: str, rows: Sequence[Row]) -> AbstractContextManager[None]:
        return stage(name, rows, self._bundle.model.device)


def _grouped(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> Iterable[list[Row]]:
    """Rows with equal keys together, in the order in which they come first."""
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups.values()
