"""A list of models of all engines, and a manager that notes what it is asked for."""

from __future__ import annotations

from pathlib import Path

from unirs_qgis.runtime.model_list import Downloadable, Model, ModelList, ModelProblem, ModelQuery
from unirs_qgis.runtime.model_manager import ModelManager

MARKUP = "<b>bold</b> <img src='x'>"
NEEDS = {"float32": 12_800_000_000, "bfloat16": 6_400_000_000, "int4": 2_100_000_000}
FITS = {"float32": False, "bfloat16": False, "int4": True}


def model(name: str, **facts) -> Model:
    """A model of the list; ``facts`` replace what is usual."""
    values = {
        "folder": Path("/models") / name,
        "size_bytes": 6_400_000_000,
        "summary": MARKUP,
        "removable": True,
    }
    return Model(name, **{**values, **facts})


ON_SERVER = model(
    "server:http://127.0.0.1:11434/v1#qwen2.5vl:3b",
    engine="server",
    title="qwen2.5vl:3b",
    folder=None,
    removable=False,
    vision=True,
)
FOUND = ModelList(
    models=(
        model("unirs-small", demonstration=True, removable=False, licence="MIT", use="commercial"),
        model("vila-3b", needs_bytes=NEEDS, fits=FITS, use="non-commercial", tried=False),
    ),
    problems=(
        ModelProblem(
            "VILA1.5-3b",
            "model_unconverted",
            "It has to be converted.",
            folder=Path("/models/VILA1.5-3b"),
            size_bytes=6_400_000_000,
            removable=True,
            remedy=("convert", "/models/VILA1.5-3b", "/models/VILA1.5-3b-unirs"),
        ),
    ),
    downloadable=(Downloadable("vila-1.5-3b", "owner/VILA1.5-3b", MARKUP, "non-commercial"),),
    user_folder=Path("/models"),
    memory_bytes=3_000_000_000,
)


class Manager(ModelManager):
    """Notes what it is asked for, in place of running it."""

    def __init__(self) -> None:
        super().__init__(lambda: Path("/python"))
        self.asked: list[tuple[str, ...]] = []
        self.query = ModelQuery()

    def refresh(self, query: ModelQuery) -> None:
        self.asked.append(("refresh", *query.added))
        self.query = query

    def plan(self, name: str) -> None:
        self.asked.append(("plan", name))

    def download(self, name: str) -> None:
        self.asked.append(("download", name))

    def convert(self, source: str, target: str) -> None:
        self.asked.append(("convert", source, target))

    def remove(self, name: str) -> None:
        self.asked.append(("remove", name))


def choose(group, name: str) -> None:
    """Choose a model as a person does in the combo box."""
    index = group.model_combo.findData(name)
    group.model_combo.setCurrentIndex(index)
    group.model_combo.activated.emit(index)
