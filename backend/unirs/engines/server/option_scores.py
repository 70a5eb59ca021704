"""Probabilities of options from a server's log-probabilities, and options by their words.

A server gives the probabilities of the few most probable tokens at each place of the answer that it
generates. An option's probability is that of all tokens that begin it, by their text: upper or
lower case, with or without a space before. Where several options begin alike, the tokens behind
decide: those of the generated answer come with it, and for another beginning the answer is
continued from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from unirs.engines.server.reply import TokenChances

TOLERANCE = 0.05
"""Largest share of the probability that may remain undecided between options."""

_BEFORE = " \t\r\n\"'`*_“”‘’«»("
_AFTER = _BEFORE + ").,;:!…"
_NOTHING_YET = "text:"
"""Name of beginnings such as a quotation mark. Like answers that begin with other words, they
decide nothing between the options, unless the server's own answer begins so."""
_END_TOKEN = re.compile(r"(<(?!0x)[^<>\s]{2,}>)?")
"""What stands for the end of an answer: nothing, or the name of a special token."""
_PART_OF_CHARACTER = re.compile("[\udc80-\udcff]+$")


@dataclass(frozen=True)
class Beginning:
    """A text that several options begin with.

    Attributes:
        text: As it was generated.
        chance: Probability that the answer begins so.
        options: Indices of the options that do.
    """

    text: str
    chance: float
    options: frozenset[int]


@dataclass
class OptionChances:
    """Collects the probabilities of options from the tokens of one or more answers.

    Args:
        options: The closed set.

    Attributes:
        chances: Probability that the answer is this option, for each of them.
        undecided: Beginnings that several options share, and that no tokens are known behind.
        unlisted: Bound of the probability of options that the server's lists leave out.
        share: Probability of all options behind the last beginning, at its first token.
    """

    options: Sequence[str]
    chances: list[float] = field(init=False)
    undecided: list[Beginning] = field(default_factory=list)
    unlisted: float = 0.0
    share: float = 0.0

    def __post_init__(self) -> None:
        """Begin with nothing known."""
        self.chances = [0.0] * len(self.options)
        self._plain = [_plain(option) for option in self.options]
        everything = frozenset(range(len(self.options)))
        self.follow(Beginning("", 1.0, everything))

    def follow(self, beginning: Beginning) -> None:
        """Go on from a beginning: the next tokens that are added stand behind it."""
        self._path: Beginning | None = beginning
        self._is_first = True

    def add(self, token: TokenChances) -> bool:
        """Take the next token of an answer.

        Returns:
            Whether the tokens behind it are needed as well.
        """
        path = self._path
        if path is None:
            return False
        groups: dict[str, tuple[float, str, frozenset[int]]] = {}
        for text, chance in sorted(token.chances, key=lambda each: each[0] != token.text):
            key, options = self._continued(path, text)
            total, first, _ = groups.get(key, (0.0, _joined(path.text, text), options))
            groups[key] = total + path.chance * chance, first, options
        chosen, _ = self._continued(path, token.text)
        listed = frozenset().union(*(options for _, _, options in groups.values()))
        least = min(chance for _, chance in token.chances)
        self.unlisted += path.chance * least * len(path.options - listed)
        if self._is_first:
            with_options = sum(chance for chance, _, options in groups.values() if options)
            self.share, self._is_first = with_options / path.chance, False
        self._path = None
        for key, (chance, text, options) in groups.items():
            if len(options) == 1:
                self.chances[next(iter(options))] += chance
            elif options and key == chosen:
                self._path = Beginning(text, chance, options)
            elif options and key != _NOTHING_YET:
                self.undecided.append(Beginning(text, chance, options))
        return self._path is not None

    def end(self) -> None:
        """The answer has ended."""
        if self._path is not None:
            self.undecided.append(self._path)
            self._path = None

    def next_beginning(self) -> Beginning | None:
        """The most probable undecided beginning, which is then followed.

        ``None`` where what is undecided does not matter, or no continuation decides it.
        """
        total = sum(self.chances) + sum(each.chance for each in self.undecided)
        can = [each for each in self.undecided if self._can_be_continued(each)]
        if self.is_decided or not can or self.unlisted > TOLERANCE * total:
            return None
        most = max(can, key=lambda each: each.chance)
        self.undecided.remove(most)
        self.follow(most)
        return most

    @property
    def is_decided(self) -> bool:
        """Whether each probability is right to within ``TOLERANCE``."""
        open_share = self.unlisted + sum(each.chance for each in self.undecided)
        return open_share <= TOLERANCE * sum(self.chances) and any(self.chances)

    def probabilities(self) -> tuple[float, ...]:
        """The probabilities of the options, which sum to 1.

        The little that is undecided goes to the options that it may belong to, in proportion to
        what is known of them.
        """
        chances = list(self.chances)
        for beginning in self.undecided:
            known = sum(self.chances[index] for index in beginning.options)
            for index in beginning.options:
                share = self.chances[index] / known if known else 1 / len(beginning.options)
                chances[index] += beginning.chance * share
        return tuple(chance / sum(chances) for chance in chances)

    def _can_be_continued(self, beginning: Beginning) -> bool:
        """Whether a beginning is text that ends with a word; within one, other tokens follow."""
        text = _plain_begin(beginning.text)
        if not text:
            return beginning.text.strip() != ""
        following = [self._plain[index][len(text) : len(text) + 1] for index in beginning.options]
        return beginning.text.isprintable() and not all(map(str.isalnum, following))

    def _continued(self, path: Beginning, token: str) -> tuple[str, frozenset[int]]:
        """A name for all texts that mean the same, and the options that a token leaves."""
        before = _plain_begin(path.text)
        if _END_TOKEN.fullmatch(token):
            return "", frozenset(each for each in path.options if self._plain[each] == before)
        text = _plain_begin(_joined(path.text, token))
        begun = {each for each in path.options if self._plain[each].startswith(text)}
        if not begun:  # a whole option, and more behind it
            whole = [each for each in path.options if _is_whole(self._plain[each], text)]
            begun = set(sorted(whole, key=lambda each: len(self._plain[each]))[-1:])
        return _NOTHING_YET + text, frozenset(begun)


def matched_option(text: str, options: Sequence[str]) -> int | None:
    """Index of the option that an answer is, without regard to case and punctuation around it."""
    for normal in (str.strip, _plain):
        same = [index for index, option in enumerate(options) if normal(option) == normal(text)]
        if len(same) == 1:
            return same[0]
    return None


def _is_whole(option: str, text: str) -> bool:
    """Whether a text is an option with something behind it that does not lengthen its last word."""
    return text.startswith(option) and not text[len(option) : len(option) + 1].isalnum()


def _plain(text: str) -> str:
    return text.casefold().lstrip(_BEFORE).rstrip(_AFTER)


def _plain_begin(text: str) -> str:
    """The same of the beginning of an answer, without the part of a character at its end."""
    return _PART_OF_CHARACTER.sub("", text).casefold().lstrip(_BEFORE)


def _joined(text: str, token: str) -> str:
    """A text and the token behind it. Parts of a character become that character."""
    return (text + token).encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
