"""One answer of a server in progress: its requests, one after the other, and what came of them."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from unirs.answers import (
    Answer,
    OptionScore,
    StageSeconds,
    TokenCounts,
    acquisition_dates,
    image_facts,
)
from unirs.engines.chat import CHANGE_QUESTION, FRAME_COUNT, Message, chat_messages, clue_question
from unirs.engines.confidence import (
    Piece,
    Sureness,
    behind_thoughts,
    choose,
    text_agreement,
    text_confidence,
)
from unirs.engines.engine import check_question
from unirs.engines.server.chat_request import request_body, size_of
from unirs.engines.server.connected import ConnectedModel
from unirs.engines.server.constrained import choice_of, chosen_option, is_refused_field
from unirs.engines.server.option_scores import OptionChances, matched_option
from unirs.engines.server.reply import Part, VisibleText, read_reply
from unirs.engines.verdict import is_change_caption
from unirs.engines.views import VIEWS, View
from unirs.errors import UniRSError, shorten
from unirs.inputs import Question, VisualInput
from unirs.models.server_failures import one_line

CONTINUATIONS = 8
"""Requests at most that decide between options that begin alike, for each view."""
CONTINUED = 0.01
"""Least probability of the options behind their beginning, if a server really continues it."""
CLUES_KEPT = 64
BUSY_SECONDS = (1.0, 3.0, 6.0)
"""Waits before a server that is busy is asked again."""

_CHARACTERS_PER_TOKEN = 64
"""More than any tokenizer has on average; a server that sends more ignores the longest answer."""

_CHANCES_OF_WORDS: dict[str, Any] = {"logprobs": True, "top_logprobs": 1}
Emit = Callable[[str, str], None]


class Answering:
    """One answer in progress.

    Args:
        model: What answers.
        visual: What is asked about.
        question: What is asked.
        emit: Called with ``"token"`` or ``"stage"`` and the text of it.
        load_seconds: How long connecting took.
    """

    def __init__(
        self,
        model: ConnectedModel,
        visual: VisualInput,
        question: Question,
        emit: Emit = lambda _kind, _text: None,
        load_seconds: float = 0.0,
    ) -> None:
        self._model = model
        self._all = visual
        self._visual = visual.at_most(FRAME_COUNT)
        self._question = question
        self._turns = question.conversation
        self._emit = emit
        self._load_seconds = load_seconds
        self._started = time.perf_counter()
        self._seconds: dict[str, float] = defaultdict(float)
        self._stage = ""
        self._stage_began = self._started
        self._text = ""
        self._clue: str | None = None
        self._options: tuple[OptionScore, ...] = ()
        self._changed: bool | None = None
        self._sureness = Sureness()
        self._tokens = TokenCounts()
        self._first_token = 0.0

    async def run(self) -> None:
        """Answer the question.

        Raises:
            UniRSError: What is wrong with the question or the server.
        """
        question = self._question
        check_question(question)
        averages = bool(question.options) or is_change_caption(self._visual, question)
        if question.views > 1 and averages and not self._model.top_logprobs:
            raise UniRSError(
                "views_invalid",
                f"The server {self._host} gives no probabilities that could be averaged over "
                "several views; leave the views out.",
            )
        if question.clue:
            self._clue = await self._described()
        if question.options:
            self._enter("score")
            self._options, agreement = await self._choose(question)
            best = self._options[0]
            self._text = best.text
            self._sureness = Sureness.uncalibrated("options", best.probability, agreement)
            self._note_token()
            self._emit("token", self._text)
        else:
            pieces = await self._generate()
            if averages:
                self._enter("score")
                self._changed = await self._has_changed()
            else:
                await self._compare_views(pieces)
        self._enter("")

    def answer(self, stopped: bool) -> Answer:
        """The answer, as far as it has come."""
        self._enter("")
        seconds = self._seconds
        return Answer(
            text=self._model.client.redacted(self._text).strip(),
            task=self._question.task,
            clue=self._clue,
            options=self._options,
            changed=self._changed,
            engine="server",
            model=self._model.name,
            host=self._model.host,
            conversation_turns=len(self._turns),
            frames_left_out=min(len(self._all.crops), FRAME_COUNT) - len(self._visual.crops),
            device=self._host,
            stopped=stopped,
            acquired=acquisition_dates(self._all),
            crop=image_facts(self._all),
            warnings=self._all.warnings,
            seconds=StageSeconds(
                load=self._load_seconds,
                clue=seconds["clue"],
                prefill=seconds["prefill"],
                decode=seconds["decode"] + seconds["score"],
                first_token=self._first_token,
                total=sum(seconds.values()),
            ),
            tokens=self._tokens,
            **(Sureness() if stopped else self._sureness)._asdict(),
        )

    @property
    def _host(self) -> str:
        return self._model.client.address.host

    def _enter(self, stage: str) -> None:
        """Begin a stage, and end the one before."""
        now = time.perf_counter()
        if self._stage:
            self._seconds[self._stage] += now - self._stage_began
        self._stage, self._stage_began = stage, now
        if stage:
            self._emit("stage", stage)

    def _note_token(self) -> None:
        self._first_token = self._first_token or time.perf_counter() - self._started

    async def _described(self) -> str:
        """The clue: what the model writes about the images alone."""
        clues, digest = self._model.clues, self._visual.digest
        if digest not in clues:
            self._enter("clue")
            question = clue_question(self._visual.kind)
            text = await self._whole(question, question.max_new_tokens)
            while len(clues) >= CLUES_KEPT:
                del clues[next(iter(clues))]
            clues[digest] = self._model.client.redacted(text).strip()
        return clues[digest]

    async def _generate(self) -> list[Piece]:
        """Have the answer written, pass its text on as it comes, return its tokens, if known."""
        self._enter("prefill")
        tokens: list[Piece] = []
        more = _CHANCES_OF_WORDS if self._model.top_logprobs else {}
        visible, pieces, thoughts, usage = VisibleText(), 0, False, None
        most = self._question.max_new_tokens
        async with aclosing(self._parts(self._question, most, clue=self._clue, **more)) as parts:
            async for part in parts:
                tokens += [Piece(each.text, each.own_chance) for each in part.tokens]
                if part.text and self._stage == "prefill":
                    self._enter("decode")
                    self._note_token()
                pieces += bool(part.text)
                thoughts = thoughts or part.thoughts
                usage = part.usage or usage
                self._take(visible.add(part.text))
        self._take(visible.end())
        if not self._text.strip() and (thoughts or pieces):
            raise UniRSError(
                "answer_empty",
                f"The model {self._model.name} on {self._host} used up {most} tokens for thinking "
                "and wrote no answer; allow more tokens, or choose a model that does not think.",
            )
        prompt, answer = usage or (0, pieces)
        self._tokens = TokenCounts(prompt, 0, answer)
        return tokens

    async def _compare_views(self, pieces: Sequence[Piece]) -> None:
        """Find how sure the text is, and how far those about the other views agree with it."""
        question = self._question
        views = VIEWS[1 : question.views]
        if views:
            self._enter("view")
        others = [await self._whole(question, question.max_new_tokens, view=each) for each in views]
        agreement = text_agreement(self._text, others)
        confidence = text_confidence(behind_thoughts(pieces, self._text))
        self._sureness = Sureness.uncalibrated("text", confidence, agreement)

    def _take(self, piece: str) -> None:
        if not piece:
            return
        self._text += piece
        if len(self._text) > _CHARACTERS_PER_TOKEN * self._question.max_new_tokens + 1000:
            raise self._model.client.invalid("sent a longer answer than was asked for")
        self._emit("token", piece)

    async def _has_changed(self) -> bool | None:
        """The verdict: the model's own choice between yes and no, if it makes one."""
        question = replace(CHANGE_QUESTION, views=self._question.views)
        try:
            options, agreement = await self._choose(question)
            self._sureness = Sureness.uncalibrated("verdict", options[0].probability, agreement)
            return options[0].text == question.options[0]
        except UniRSError as error:
            if error.code != "option_unmatched":
                raise
            return None

    async def _choose(self, question: Question) -> tuple[tuple[OptionScore, ...], float | None]:
        """The options of a question, best first, with probabilities where the server has them.

        Returns:
            The options, and the share of the views whose best option is the first one.
        """
        options = question.options
        if self._model.top_logprobs:
            rows = [await self._chances(question, view) for view in VIEWS[: question.views]]
            found = [row for row in rows if row]
            if len(found) == len(rows):
                return choose(options, found)
            if len(rows) > 1:
                raise UniRSError(
                    "views_invalid",
                    f"The probabilities that the server {self._host} gives do not decide between "
                    "these options, so they cannot be averaged; leave the views out.",
                )
        chosen = await self._by_schema(question)
        if chosen is None:
            chosen = await self._by_words(question)
        first = OptionScore(options[chosen], None)
        return (first, *(OptionScore(each, None) for each in options if each != first.text)), None

    async def _chances(self, question: Question, view: View) -> tuple[float, ...] | None:
        """Probabilities of the options; ``None`` where those of tokens do not decide them."""
        chances, beginning = OptionChances(question.options), ""
        for _ in range(1 + CONTINUATIONS):
            await self._read_chances(question, view, chances, beginning)
            if chances.is_decided:
                return chances.probabilities()
            if beginning and chances.share < CONTINUED:
                return None
            following = chances.next_beginning()
            if following is None or self._model.continuing is None:
                return None
            beginning = following.text
        return None

    async def _read_chances(
        self, question: Question, view: View, chances: OptionChances, beginning: str
    ) -> None:
        """Add the tokens of one reply, as far as they are needed."""
        longest = max(len(option.encode()) for option in question.options)
        more = {"logprobs": True, "top_logprobs": self._model.top_logprobs}
        parts = self._parts(
            question, min(longest + 2, 64), clue=self._clue, view=view, beginning=beginning, **more
        )
        async with aclosing(parts):
            async for part in parts:
                if not all(map(chances.add, part.tokens)):
                    return
        chances.end()

    async def _by_schema(self, question: Question) -> int | None:
        """The option that the model chooses where the server lets it write nothing else."""
        model, options = self._model, question.options
        if model.follows_schema is False:
            return None
        most = 64 + 2 * max(len(option.encode()) for option in options)
        try:
            text = await self._whole(question, most, response_format=choice_of(options))
        except UniRSError as error:
            if not is_refused_field(error):
                raise
            model.follows_schema = False
            return None
        chosen = chosen_option(text, options)
        model.follows_schema = chosen is not None
        return chosen

    async def _by_words(self, question: Question) -> int:
        """The option that the model's answer is.

        Raises:
            UniRSError: ``option_unmatched``.
        """
        text = await self._whole(question, question.max_new_tokens)
        chosen = matched_option(text, question.options)
        if chosen is None:
            answered = shorten(one_line(self._model.client.redacted(text)), 100)
            raise UniRSError(
                "option_unmatched",
                f'The model {self._model.name} on {self._host} answered "{answered}", '
                "which is none of the options, and its server cannot make it choose one; "
                "ask without options, or use another server or model.",
            )
        return chosen

    async def _whole(self, question: Question, max_tokens: int, **more: Any) -> str:
        """The text of a reply that nobody watches."""
        visible = VisibleText()
        clue = None if self._stage == "clue" else self._clue
        async with aclosing(self._parts(question, max_tokens, clue=clue, **more)) as parts:
            async for part in parts:
                visible.add(part.text)
                if len(visible.text) > _CHARACTERS_PER_TOKEN * max_tokens + 1000:
                    raise self._model.client.invalid("sent a longer answer than was asked for")
        visible.end()
        return " ".join(visible.text.split())

    async def _parts(
        self,
        question: Question,
        max_tokens: int,
        *,
        clue: str | None,
        view: View = VIEWS[0],
        beginning: str = "",
        **more: Any,
    ) -> AsyncGenerator[Part, None]:
        """The parts of one reply, with as many earlier turns and frames as its context takes.

        Args:
            question: What is asked.
            max_tokens: Longest reply.
            clue: Goes below the question.
            view: In which the images are sent.
            beginning: Of the answer; the reply continues it.
            more: Further fields of the request.
        """
        waits = list(BUSY_SECONDS)
        while True:
            turns = () if self._stage == "clue" else self._turns
            visual = view.of(self._visual)
            messages = chat_messages(visual, question, clue=clue, turns=turns)
            if beginning:
                messages.append(Message("assistant", (beginning,)))
                more |= self._model.continuing or {}
            body = request_body(self._model.name, messages, size_of(visual), max_tokens, **more)
            try:
                async with aclosing(read_reply(self._model.client, body)) as parts:
                    async for part in parts:
                        yield part
                return
            except UniRSError as error:
                if error.code == "server_busy" and waits:
                    await asyncio.sleep(waits.pop(0))
                elif error.code != "context_too_short" or not self._leave_out():
                    raise

    def _leave_out(self) -> bool:
        """Leave out the older half of the turns, then every second frame; false if none is left."""
        if self._turns:
            self._turns = self._turns[(len(self._turns) + 1) // 2 :]
            return True
        fewer = self._visual.at_most((len(self._visual.crops) + 1) // 2)
        changed = len(fewer.crops) < len(self._visual.crops)
        self._visual = fewer
        return changed
