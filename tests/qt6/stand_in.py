"""A stand-in for ``qgis`` on PyQt6, made of the signatures in qgis-stubs.

It computes nothing. A class has the names, arguments, enums and signals of QGIS's own; what is a
widget in QGIS is one here, by its real base class of PyQt6. A name that QGIS lacks is an
``AttributeError``, arguments that it does not take are a ``TypeError``, and an enum's members are
reached by the enum alone, as in Qt 6. A method returns what was set before, else nothing or zero.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QGraphicsScene, QGraphicsView, QWidget

VERSION = 40000
ROOTS = ("qtpy", "qgis")
NOTHING_CHOSEN = {"activeLayer", "currentLayer", "currentNode", "layer", "mapLayer"}
"""Methods that return nothing in a new QGIS, where others return the one object of their class."""

RENAMED = {
    "QgsFeatureRequest.Flag": "FeatureRequestFlag",
    "QgsMapLayerProxyModel.Filter": "LayerFilter",
    "QgsProcessingParameterNumber.Type": "ProcessingNumberParameterType",
    "QgsWkbTypes.Type": "WkbType",
}
"""Enums that moved into ``Qgis``, where QGIS keeps the old names; the stubs list most of them."""

MAPPINGS = {"mapLayers"}
"""Methods that return a mapping, where the stubs have ``Any``."""

PLAIN = {"str": "", "int": 0, "float": 0.0, "bool": False, "list": [], "dict": {}, "set": set()}


EXCEPTIONS = ("QgsCsException", "QgsProcessingException")
"""QGIS's exceptions, which the stubs leave out."""


class Thing:
    """What QGIS has beside Qt's classes."""


