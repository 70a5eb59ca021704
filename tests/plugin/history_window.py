"""A QGIS that does nothing but keep a history; the tests of the history run and kill it.

    history_window.py PATH COUNT          adds COUNT entries, one after the other (-1: for ever)
    history_window.py PATH layer          adds for ever, and shows the file as a layer meanwhile
    history_window.py PATH full           fills the disk of PATH, adds, makes room, adds again
    history_window.py PATH remount-ro     adds, makes the disk of PATH read-only, adds again

It prints what the history tells, a line each: "added ID", "failed SENTENCE", "unsaved COUNT", and
at the end "kept ID" for every entry in the file.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from qgis.core import QgsApplication
from qtpy.QtCore import QTimer

from unirs_qgis.answer import Answer
from unirs_qgis.dock.entries import Entry, LayerRecord, new_id, now
from unirs_qgis.history import History
from unirs_qgis.history.answer_file import AnswerFile


def entry() -> Entry:
    return Entry(
        id=new_id(),
        created=now(),
        kind="single",
        task="caption",
        question="",
        answer=Answer("A town at a river. " * 50, "unirs-small", "cpu", 0.25, demonstration=True),
        footprint="POLYGON((5e5 4e6,501000 4e6,501000 4001000,5e5 4001000,5e5 4e6))",
        crs="EPSG:32611",
        layers=(LayerRecord("town", "town.tif", "2020-08-31"),),
    )


def fill(filler: Path) -> None:
    """Writes until nothing more goes on the disk."""
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(512))


def main() -> None:
    path, what = Path(sys.argv[1]), sys.argv[2]
    application = QgsApplication([], False)
    application.initQgis()
    history = History(path)
    steps: list[Callable[[], object]] = [lambda: None]

    if what == "full":
        filler = path.parent / "filler"
        steps += [lambda: fill(filler), lambda: None, filler.unlink]
    elif what == "layer":
        layers = []
        steps += [lambda: layers.append(history.as_layer())]
        steps += [lambda: list(layers[0].getFeatures())] * 10**6
    elif what == "remount-ro":
        steps += [
            lambda: subprocess.run(["mount", "-o", "remount,ro", str(path.parent)], check=True)
        ]
    else:
        steps *= int(what) if int(what) >= 0 else 10**6

    def step() -> None:
        if steps:
            steps.pop(0)()
            history.add(entry())
            return
        history.close()
        for kept in AnswerFile(path).read().entries:
            print("kept", kept.id, flush=True)
        application.quit()

    history.failed.connect(lambda sentence: print("failed", sentence, flush=True))
    history.unsaved_changed.connect(lambda count: print("unsaved", count, flush=True))
    history.added.connect(lambda added: print("added", added.id, flush=True))
    history.added.connect(lambda _: QTimer.singleShot(0, step))
    QTimer.singleShot(0, step)
    application.exec()


if __name__ == "__main__":
    main()
