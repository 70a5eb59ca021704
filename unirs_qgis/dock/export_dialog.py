"""The dialog for exporting the history: proposes a name, and confirms overwriting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFileDialog, QMessageBox, QWidget


class ExportDialog(QFileDialog):
    """Asks for a file to write, in one of some formats. It deletes itself when it is closed.

    Args:
        proposed: The file that is proposed; its folder is shown first.
        formats: Text of each format by its suffix (".gpkg": "GeoPackage"), the default first.
        parent: Parent widget.
        title: Of the dialog.

    Signals:
        chosen: Path of the file, with the suffix of one of the formats.
    """

    chosen = Signal(str)

    def __init__(
        self,
        proposed: Path,
        formats: Mapping[str, str],
        parent: QWidget | None = None,
        title: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title or self.tr("Export history"))
        self.setDirectory(str(proposed.parent))
        self._suffixes = {f"{text} (*{suffix})": suffix for suffix, text in formats.items()}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self.setNameFilters(list(self._suffixes))
        self.selectFile(proposed.name)
        self._take_filter(self.selectedNameFilter())
        self.filterSelected.connect(self._take_filter)
        self.fileSelected.connect(self._on_selected)

    def _take_filter(self, name_filter: str) -> None:
        """Sets the suffix that the dialog adds before it checks whether the file exists."""
        self.setDefaultSuffix(self._suffixes[name_filter].lstrip("."))

    def _on_selected(self, path: str) -> None:
        """Adds a suffix to a name with another one ("history.v2"), and confirms overwriting."""
        suffixes = self._suffixes.values()
        if Path(path).suffix.lower() in suffixes:
            self.chosen.emit(path)
            return
        complete = path + self._suffixes.get(self.selectedNameFilter(), next(iter(suffixes)))
        if not Path(complete).exists() or self._may_replace(complete):
            self.chosen.emit(complete)

    def _may_replace(self, path: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.Warning, self.windowTitle(), "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("{file} already exists. Replace it?").format(file=Path(path).name))
        replace = box.addButton(self.tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is replace
