"""The options page: five groups, which are saved together when the user presses OK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qgis.gui import QgsAuthConfigSelect, QgsOptionsPageWidget, QgsScrollArea
from qtpy.QtWidgets import QFrame, QVBoxLayout, QWidget

from unirs_qgis.options.answers_group import AnswersGroup
from unirs_qgis.options.check_group import CheckGroup
from unirs_qgis.options.models_group import ModelsGroup
from unirs_qgis.options.runtime_group import RuntimeGroup
from unirs_qgis.options.servers_group import KeyStore, ServersGroup
from unirs_qgis.runtime.access import key_for
from unirs_qgis.runtime.capabilities import Capabilities
from unirs_qgis.runtime.environment import read_record, runtime_folder
from unirs_qgis.runtime.model_manager import ModelManager
from unirs_qgis.runtime.runtime_setup import RuntimeSetup
from unirs_qgis.runtime.worker import Worker
from unirs_qgis.settings import (
    Settings,
    read_settings,
    read_setup_options,
    write_settings,
    write_setup_options,
)

PAGE_NAME = "mOptionsPageUniRS"
"""Object name, by which QGIS opens its options at this page."""


class UniRSOptionsPage(QgsOptionsPageWidget):
    """Settings ▸ Options ▸ UniRS.

    Args:
        setup: The set-up, which the dock shows as well.
        models: Runs the commands on models.
        worker: Tests the model.
        saved: Called when the user has saved changes.
        parent: Qt's owner.
    """

    def __init__(
        self,
        setup: RuntimeSetup,
        models: ModelManager,
        worker: Worker,
        saved: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE_NAME)
        self._setup = setup
        self._saved = saved
        self._worker = worker
        settings = read_settings()
        record = read_record(runtime_folder())
        self.runtime = RuntimeGroup(setup, settings.python, read_setup_options())
        self.servers = ServersGroup(settings, KeyStore(QgsAuthConfigSelect(), key_for))
        self.models = ModelsGroup(models, self.servers, settings)
        self.answers = AnswersGroup(settings, record.devices if record else ())
        self.check = CheckGroup(worker, lambda: self.settings)
        for group in (self.runtime, self.models):
            group.release_wanted.connect(worker.stop)  # Windows deletes no file that is in use
        setup.changed.connect(self.models.refresh)
        self.answers.precision_changed.connect(self.models.set_precision)
        self.models.chosen.connect(self._show_capabilities)
        self._show_capabilities(self.models.model)
        self.destroyed.connect(self.check.close_quietly)
        self._lay_out()

    @property
    def settings(self) -> Settings:
        """The settings on the page."""
        return Settings(
            python=self.runtime.python,
            model=self.models.model,
            device=self.answers.device_combo.currentData(),
            precision=self.answers.precision_combo.currentData(),
            clue=self.answers.clue_combo.currentData(),
            max_new_tokens=self.answers.tokens_spin.value(),
            views=self.answers.views_spin.value(),
            idle_minutes=self.answers.idle_spin.value(),
            history_place=self.answers.history_combo.currentData(),
            added_models=self.models.added,
            confirmed_hosts=self.servers.confirmed_hosts,
            relayed_models=self.servers.relayed_models,
            server_logins=self.servers.server_logins,
        )

    def apply(self) -> None:
        """Save; QGIS calls it when the user presses OK."""
        write_setup_options(self.runtime.options)
        before, now = read_settings(), self.settings
        if now == before:
            return
        write_settings(now)
        self._saved()
        if replace(before, python=now.python) != before:
            self._setup.changed.emit()

    def _show_capabilities(self, model: str) -> None:
        loaded = self._worker.loaded(model)
        self.answers.show_capabilities(Capabilities.of_load(loaded) if loaded else None)

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        for group in (self.runtime, self.models, self.servers, self.answers, self.check):
            column.addWidget(group)
        column.addStretch()
        area = QgsScrollArea()  # its mouse wheel scrolls instead of changing values
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
