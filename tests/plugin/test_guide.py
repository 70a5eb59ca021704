"""*Help* in the panel's menu opens the guide."""

from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import QAction

from unirs_qgis.paths import guide_page


def test_help_opens_the_guide(window, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    window.dock.findChild(QAction, "helpAction").trigger()
    assert opened == [QUrl.fromLocalFile(str(guide_page()))]
    assert guide_page().is_file()
