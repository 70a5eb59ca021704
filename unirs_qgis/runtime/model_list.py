"""The models of all engines, as ``unirs models --json`` lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from qtpy.QtCore import QCoreApplication

from unirs_qgis.errors import UserError

Event = Mapping[str, Any]
Kind = TypeVar("Kind", "Model", "ModelProblem", "Downloadable", "DownloadPlan")

UNIRS, TRANSFORMERS, SERVER_ENGINE = "unirs", "transformers", "server"


@dataclass(frozen=True)
class ModelQuery:
    """What to list.

    Attributes:
        added: Names of models that the user has added: folders elsewhere, names of a hub and of
            servers, which are not asked. What is wrong with one is a problem of the list.
        find_servers: Whether to ask the servers of this computer for their models.
        server: URL of a server whose models to list; empty for none.
        allow_remote: Whether it may be on another computer.
        key: Its key; empty for none.
    """

    added: tuple[str, ...] = ()
    find_servers: bool = False
    server: str = ""
    allow_remote: bool = False
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Model:
    """A model that can answer.

    Attributes:
        name: Its name, as ``unirs --model`` takes it.
        engine: What answers with it: ``"unirs"``, ``"transformers"`` or ``"server"``.
        title: Its short name; empty if that is ``name``.
        folder: Its files; ``None`` for a model of a server.
        host: Other host that images are sent to; empty if they stay on this computer.
        size_bytes: Size on disk; ``None`` if it is unknown.
        needs_bytes: Memory that it needs on this computer, by precision.
        fits: Whether that much memory is there, by precision.
        demonstration: Whether it is for demonstration only.
        summary: One sentence about it.
        licence: Its licence; empty if it names none.
        use: Kind of use that the licence allows; empty if it is not known.
        tried: Whether UniRS was tried with it.
        vision: Whether a model of a server reads images; ``None`` if its server does not tell.
        removable: Whether ``remove_model`` may delete it.
        added: Whether the user added it to the list.
    """

    name: str
    engine: str = UNIRS
    title: str = ""
    folder: Path | None = None
    host: str = ""
    size_bytes: int | None = None
    needs_bytes: Mapping[str, int] = field(default_factory=dict)
    fits: Mapping[str, bool] = field(default_factory=dict)
    demonstration: bool = False
    summary: str = ""
    licence: str = ""
    use: str = ""
    tried: bool | None = None
    vision: bool | None = None
    removable: bool = False
    added: bool = False

    def precision_for(self, wanted: str) -> str:
        """The precision whose memory counts: the one that is wanted, or the widest that fits."""
        if wanted in self.needs_bytes or not self.needs_bytes:
            return wanted
        widest_first = sorted(self.needs_bytes, key=lambda each: -self.needs_bytes[each])
        fitting = [each for each in widest_first if self.fits.get(each, True)]
        return fitting[0] if fitting else widest_first[-1]

    def need(self, wanted: str) -> int | None:
        """Memory that it needs in a precision, in bytes; ``None`` if that is unknown."""
        return self.needs_bytes.get(self.precision_for(wanted))

    def does_fit(self, wanted: str) -> bool:
        """Whether it fits into this computer's memory, as far as that is known."""
        return self.fits.get(self.precision_for(wanted), True)


@dataclass(frozen=True)
class ModelProblem:
    """A model that cannot answer.

    Attributes:
        name: Its name, as ``unirs --model`` takes it.
        code: Such as ``"model_unconverted"``, ``"download_incomplete"`` or ``"model_missing"``.
        message: One sentence why.
        engine: What would answer with it; empty if it is not known.
        folder: Its files; ``None`` if there are none.
        size_bytes: Size on disk; ``None`` if it is unknown.
        removable: Whether ``remove_model`` may delete it.
        remedy: Arguments of ``unirs`` that repair it; empty if there are none.
        added: Whether the user added it to the list.
    """

    name: str
    code: str
    message: str
    engine: str = ""
    folder: Path | None = None
    size_bytes: int | None = None
    removable: bool = False
    remedy: tuple[str, ...] = ()
    added: bool = False


@dataclass(frozen=True)
class Downloadable:
    """A model that can be downloaded by a short name."""

    name: str
    repository: str
    summary: str
    licence: str


