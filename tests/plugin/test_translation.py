"""German and French: complete, true to the source, and what QGIS shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from qgis.core import QgsSettings
from qtpy.QtCore import QCoreApplication, QTranslator

from unirs_qgis.translation import Translation

ROOT = Path(__file__).parents[2]
SENTENCES = ROOT / "backend" / "unirs" / "sentences.py"
"""Of the worker, which ``TRANSLATES`` shows in the user's language."""
TRANSLATES = ROOT / "unirs_qgis" / "dock" / "parts" / "sentences.py"
TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for path in [*sorted((ROOT / "unirs_qgis").rglob("*.py")), SENTENCES]
    if "_vendor" not in path.parts and path != TRANSLATES
}
UPDATE = "; `python -m scripts.translate` brings the translations in line"

languages = pytest.mark.parametrize("language", ["de", "fr"])


def classes() -> Iterator[tuple[Path, ast.ClassDef]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield path, node


def own_calls(node: ast.AST) -> Iterator[ast.Call]:
    """Calls inside of a node, but not in the classes inside of it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child
        if not isinstance(child, ast.ClassDef):
            yield from own_calls(child)


def is_tr(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith(".tr")


def is_translate(call: ast.Call) -> bool:
    return ast.unparse(call.func) in {
        *("QCoreApplication.translate", "translate", "QT_TRANSLATE_NOOP"),
    }


def strings() -> Iterator[tuple[str, str]]:
    """Context and text of everything that the plugin says."""
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and is_translate(node):
                context, text = (ast.literal_eval(argument) for argument in node.args)
                yield context, text
    for _, node in classes():
        for call in own_calls(node):
            if is_tr(call):
                yield node.name, ast.literal_eval(call.args[0])


def translations(language: str) -> dict[tuple[str, str], str]:
    """What the file of a language has for context and text; empty where it is unfinished."""
    path = ROOT / "resources/i18n" / f"unirs_{language}.ts"
    tree = ElementTree.parse(path)  # noqa: S314  our own file
    return {
        (context.findtext("name"), message.findtext("source")): (
            "" if translation.get("type") else translation.text or ""
        )
        for context in tree.iter("context")
        for message in context.iter("message")
        for translation in message.iter("translation")
    }


def test_every_text_is_literal_so_that_it_can_be_collected():
    calls = [
        (path, node)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (is_tr(node) or is_translate(node))
    ]
    assert len(calls) > 100
    for path, call in calls:
        for argument in call.args:
            place = f"{path.name}:{call.lineno}"
            assert isinstance(argument, ast.Constant), place
            assert isinstance(argument.value, str), place


def test_no_class_that_translates_is_derived_from():
    """Qt looks a text up under the name of the object's own class: a derived one finds nothing."""
    translating = {node.name for _, node in classes() if any(is_tr(c) for c in own_calls(node))}
    for path, node in classes():
        bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        assert not bases & translating, f"{path.name}: {node.name}"


@languages
def test_the_translation_is_complete(language):
    found = translations(language)
    wanted = set(strings())
    assert sorted(wanted - set(found)) == [], "not collected" + UPDATE
    assert sorted(set(found) - wanted) == [], "said no more" + UPDATE
    assert sorted(key for key, text in found.items() if not text) == [], "not translated"


@languages
def test_translations_have_the_placeholders_of_the_text(language):
    for (context, text), translation in translations(language).items():
        for pattern in (r"\{[^}]*\}", r"\*\.\w+", r"^\s+", r"\s+$", r"…$", r"\(UTC\)|\(WKT\)", "▸"):
            expected = sorted(re.findall(pattern, text))
            assert sorted(re.findall(pattern, translation)) == expected, (context, text)


@languages
def test_compiled_translations_are_up_to_date(qgis_app, language):
    translator = QTranslator()
    assert translator.load(str(ROOT / "resources/i18n" / f"unirs_{language}.qm"))
    QCoreApplication.installTranslator(translator)
    try:
        for (context, text), translation in translations(language).items():
            assert QCoreApplication.translate(context, text) == translation, UPDATE
    finally:
        QCoreApplication.removeTranslator(translator)


@pytest.fixture
def set_locale(qgis_app):
    settings = QgsSettings()
    before = [(key, settings.value(key)) for key in ("locale/overrideFlag", "locale/userLocale")]

    def set_to(locale: str) -> None:
        settings.setValue("locale/overrideFlag", True)
        settings.setValue("locale/userLocale", locale)

    yield set_to
    for key, value in before:
        settings.setValue(key, value) if value is not None else settings.remove(key)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("de_AT", "Beschreibung der Änderung"),
        ("fr", "Description du changement"),
        ("pt_BR", "Description of change"),
    ],
)
def test_the_plugin_has_the_language_of_qgis_until_it_is_unloaded(set_locale, locale, words):
    set_locale(locale)
    translation = Translation()
    try:
        assert QCoreApplication.translate("Entry", "Description of change") == words
    finally:
        translation.remove()
    assert QCoreApplication.translate("Entry", "Description of change") == "Description of change"