class Definitions:
    """The classes of one of QGIS's modules, built when they are first asked for.

    Args:
        name: Name in qgis-stubs, such as ``"_core"``.
        others: The modules that its classes derive from, by their names there.
    """

    def __init__(self, name: str, **others: Definitions) -> None:
        self._name, self._others = name, others
        self._built: dict[str, type] = {}

    @cached_property
    def _nodes(self) -> dict[str, ast.ClassDef]:
        tree = ast.parse(read_stub(f"{self._name}.pyi"), type_comments=True)
        return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    @cached_property
    def _renamed(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Enums of ``Qgis`` by their old names, with the old names of their members."""
        found: dict[str, tuple[str, dict[str, str]]] = {
            old: (new, {}) for old, new in RENAMED.items()
        }
        pattern = r"^(Qgs\w+\.\w+)\.(\w+) = Qgis\.(\w+)\.(\w+)$"
        for old, member, new, now in re.findall(
            pattern, read_stub("core/__init__.py"), re.MULTILINE
        ):
            found.setdefault(old, (new, {}))[1][member] = now
        return found

    @property
    def names(self) -> list[str]:
        """The names of all classes."""
        return [*self._nodes]

    def find(self, name: str) -> type:
        """A class.

        Raises:
            AttributeError: QGIS has none of this name.
        """
        if name not in self._built:
            if name not in self._nodes:
                raise AttributeError(f"QGIS has no {name}")
            made = self._built[name] = self._build(self._nodes[name], name)
            for old, (new, _) in self._renamed.items():
                if old.startswith(f"{name}."):
                    setattr(made, old.partition(".")[2], getattr(self.find("Qgis"), new))
        return self._built[name]

    def resolve(self, text: str) -> type | None:
        """The class of QGIS or Qt that a base or an annotation names, if there is one."""
        first, _, rest = text.partition(".")
        with suppress(AttributeError, ImportError):
            if first in self._others:
                return self._others[first].find(rest)
            if first.startswith("Qt") and rest:
                found: Any = importlib.import_module(f"PyQt6.{first}")
            else:
                found = self.find(first)
            for part in filter(None, rest.split(".")):
                found = getattr(found, part)
            return found if isinstance(found, type) else None
        return None

    def _build(self, node: ast.ClassDef, qualified: str) -> type:
        bases = tuple(self.resolve(ast.unparse(base)) or Thing for base in node.bases) or (Thing,)
        qt = next((each for base in bases for each in base.__mro__ if is_of_qt(each)), None)
        nested = [each for each in node.body if isinstance(each, ast.ClassDef)]
        flags = dict(filter(None, map(flags_of, nested)))
        members: dict[str, Any] = {"__module__": f"qgis.{self._name[1:]}"}
        for each in nested:
            if is_enum(each):
                older = [names for new, names in self._renamed.values() if new == each.name]
                members[each.name] = make_enum(each, each.name in flags.values(), *older)
        for each in nested:
            if each.name in flags:
                members[each.name] = members.get(flags[each.name], Thing)
            elif each.name not in members:
                members[each.name] = self._build(each, f"{qualified}.{each.name}")
        for name, overloads in methods(node).items():
            if name == "__init__" or not (qt and hasattr(qt, name)):
                members[name] = self._method(name, overloads)
        for each in node.body:
            if isinstance(each, ast.AnnAssign) and "pyqtSignal" in ast.unparse(each.annotation):
                members[ast.unparse(each.target)] = pyqtSignal(object)
            elif isinstance(each, ast.Assign) and without_none(each.type_comment or "") in PLAIN:
                members[ast.unparse(each.targets[0])] = PLAIN[without_none(each.type_comment or "")]
        made = type(node.name, bases, members)
        made.__qualname__ = qualified
        return made

    def _method(self, name: str, overloads: list[ast.FunctionDef]) -> Any:
        decorators = {ast.unparse(each) for each in overloads[0].decorator_list}
        free = "staticmethod" in decorators
        signatures = [signature(each) for each in overloads]

        def method(*words: Any, **named: Any) -> Any:
            if not any(fits(each, words, named) for each in signatures):
                given = ", ".join([*map(repr, words[not free :]), *named])
                raise TypeError(f"{name}({given}) is none of " + "; ".join(map(str, signatures)))
            owner = method if free else words[0]
            if name == "__init__":
                return initialise(owner, words[1:], named)
            memory = vars(owner).setdefault("_memory", {})
            key = name.removeprefix("set").removeprefix("is").lower()
            if name.startswith("set") and len(words) > 1:
                memory[key] = words[1]
                return None
            if key not in memory:
                memory[key] = self._default(name, ast.unparse(overloads[0].returns), owner)
            return memory[key]

        return staticmethod(method) if free else method

    def _default(self, name: str, returns: str, owner: object) -> Any:
        text = without_none(returns.replace("'", ""))
        plain = text.partition("[")[0].rpartition(".")[2].lower()
        if plain in PLAIN or name in MAPPINGS:
            return type(PLAIN.get(plain, {}))()
        found = None if name in NOTHING_CHOSEN else self.resolve(text)
        if found is None:
            return None
        if issubclass(found, enum.Enum):
            return next(iter(found))
        new = found.__new__(found)
        initialise(new, (owner,) if isinstance(owner, QWidget) else (), {})
        return new


def read_stub(path: str) -> str:
    """A file of qgis-stubs."""
    files = distribution("qgis-stubs").files or []
    found = next(each for each in files if str(each) == f"qgis-stubs/{path}")
    return Path(found.locate()).read_text("utf-8")


def without_none(annotation: str) -> str:
    """``str`` of ``typing.Optional[str]``."""
    optional = "typing.Optional["
    return annotation[len(optional) : -1] if annotation.startswith(optional) else annotation


def is_of_qt(found: type) -> bool:
    """Whether a class is one of PyQt6's own."""
    return found.__module__.startswith("PyQt6.")


def initialise(new: object, words: Iterable[Any], named: dict[str, Any]) -> None:
    """Call the constructor of the class of Qt that an object derives from."""
    qt = next((each for each in type(new).__mro__ if is_of_qt(each)), None)
    if qt is None or vars(new).get("_is_made"):
        return
    vars(new)["_is_made"] = True  # PyQt calls the constructors of all base classes
    kinds = [each for each in (QWidget, QObject) if issubclass(qt, each)][:1]
    parents = [each for each in (*words, *named.values()) if isinstance(each, tuple(kinds))]
    qt.__init__(new, *parents[:1])
    if isinstance(new, QGraphicsView):  # QGIS's map has a scene
        new.setScene(QGraphicsScene(new))


def methods(node: ast.ClassDef) -> dict[str, list[ast.FunctionDef]]:
    """The methods of a class with their overloads."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for each in node.body:
        if isinstance(each, ast.FunctionDef):
            found.setdefault(each.name, []).append(each)
    return found


def signature(node: ast.FunctionDef) -> inspect.Signature:
    """The arguments that a method takes; those with a default may be left out."""
    kinds = inspect.Parameter
    required = len(node.args.args) - len(node.args.defaults)
    parameters = [
        kinds(each.arg, kinds.POSITIONAL_OR_KEYWORD)
        if number < required
        else kinds(each.arg, kinds.POSITIONAL_OR_KEYWORD, default=...)
        for number, each in enumerate(node.args.args)
    ]
    if node.args.vararg:
        parameters.append(kinds(node.args.vararg.arg, kinds.VAR_POSITIONAL))
    return inspect.Signature(parameters)


def fits(candidate: inspect.Signature, words: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether a signature takes these arguments."""
    try:
        candidate.bind(*words, **named)
    except TypeError:
        return False
    return True


def is_enum(node: ast.ClassDef) -> bool:
    """Whether a class of the stubs is an enum."""
    return [ast.unparse(base) for base in node.bases] in (["int"], ["enum.Enum"], ["Enum"])


def flags_of(node: ast.ClassDef) -> tuple[str, str] | None:
    """Name of a class of flags and of its enum, which are one in Qt 6."""
    found = methods(node)
    if "__ior__" not in found:
        return None
    text = ast.unparse(found["__ior__"][0].args.args[1].annotation)
    names = [part.strip(" '[]").rpartition(".")[2] for part in text.split(",")]
    return node.name, next(name for name in names if name != node.name)


def make_enum(node: ast.ClassDef, is_flags: bool, *older: dict[str, str]) -> type[enum.Enum]:
    """The enum of a class of the stubs, whose values are not known, with older names of members."""
    assigned = [each.targets[0] for each in node.body if isinstance(each, ast.Assign)]
    names = [ast.unparse(target) for target in assigned]
    kind: Any = enum.Flag if is_flags else enum.Enum
    values = [1 << number for number in range(len(names))] if is_flags else range(len(names))
    members = dict(zip(names, values, strict=True))
    aliases = {old: members[new] for each in older for old, new in each.items() if new in members}
    return kind(node.name, {**members, **aliases})


class SystemPackages:
    """Finds GDAL and numpy in QGIS's own Python; nothing else comes from there."""

    names = ("osgeo", "numpy")

    def find_spec(self, name: str, path: Any = None, _target: object = None) -> ModuleSpec | None:
        """Where a module is."""
        if name.partition(".")[0] not in self.names:
            return None
        return PathFinder.find_spec(name, path or ["/usr/lib/python3/dist-packages"])


def module(name: str, **members: Any) -> ModuleType:
    """Make a module that can be imported."""
    made = sys.modules[name] = ModuleType(name)
    vars(made).update(members)
    return made


def install() -> None:
    """Let ``qgis`` be imported."""
    core = Definitions("_core")
    gui = Definitions("_gui", _core=core)
    core._built |= {name: type(name, (Exception,), {}) for name in EXCEPTIONS}
    core.find("Qgis").QGIS_VERSION_INT = VERSION
    core.find("Qgis").QGIS_VERSION = "4.0.0"
    module("qgis", __path__=[])
    module("qgis.core", __getattr__=core.find)
    module("qgis.gui", __getattr__=gui.find)
    qt = module("qgis.PyQt", __path__=[])
    for name in ("QtCore", "QtGui", "QtNetwork", "QtWidgets", "QtXml"):
        found = importlib.import_module(f"PyQt6.{name}")
        sys.modules[f"qgis.PyQt.{name}"] = found
        setattr(qt, name, found)
    module("processing", execAlgorithmDialog=lambda *_words, **_named: None)
    sys.meta_path.append(SystemPackages())


def fill(name: str) -> None:
    """Build all classes of a module, for a program that looks through them."""
    found = sys.modules[name]
    for each in found.__getattr__.__self__.names:
        setattr(found, each, getattr(found, each))


def interface() -> Any:
    """QGIS's interface, as a plugin is given it."""
    found = sys.modules["qgis.gui"].QgisInterface
    return found()


def chains(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Module and dotted name of all that a source reaches from a name of Qt or QGIS."""
    origins: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOTS:
            for alias in node.names:
                origins[alias.asname or alias.name] = (str(node.module), alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            first, *rest = ast.unparse(node).split(".")
            if first in origins and all(map(str.isidentifier, rest)):
                place, name = origins[first]
                yield place, ".".join([name, *rest])