@dataclass(frozen=True)
class ModelList:
    """The output of ``unirs models``.

    Attributes:
        models: Those that can answer.
        problems: Those that cannot.
        downloadable: Those that have a short name.
        user_folder: Folder of downloads.
        memory_bytes: Memory of this computer, which decides what fits; ``None`` if it is unknown.
        servers: URLs of the servers that answered.
    """

    models: tuple[Model, ...] = ()
    problems: tuple[ModelProblem, ...] = ()
    downloadable: tuple[Downloadable, ...] = ()
    user_folder: Path = field(default_factory=Path)
    memory_bytes: int | None = None
    servers: tuple[str, ...] = ()

    def find(self, name: str) -> Model | ModelProblem | None:
        """The model of a name, or of a folder; ``None`` if it is not in the list."""
        both = (*self.models, *self.problems)
        named = (each for each in both if each.name == name)
        in_folder = (each for each in both if each.folder and str(each.folder) == name)
        return next(named, None) or next(in_folder, None)

    def with_models(self, others: Iterable[Model]) -> ModelList:
        """The list with more models at its end, each name once."""
        new = [each for each in others if self.find(each.name) is None]
        return replace(self, models=(*self.models, *new))


@dataclass(frozen=True)
class DownloadPlan:
    """The size and needs of a download.

    Attributes:
        name: The requested name.
        repository: Repository on the hub.
        licence: Its licence; empty if it names none.
        total_bytes: Size of all files, in bytes.
        present_bytes: Size of the files of an interrupted download, in bytes.
        free_bytes: Free space on the disk, in bytes.
        needs_conversion: Whether it has to be converted before it can answer.
    """

    name: str
    repository: str
    licence: str
    total_bytes: int
    present_bytes: int
    free_bytes: int
    needs_conversion: bool


def read_list(facts: Event) -> ModelList:
    """The list in the output of ``unirs models --json``.

    Raises:
        UserError: It has another form.
    """
    try:
        return ModelList(
            models=tuple(read_facts(Model, _named(each)) for each in facts["models"]),
            problems=tuple(
                read_facts(ModelProblem, {**_named(each), "remedy": each.get("next")})
                for each in facts.get("problems", ())
            ),
            downloadable=tuple(read_facts(Downloadable, x) for x in facts.get("downloadable", ())),
            user_folder=Path(facts["folders"][0]),
            memory_bytes=_READERS["int | None"](facts.get("memory_bytes")),
            servers=tuple(str(each["url"]) for each in facts.get("servers", ())),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise unreadable() from error


def _named(facts: Event) -> dict[str, Any]:
    """The facts of a model, under the name that requests use; its own name is its title."""
    name = facts.get("model") or facts["name"]
    return {**facts, "name": name, "title": facts.get("name") or name}


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": lambda value: str(value or ""),
    "int": int,
    "int | None": lambda value: None if value is None else int(value),
    "bool": bool,
    "bool | None": _flag,
    "Path": Path,
    "Path | None": lambda value: Path(value) if value else None,
    "tuple[str, ...]": lambda value: tuple(map(str, value or ())),
    "Mapping[str, int]": lambda value: {
        str(name): int(size) for name, size in (value or {}).items() if size is not None
    },
    "Mapping[str, bool]": lambda value: {
        str(name): bool(flag) for name, flag in (value or {}).items() if flag is not None
    },
}
"""How a value of JSON is read, by the type of the attribute."""


def read_facts(kind: type[Kind], facts: Event) -> Kind:
    """Read the attributes of a dataclass from JSON.

    Raises:
        UserError: A value is missing, or has another form.
    """
    try:
        present = [each for each in fields(kind) if each.name in facts]
        return kind(**{each.name: _READERS[str(each.type)](facts[each.name]) for each in present})
    except (TypeError, ValueError, AttributeError) as error:
        raise unreadable() from error


def unreadable() -> UserError:
    """The failure of a runtime whose output has another form than this one expects."""
    text = QCoreApplication.translate(
        "Models", "The runtime's answer cannot be understood; repair the runtime."
    )
    return UserError("answer_unreadable", text)
