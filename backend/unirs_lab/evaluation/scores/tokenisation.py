"""Tokenisation of captions before they are compared; every figure names its tokenisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from unirs.errors import UniRSError
from unirs_lab.evaluation.scores.java import ptb_tokenise
from unirs_lab.evaluation.scores.vqa import normalise

TOKENISATIONS = ("chg2cap", "ptb", "plain")
"""Names; ``chg2cap`` is that of the figures published on LEVIR-CC."""

KNOWN_FROM = 5
"""Least number of occurrences of a word in Chg2Cap's vocabulary."""

UNKNOWN = 1
FIRST_WORD = 4
"""Chg2Cap's numbers of ``<UNK>`` and of the first word; <NULL>, <START> and <END> are 0, 2, 3."""


@dataclass(frozen=True)
class Tokenisation:
    """A way to turn captions into words.

    Attributes:
        name: One of ``TOKENISATIONS``.
        description: A few words for reports.
        split: From texts of one line each to words joined by single spaces.
    """

    name: str
    description: str
    split: Callable[[Sequence[str]], list[str]]

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """The words of each text, joined by spaces; an empty text without words.

        Line feeds and other unprintable characters count as spaces: for the Java
        programs they would end a caption.

        Raises:
            UniRSError: Of Java, for ``ptb``.
        """
        return self.split([" ".join(_printable(text).split()) for text in texts])


def tokenisation(name: str, corpus: Iterable[str] = ()) -> Tokenisation:
    """A tokenisation by name.

    - ``chg2cap``: as in Chg2Cap's ``preprocess_data.py``, which later methods use as well. Case is
      kept, ``?`` and ``.`` are dropped, ``,`` and ``;`` are words of their own. Words with less
      than five occurrences in all captions of the data set (training, validation and test
      together) become ``<UNK>``, in captions and references. Words are compared by their numbers
      in the vocabulary, so that METEOR finds no stems and synonyms. (Unlike there, several
      spaces in a row are one.)
    - ``ptb``: the Stanford PTB tokeniser, lower case, punctuation dropped, as in pycocoevalcap's
      ``eval.py`` (COCO). Needs Java.
    - ``plain``: as answers are compared: lower case, no ASCII punctuation, split at white space.

    Args:
        name: One of ``TOKENISATIONS``.
        corpus: For ``chg2cap``: all captions of the data set.

    Raises:
        UniRSError: ``tokenisation_unknown``, ``corpus_missing``.
    """
    if name == "plain":
        return PLAIN
    if name == "ptb":
        return Tokenisation("ptb", "PTB, lower-case, no punctuation", _ptb)
    if name == "chg2cap":
        return _chg2cap(corpus)
    raise UniRSError(
        "tokenisation_unknown",
        f"There is no tokenisation '{name}'; choose from {', '.join(TOKENISATIONS)}.",
    )


def _chg2cap(corpus: Iterable[str]) -> Tokenisation:
    counts = Counter(word for text in corpus for word in _chg2cap_words(text))
    known = sorted(word for word, count in counts.items() if count >= KNOWN_FROM)
    if not known:
        raise UniRSError(
            "corpus_missing",
            "The tokenisation 'chg2cap' needs all captions of the data set for its vocabulary, and "
            f"these hold no word {KNOWN_FROM} times; give them all or take 'ptb'.",
        )
    numbers = {word: str(number) for number, word in enumerate(known, FIRST_WORD)}

    def split(texts: Sequence[str]) -> list[str]:
        return [
            " ".join(numbers.get(word, str(UNKNOWN)) for word in _chg2cap_words(text))
            for text in texts
        ]

    description = f"Chg2Cap, case kept, {len(known)} words seen {KNOWN_FROM} times, others <UNK>"
    return Tokenisation("chg2cap", description, split)


def _chg2cap_words(text: str) -> list[str]:
    apart = text.replace(";", " ;").replace(",", " ,")
    return apart.replace("?", "").replace(".", "").split()


def _ptb(texts: Sequence[str]) -> list[str]:
    from pycocoevalcap.tokenizer.ptbtokenizer import PUNCTUATIONS

    return [
        " ".join(word for word in line.split() if word not in PUNCTUATIONS)
        for line in ptb_tokenise(texts)
    ]


def _plain(texts: Sequence[str]) -> list[str]:
    return [normalise(text) for text in texts]


def _printable(text: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in text)


PLAIN = Tokenisation("plain", "lower-case, no punctuation", _plain)
