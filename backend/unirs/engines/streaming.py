"""Text that is passed on piece by piece, none of it twice."""

from __future__ import annotations

from collections.abc import Callable


class GrowingText:
    """Passes on the pieces of a text that may have to be written once more from its beginning.

    That happens where a batch did not fit into memory: the answer is the same, and whoever reads
    it has its first part already.

    Args:
        pass_on: Called with each new piece.
    """

    def __init__(self, pass_on: Callable[[str], None]) -> None:
        self._pass_on = pass_on
        self._place = self._passed = 0  # characters: written now, passed on so far

    def add(self, piece: str) -> None:
        """The next piece; nothing is passed on of what was passed on before."""
        new = piece[max(0, self._passed - self._place) :]
        self._place += len(piece)
        if new:
            self._passed = self._place
            self._pass_on(new)

    def begin_anew(self) -> None:
        """The next piece is the first one again."""
        self._place = 0
