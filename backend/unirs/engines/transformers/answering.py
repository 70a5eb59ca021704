"""The stages of answering: images, clue, question, and text or scores."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import torch

from unirs.engines.chat import (
    CHANGE_QUESTION,
    CLUE_MAX_NEW_TOKENS,
    Message,
    chat_messages,
    clue_question,
    fitted,
)
from unirs.engines.run import Stopped, announce, spend, stage, stop_of
from unirs.engines.transformers.processing import Encoded, Head, Processing
from unirs.engines.transformers.reading import Prefix, Reader, Reading
from unirs.engines.transformers.rows import Row, going_on
from unirs.engines.unirs.cache import LeastRecentlyUsed
from unirs.engines.verdict import is_change_caption
from unirs.errors import UniRSError
from unirs.inputs import InputKind, Question, Turn
from unirs.model.bundle import quiet_transformers

TESTED = {
    *("gemma3", "idefics3", "internvl", "llava_onevision"),
    *("qwen2_5_vl", "qwen3_vl", "smolvlm"),
}
"""Architectures whose prompts may be read in two parts and side by side, as the tests show.

Another one is compared once, at its first question: it is read in two parts if that gives the same,
and one question at a time.
"""

CLUES_KEPT = 256
_HEADS_KEPT = 2
_SAME = 0.05
"""Relative difference of logits that rounding explains, in every precision."""


@dataclass
class _Images:
    """What is kept of the images of a visual input.

    Attributes:
        head: The beginning of all prompts about them; ``None`` if they have none in common.
        prefix: The same, read by the model, once it has been.
    """

    head: Head | None
    prefix: Prefix | None = None


@dataclass(frozen=True)
class _Prompt:
    row: Row
    question: Question
    messages: Sequence[Message]
    encoded: Encoded


class Answering:
    """Takes rows through all stages, and keeps what later questions share.

    Args:
        processing: Makes the model's inputs.
        reader: Runs the model.
        model_type: Its architecture.
        name: Its name, for messages.
        context: Tokens that it reads and writes at most.
    """

    def __init__(
        self, processing: Processing, reader: Reader, model_type: str, name: str, context: int
    ) -> None:
        self._processing, self._reader = processing, reader
        self._name, self._context = name, context
        self.batches = model_type in TESTED
        self._shares: bool | None = self.batches or None  # None: not compared yet
        self._scores: bool | None = self.batches or None
        self._images: LeastRecentlyUsed[_Images] = LeastRecentlyUsed(_HEADS_KEPT)
        self._clues: LeastRecentlyUsed[str] = LeastRecentlyUsed(CLUES_KEPT)

    def release_memory(self) -> None:
        """Drop what the model has read."""
        self._images.clear()

    def clear(self) -> None:
        """Clear all caches."""
        self.release_memory()
        self._clues.clear()

    @torch.inference_mode()
    def run(self, rows: Sequence[Row]) -> None:
        """All stages, until the user stops; the results are in the rows.

        May be called within a ``stop`` of rows, which then go on as if nothing had been.
        """
        with quiet_transformers(), self._reader.paused():
            self._run(rows)

    def _run(self, rows: Sequence[Row]) -> None:
        self._fit_frames(rows)
        self._write_clues(going_on(rows))
        for row in going_on(rows):
            row.turns = self._fit_turns(row)
        rows = going_on(rows)
        judged = [row for row in rows if is_change_caption(row.visual, row.question)]
        written = [row for row in rows if not row.question.options]
        self._score([row for row in rows if row.question.options])
        self._write([row for row in written if row.is_first or row not in judged])
        self._judge(going_on(judged))

    def _fit_frames(self, rows: Sequence[Row]) -> None:
        """Leave out frames of videos that the context has no room for."""
        for row in rows:
            count = len(row.visual.crops)
            while row.visual.kind is InputKind.VIDEO and count > 1:
                encoded = self._encode(row, row.question, clue=None).encoded
                over = encoded.length + self._reserve(row) - self._context
                if over <= 0:
                    break
                tokens_of_a_frame = max(1, encoded.image_tokens // count)
                count = max(1, min(count - 1, count - -(-over // tokens_of_a_frame)))
                row.visual = row.visual.at_most(count)

    def _write_clues(self, rows: Sequence[Row]) -> None:
        """Give rows that want one the clue of their images, generated once (paper, III-B2)."""
        rows = [row for row in rows if row.question.clue]
        for row in rows:
            row.clue = self._clues.get(row.key)
        new = {row.key: row for row in rows if row.clue is None}
        writers = {
            digest: Row(row.run, row.view, row.visual, is_clue=True) for digest, row in new.items()
        }
        questions = [clue_question(row.visual.kind) for row in new.values()]
        if new:
            prompts = map(self._encode, writers.values(), questions)
            for alike in self._alike(list(prompts)):
                self._generate(alike, CLUE_MAX_NEW_TOKENS, ("clue", "clue"))
        for digest, writer in writers.items():
            if not writer.run.stopped:
                self._clues.put(digest, writer.text(self._processing))
        for row in rows:
            row.clue = self._clues.get(row.key)

    def _write(self, rows: Sequence[Row]) -> None:
        """Generate the text of rows."""
        prompts = [self._counted(self._asked(row, row.question)) for row in rows]
        for alike in self._alike(prompts):
            most = alike[0].question.max_new_tokens
            self._generate(alike, most, ("prefill", "decode"))
            for prompt in alike:
                prompt.row.finish(self._processing)

    def _score(self, rows: Sequence[Row]) -> None:
        """Score the options of rows."""
        prompts = [self._counted(self._asked(row, row.question)) for row in rows]
        for alike in self._alike(prompts):
            for prompt, chances in self._chances(alike):
                prompt.row.probabilities = tuple(chances)

    def _judge(self, rows: Sequence[Row]) -> None:
        """Score whether anything has changed, whatever was asked about the pair."""
        prompts = [self._encode(row, CHANGE_QUESTION) for row in rows]
        try:
            for alike in self._alike(prompts):
                for prompt, chances in self._chances(alike):
                    prompt.row.unchanged = chances[CHANGE_QUESTION.options.index("no")]
        except UniRSError as error:
            if error.code != "options_unsupported":  # the caption then stays without a verdict
                raise

    def _chances(self, prompts: Sequence[_Prompt]) -> Iterator[tuple[_Prompt, list[float]]]:
        """Probabilities of the options of prompts that are alike; none after a stop."""
        rows, first = [prompt.row for prompt in prompts], prompts[0]
        with suppress(Stopped), self._reader.stopping(stop_of(rows)):
            with stage("prefill", rows, self._reader.device):
                options = self._processing.answer_ids(
                    first.messages, first.question.options, self._reader.end_tokens
                )
                self._require_room(first, max(map(len, options)))
            encoded, prefix = self._joined(prompts)
            with stage("prefill", rows, self._reader.device):
                reading = self._reader.read(encoded, prefix)
            with stage("score", rows, self._reader.device):
                self._require_scores(first, prefix, reading, max(options, key=len))
                scores = self._reader.scores(reading, options)
                chances = scores.softmax(dim=1).tolist()
            for prompt, each in zip(prompts, chances, strict=True):
                prompt.row.option_tokens = tuple(len(option) - 1 for option in options)
                yield prompt, each

    def _require_scores(
        self, prompt: _Prompt, prefix: Prefix | None, reading: Reading, option: list[int]
    ) -> None:
        """Compare the scores of an architecture that is new here with those of a whole reading.

        Raises:
            UniRSError: ``options_unsupported`` if they differ.
        """
        if self._scores is None and len(option) > 1:
            whole = self._reader.read(_extended(prompt.encoded, option[:-1]), prefix).logits
            expected = float(whole.log_softmax(dim=1)[0, option[-1]])
            with_last, without = self._reader.scores(reading, [option, option[:-1]])[0].tolist()
            self._scores = abs(with_last - without - expected) < _SAME * (2 + abs(expected))
        if self._scores is False:
            raise UniRSError(
                "options_unsupported",
                f"The options of a question to the model {self._name} cannot be scored, because "
                "its architecture is not supported well enough; ask without options.",
            )

    def _generate(self, prompts: Sequence[_Prompt], most: int, names: tuple[str, str]) -> None:
        """Generate behind prompts that are alike.

        Args:
            prompts: The prompts.
            most: Tokens that are generated at most.
            names: The stage until the first token, and the one from there on.
        """
        rows, (before, behind) = [prompt.row for prompt in prompts], names
        most = min(most, self._require_room(prompts[0], 1))
        clock = time.perf_counter()
        name = before

        def take(tokens: list[int], chances: list[float]) -> None:
            nonlocal clock, name
            if name is before:
                now = time.perf_counter()
                spend(before, rows, now - clock)
                announce(behind, rows)
                clock, name = now, behind
            for row, token, chance in zip(rows, tokens, chances, strict=True):
                row.ended = row.ended or token in self._reader.end_tokens
                if not row.ended and not row.run.wants_stop():
                    row.take(token, chance, self._processing)

        with suppress(Stopped), self._reader.stopping(stop_of(rows)):
            encoded, prefix = self._joined(prompts)
            announce(before, rows)
            clock = time.perf_counter()
            try:
                self._reader.write(encoded, prefix, most, take)
            finally:
                spend(name, rows, time.perf_counter() - clock)

    def _joined(self, prompts: Sequence[_Prompt]) -> tuple[Encoded, Prefix | None]:
        """The inputs of prompts that are alike; what of them was read before, of a single one."""
        if len(prompts) > 1:
            return _stacked([prompt.encoded for prompt in prompts]), None
        row, encoded = prompts[0].row, prompts[0].encoded
        prefix = self._prefix(prompts[0])
        if prefix is None and not encoded.vision:  # the images were read, but cannot be shared
            visual, messages = row.visual, prompts[0].messages
            encoded = self._processing.encode(messages, visual.kind is InputKind.VIDEO)
        return encoded, prefix

    def _prefix(self, prompt: _Prompt) -> Prefix | None:
        """The images of a prompt, read now or before; ``None`` where prompts share nothing."""
        images = self._images.get(prompt.row.key)
        if images is None or images.head is None or self._shares is False:
            return None
        begun = images.head.encoded.ids
        if not torch.equal(prompt.encoded.ids[:, : begun.shape[1]], begun):
            return None  # a template may put in the time of the day
        if images.prefix is None:
            with stage("vision", [prompt.row], self._reader.device):
                prefix = self._read_images(images.head, prompt)
            if prefix is None:
                return None
            head = replace(images.head, encoded=replace(images.head.encoded, vision={}))
            images.head, images.prefix = head, prefix
        return images.prefix

    def _read_images(self, head: Head, prompt: _Prompt) -> Prefix | None:
        """Read the images; of an architecture that is new here, see whether they can be shared."""
        if self._shares:
            return self._reader.read(head.encoded).prefix
        whole = self._reader.read(replace(prompt.encoded, vision=head.encoded.vision)).logits
        with suppress(UniRSError):
            prefix = self._reader.read(head.encoded).prefix
            parts = self._reader.read(prompt.encoded, prefix).logits
            self._shares = bool((whole - parts).norm() < _SAME * whole.norm())
            return prefix if self._shares else None
        self._shares = False
        return None

    def _alike(self, prompts: Sequence[_Prompt]) -> list[list[_Prompt]]:
        """Prompts that can be read side by side: one question, equal shapes, different images."""
        groups: dict[Hashable, list[_Prompt]] = {}
        digests = [prompt.row.key for prompt in prompts]
        for prompt, digest in zip(prompts, digests, strict=True):
            key: Hashable = id(prompt)
            if self.batches and prompt.encoded.vision and digests.count(digest) == 1:
                # all inputs of a tested architecture are tensors
                shapes = [values.shape for values in prompt.encoded.vision.values()]
                key = (prompt.question, prompt.encoded.length, *shapes)
            groups.setdefault(key, []).append(prompt)
        return list(groups.values())

    def _asked(self, row: Row, question: Question) -> _Prompt:
        return self._encode(row, question, row.clue, row.turns)

    def _encode(
        self,
        row: Row,
        question: Question,
        clue: str | None = None,
        turns: Sequence[Turn] = (),
    ) -> _Prompt:
        """The prompt of a question; its images are processed once for all questions about them."""
        messages = chat_messages(row.visual, question, clue=clue, turns=turns)
        digest, encoded = row.key, None
        images = self._images.get(digest)
        if images and images.head:
            encoded = self._processing.behind(images.head, messages)
            if encoded and images.prefix is None:
                encoded = replace(encoded, vision=images.head.encoded.vision)
        if encoded is None:
            encoded = self._processing.encode(messages, row.visual.kind is InputKind.VIDEO)
            self._images.put(digest, _Images(self._processing.head(messages, encoded)))
        return _Prompt(row, question, messages, encoded)

    def _counted(self, prompt: _Prompt) -> _Prompt:
        row, encoded = prompt.row, prompt.encoded
        row.visual_tokens = encoded.image_tokens
        row.prompt_tokens = encoded.length - encoded.image_tokens
        return prompt

    def _fit_turns(self, row: Row) -> tuple[Turn, ...]:
        """Earlier turns of a row, without the oldest ones that the context has no room for."""

        def fits(turns: Sequence[Turn]) -> bool:
            length = self._encode(row, row.question, row.clue, turns).encoded.length
            return length + self._reserve(row) <= self._context

        return fitted(row.question.conversation, fits)

    def _reserve(self, row: Row) -> int:
        """Tokens to keep free for an answer (and for the clue) while there is a choice."""
        clue = CLUE_MAX_NEW_TOKENS if row.question.clue and not row.clue else 0
        options = [len(option.encode()) + 2 for option in row.question.options]
        answer = max(options, default=row.question.max_new_tokens)
        return min(answer + clue, self._context // 4)

    def _require_room(self, prompt: _Prompt, at_least: int) -> int:
        """Tokens that the context has room for behind a prompt.

        Raises:
            UniRSError: ``question_too_long`` if they are fewer than ``at_least``.
        """
        length = prompt.encoded.length
        if self._context - length < at_least:
            raise UniRSError(
                "question_too_long",
                f"The question is too long: with its images it takes {length} tokens, and the "
                f"model {self._name} reads {self._context - at_least} at most; shorten it, or "
                "choose a model with a longer context.",
                tokens=length,
            )
        return self._context - length


def _extended(prompt: Encoded, tokens: Sequence[int]) -> Encoded:
    """A prompt with the first tokens of an answer behind it."""
    more = torch.tensor([tokens], dtype=torch.long, device=prompt.ids.device)
    types = {
        name: torch.cat([values, values.new_zeros(more.shape)], dim=1)
        for name, values in prompt.types.items()
    }
    return replace(prompt, ids=torch.cat([prompt.ids, more], dim=1), types=types)


def _stacked(prompts: Sequence[Encoded]) -> Encoded:
    """Prompts of equal shapes, side by side; each input of images has them along its first side."""
    first = prompts[0]
    return replace(
        first,
        ids=torch.cat([each.ids for each in prompts]),
        types={name: torch.cat([each.types[name] for each in prompts]) for name in first.types},
        vision={name: torch.cat([each.vision[name] for each in prompts]) for name in first.vision},
    )
