"""The runtime on the options page: its state, the set-up, a Python of the user's own."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import QgsApplication
from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget
from qtpy.QtCore import Signal
from qtpy.QtGui import QFontDatabase
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.background import BackgroundTask
from unirs_qgis.options.widgets import (
    Activity,
    Confirmation,
    Message,
    button_row,
    compact_combo,
    hint_label,
    plain_label,
)
from unirs_qgis.runtime.environment import PYTHON_VARIABLE, RuntimeState, describe_runtime
from unirs_qgis.runtime.locks import USUAL_PYTHON
from unirs_qgis.runtime.offline import has_python
from unirs_qgis.runtime.own_python import OwnPython, inspect_python
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.settings import Settings, SetupOptions, write_setup_options


class RuntimeGroup(QGroupBox):
    """Sets up, repairs and removes the runtime, or takes an environment of the user's own.

    Args:
        setup: The set-up, which the dock shows as well.
        python: Interpreter of the user's own environment; empty for none.
        options: The options of the set-up.
        parent: Qt's owner.
    """

    python_changed = Signal()
    release_wanted = Signal()
    """The runtime is about to be removed: stop the worker."""

    def __init__(
        self,
        setup: RuntimeSetup,
        python: str,
        options: SetupOptions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Runtime"))
        self._setup = setup
        self._check: BackgroundTask | None = None
        self._build_state()
        self._build_python(python)
        self._build_setup_options(options)
        column = QVBoxLayout(self)
        column.addWidget(
            hint_label(
                self.tr(
                    "The models run in a Python environment of their own, separate from that of "
                    "QGIS. The set-up downloads it, with the language model of unirs-small."
                )
            )
        )
        column.addWidget(self.plan_label)
        column.addWidget(self.state_label)
        column.addLayout(button_row(self.set_up_button, self.remove_button, self.log_button))
        column.addLayout(button_row(self.from_folder_button))
        column.addLayout(button_row(self.save_button))
        for part in (self.offer, self.activity, self.notice, self.log_view):
            column.addWidget(part)
        column.addLayout(self._python_form)
        column.addWidget(self.options_box)
        self._connect()
        self.refresh()

    @property
    def python(self) -> str:
        """The interpreter that the user has chosen; empty for none."""
        return self.python_edit.filePath().strip()

    @property
    def options(self) -> SetupOptions:
        """The options of the set-up."""
        return SetupOptions(
            base_python=self.base_edit.filePath().strip(),
            build=self.build_combo.currentData(),
            wheels_folder=self.wheels_edit.filePath().strip(),
            index=self.index_edit.text().strip(),
            extra_index=self.extra_index_edit.text().strip(),
            python_mirror=self.mirror_edit.text().strip(),
            uv=self.uv_edit.filePath().strip(),
        )

    def refresh(self) -> None:
        """Show the current state."""
        runtime = describe_runtime(Settings(python=self.python))
        running = self._setup.is_running
        exists = runtime.own and runtime.state is not RuntimeState.MISSING
        self.state_label.setText(runtime.message)
        self.set_up_button.setText(self.tr("Repair") if exists else self.tr("Set up"))
        self.set_up_button.setEnabled(runtime.own and not running)
        self.remove_button.setEnabled(exists and not running)
        self.from_folder_button.setEnabled(runtime.own and not running)
        self.save_button.setEnabled(not running)
        self.options_box.setEnabled(runtime.own and not running)
        if running and self.activity.isHidden():
            self._show_start()
            self.log_view.setPlainText("\n".join(self._setup.log))
            self.activity.show_stage(self._setup.stage)
            self.activity.show_progress(self._setup.progress)
        elif not running:
            self.activity.hide()

    def _build_state(self) -> None:
        self.state_label = plain_label()
        self.state_label.setObjectName("runtimeStateLabel")
        font = self.state_label.font()
        font.setBold(True)
        self.state_label.setFont(font)
        self.plan_label = hint_label("")
        self.plan_label.setObjectName("runtimePlanLabel")
        self.set_up_button = QPushButton()
        self.set_up_button.setObjectName("runtimeSetUpButton")
        self.set_up_button.clicked.connect(self._start)
        self.remove_button = QPushButton(self.tr("Remove…"))
        self.remove_button.clicked.connect(self._ask_to_remove)
        self.from_folder_button = QPushButton(self.tr("Set up from a folder…"))
        self.from_folder_button.setToolTip(
            self.tr("Without a network, from a folder saved on another computer")
        )
        self.from_folder_button.clicked.connect(self._choose_folder)
        self.save_button = QPushButton(self.tr("Save for another computer…"))
        self.save_button.setToolTip(
            self.tr("Downloads into a folder everything that a computer without a network needs")
        )
        self.save_button.setMenu(self._make_platform_menu())
        self.log_button = QPushButton(self.tr("Log"))
        self.log_button.setCheckable(True)
        self.log_button.setToolTip(self.tr("The output of the set-up, to read or to copy"))
        self.offer, self.activity, self.notice = Confirmation(), Activity(), Message()
        self.activity.cancelled.connect(self._setup.cancel)
        self.log_view = QPlainTextEdit()
        self.log_view.setReadOnly(True)
        self.log_view.setMaximumBlockCount(5000)
        self.log_view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.log_view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.log_view.setFixedHeight(self.log_view.fontMetrics().lineSpacing() * 10)
        self.log_view.setPlainText("\n".join(self._setup.log))
        self.log_view.hide()
        self.log_button.toggled.connect(self.log_view.setVisible)

    def _make_platform_menu(self) -> QMenu:
        menu = QMenu(self)
        for text, platform in (
            (self.tr("For Windows"), "windows-x86_64"),
            (self.tr("For Linux (Intel, AMD)"), "linux-x86_64"),
            (self.tr("For Linux (ARM)"), "linux-aarch64"),
            (self.tr("For macOS (Apple silicon)"), "macos-arm64"),
        ):
            action = menu.addAction(text)
            action.triggered.connect(lambda _checked=False, name=platform: self._save(name))
        return menu

    def _build_python(self, python: str) -> None:
        self.python_edit = QgsFileWidget()
        self.python_edit.setObjectName("runtimePythonEdit")
        self.python_edit.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.python_edit.setDialogTitle(self.tr("Python of an environment with unirs"))
        self.python_edit.lineEdit().setPlaceholderText(self.tr("The runtime above"))
        self.python_edit.setFilePath(python)
        self.python_edit.fileChanged.connect(self._change_python)
        self.python_hint = hint_label("")
        if os.environ.get(PYTHON_VARIABLE):
            self.python_edit.setEnabled(False)
            self._show_python_hint(
                self.tr("The environment variable {name} is set and takes precedence.").format(
                    name=PYTHON_VARIABLE
                )
            )
        else:
            self._show_python_hint("")
        self._python_form = QFormLayout()
        self._python_form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._python_form.addRow(self.tr("Python of your own"), self.python_edit)
        self._python_form.addRow(self.python_hint)

    def _build_setup_options(self, options: SetupOptions) -> None:
        self.options_box = QgsCollapsibleGroupBox(self.tr("Set-up options"))
        self.options_box.setObjectName("runtimeOptionsBox")
        self.options_box.setSaveCollapsedState(False)
        self.build_combo = compact_combo()
        for text, build in (
            (self.tr("Automatic, by the driver"), "auto"),
            (self.tr("Processor (CPU)"), "cpu"),
            (self.tr("NVIDIA graphics card (CUDA 13)"), "cu130"),
            (self.tr("NVIDIA graphics card, older driver (CUDA 12.6)"), "cu126"),
            (self.tr("AMD graphics card (ROCm)"), "rocm7.2"),
            (self.tr("Intel graphics card (XPU)"), "xpu"),
        ):
            self.build_combo.addItem(text, build)
        self.build_combo.setCurrentIndex(max(0, self.build_combo.findData(options.build)))
        self.build_combo.currentIndexChanged.connect(self._plan)
        in_folder, in_file = (
            QgsFileWidget.StorageMode.GetDirectory,
            QgsFileWidget.StorageMode.GetFile,
        )
        self.wheels_edit = _file_edit(
            in_folder, options.wheels_folder, self.tr("None: from the package index")
        )
        self.base_edit = _file_edit(
            in_file, options.base_python, self.tr("The one found, or one that uv brings")
        )
        self.uv_edit = _file_edit(
            in_file, options.uv, self.tr("The one found, or from the package index")
        )
        self.index_edit = QLineEdit(options.index)
        self.index_edit.setPlaceholderText(self.tr("As pip is configured"))
        self.extra_index_edit = QLineEdit(options.extra_index)
        self.extra_index_edit.setPlaceholderText(self.tr("None"))
        self.mirror_edit = QLineEdit(options.python_mirror)
        self.mirror_edit.setPlaceholderText(self.tr("None: from the source of uv"))
        form = QFormLayout(self.options_box)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Build of PyTorch"), self.build_combo)
        form.addRow(self.tr("Offline, from the folder"), self.wheels_edit)
        form.addRow(self.tr("Package index"), self.index_edit)
        form.addRow(self.tr("Extra package index"), self.extra_index_edit)
        form.addRow(self.tr("Python (3.10 to 3.14)"), self.base_edit)
        form.addRow(self.tr("Mirror of Pythons"), self.mirror_edit)
        form.addRow(self.tr("Program uv"), self.uv_edit)
        form.addRow(
            hint_label(
                self.tr(
                    "Packages come from the index in pip's configuration, through the proxy of "
                    "QGIS. Name an extra index if that one lacks the build of PyTorch that you "
                    "need."
                )
            )
        )
        self.options_box.setCollapsed(options == SetupOptions())

    def _connect(self) -> None:
        self._setup.started.connect(self._show_start)
        self._setup.stage_changed.connect(self.activity.show_stage)
        self._setup.progressed.connect(self.activity.show_progress)
        self._setup.logged.connect(self.log_view.appendPlainText)
        self._setup.failed.connect(self._show_failure)
        self._setup.changed.connect(self.refresh)
        self._setup.planned.connect(self._show_plan)
        self._setup.saved.connect(self._show_saved)
        self._plan()

    def _plan(self) -> None:
        self._setup.plan(self.options)

    def _show_saved(self, folder: str) -> None:
        if has_python(Path(folder)):
            text = self.tr(
                "Saved in {folder}. On the other computer, install the plugin and choose 'Set up "
                "from a folder'."
            )
            self.notice.inform(text.format(folder=folder))
            return
        text = self.tr(
            "Saved in {folder}, without a Python: none could be downloaded. Install Python "
            "{version} (64 bit) on the other computer, then the plugin, and choose 'Set up from a "
            "folder'."
        )
        self.notice.warn(text.format(folder=folder, version=USUAL_PYTHON))

    def _show_plan(self) -> None:
        self.plan_label.setText(self._setup.plan_text)
        self.plan_label.setVisible(bool(self._setup.plan_text))

    def _start(self) -> None:
        write_setup_options(self.options)
        self._setup.start(self.options)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder to set up from"))
        if folder:
            self.wheels_edit.setFilePath(folder)
            self._start()

    def _save(self, platform: str) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder to save into"))
        if folder:
            self._setup.save(self.options, platform, Path(folder, f"unirs-{platform}"))

    def _ask_to_remove(self) -> None:
        self.offer.ask(
            self.tr("Remove the runtime? Questions need it; it can be set up again at any time."),
            self.tr("Remove"),
            self._remove,
        )

    def _remove(self) -> None:
        self.release_wanted.emit()
        self._setup.remove()

    def _show_start(self) -> None:
        self.log_view.clear()
        self.notice.hide()
        self.offer.hide()
        self.activity.begin(self._setup.stage)
        self.refresh()

    def _show_failure(self, _code: str, message: str) -> None:
        self.notice.warn(message)
        self.log_button.setChecked(True)

    def _show_python_hint(self, text: str) -> None:
        self.python_hint.setText(text)
        self.python_hint.setVisible(bool(text))

    def _change_python(self) -> None:
        """Check in the background whether it has unirs: starting a Python takes a moment."""
        if self._check:
            self._check.drop()
            self._check = None
        self._show_python_hint("")
        self.refresh()
        self.python_changed.emit()
        path = Path(self.python)
        if not self.python or not path.is_file():
            return
        self._check = BackgroundTask(
            self.tr("Checking a Python"), lambda task: inspect_python(path, task.isCanceled)
        )
        self._check.succeeded.connect(self._show_python)
        self._check.failed.connect(self._show_broken_python)
        QgsApplication.taskManager().addTask(self._check)

    def _show_python(self, found: OwnPython) -> None:
        self._check = None
        facts = {"version": found.version}
        if found.has_unirs:
            text = self.tr("Python {version} with unirs.")
        else:
            text = self.tr(
                "Python {version} without unirs: install unirs into it, or clear this field and "
                "choose it below as the Python to set up with."
            )
        self._show_python_hint(text.format(**facts))

    def _show_broken_python(self, _code: str, message: str) -> None:
        self._check = None
        self._show_python_hint(message)


def _file_edit(mode: QgsFileWidget.StorageMode, path: str, placeholder: str) -> QgsFileWidget:
    edit = QgsFileWidget()
    edit.setStorageMode(mode)
    edit.lineEdit().setPlaceholderText(placeholder)
    edit.setFilePath(path)
    return edit
