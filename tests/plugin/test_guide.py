"""*Help* in the panel's menu opens the guide."""

from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QAction

from unirs_qgis.guide import guide


def test_help_opens_the_guide(window, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    window.dock.findChild(QAction, "helpAction").trigger()
    assert opened == [QUrl.fromLocalFile(str(guide()))]
    assert guide().is_file()
