"""The models on the options page: one list over all engines; choose, add, find, remove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unirs_qgis.dock.parts.flow import FlowLayout
from unirs_qgis.errors import UserError
from unirs_qgis.options.model_texts import model_title, name_title
from unirs_qgis.options.model_transfers import ModelTransfers
from unirs_qgis.options.models_view import ModelsView
from unirs_qgis.options.name_field import NameField
from unirs_qgis.options.servers_group import ServersGroup
from unirs_qgis.options.widgets import Activity, Message, compact_combo, hint_label
from unirs_qgis.runtime.model_list import SERVER_ENGINE, Model, ModelList, ModelProblem, ModelQuery
from unirs_qgis.runtime.model_names import (
    DEFAULT_MODEL,
    HUB,
    SERVER,
    ServerName,
    read_server_name,
    server_of,
)

if TYPE_CHECKING:
    from unirs_qgis.runtime.model_manager import ModelManager
    from unirs_qgis.settings import Settings

CONVERTED_SUFFIX = "-unirs"


class ModelsGroup(QGroupBox):
    """Lists the models of all engines; the user chooses, adds, finds and removes them.

    Args:
        manager: Runs the commands; it outlives the page.
        servers: Asks before images leave this computer.
        settings: The settings that are shown first.
        parent: Qt's owner.
    """

    release_wanted = Signal()
    """A model is about to be deleted: stop the worker."""
    chosen = Signal(str)
    """Name of the model that answers."""

    def __init__(
        self,
        manager: ModelManager,
        servers: ServersGroup,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Models"))
        self._manager, self._servers = manager, servers
        self._model, self._precision = settings.model, settings.precision
        self._added = settings.added_models
        self._replacement = ""  # the note that the default model replaces a missing one
        self._found = ModelList()
        self._on_servers: tuple[Model, ...] = ()  # that were found while the page is open
        self._query = ModelQuery()
        self._build()
        self._connect()
        self.refresh()

    @property
    def model(self) -> str:
        """Name of the model that answers."""
        return self._model

    @property
    def added(self) -> tuple[str, ...]:
        """Names of the models that the user has added; one that is chosen is listed again."""
        is_elsewhere = self._model.startswith((SERVER, HUB))
        return tuple(dict.fromkeys([*self._added, *([self._model] if is_elsewhere else [])]))

    def refresh(self) -> None:
        """List the models in the background. No server is asked."""
        self._list(ModelQuery(self.added))

    def set_precision(self, precision: str) -> None:
        """Show the memory that models need in another precision."""
        self._precision = precision
        self.view.show_models(self._found, precision)
        self._show_choice()

    def find_servers(self) -> None:
        """Ask the servers of this computer for their models, in the background."""
        self.notice.hide()
        self.activity.begin(self.tr("Asking the servers of this computer…"))
        self._list(ModelQuery(self.added, find_servers=True))

    def add(self, name: str) -> None:
        """Add a model by its name, or list the models of a server by its address.

        The user is asked first if the server is on another computer.
        """
        name = name.strip()
        if name.startswith(("http://", "https://")):
            name = SERVER + name
        self.notice.hide()
        try:
            server = read_server_name(name)
        except UserError as error:
            self.notice.warn(error.message)
            return
        if self._servers.is_allowed(name):
            self._add(name, server)
        else:
            self._servers.ask(name, lambda: self._add(name, server), lambda: None)

    def _build(self) -> None:
        self.model_combo = compact_combo()
        self.model_combo.setObjectName("modelCombo")
        self.choice_notice = Message()
        self.choice_notice.setObjectName("choiceNotice")
        self.view = ModelsView()
        self.details = hint_label("")
        self.details.setObjectName("modelDetails")
        self._build_buttons()
        self.name_field = NameField()
        self.activity, self.notice = Activity(), Message()
        self.transfers = ModelTransfers(self._manager)
        self._fill_combo()
        self._lay_out()
        self._show_selection()

    def _build_buttons(self) -> None:
        self.find_button = QPushButton(self.tr("Find servers on this computer"))
        self.find_button.setObjectName("findServersButton")
        self.find_button.setToolTip(
            self.tr(
                "Asks the ports of this computer on which Ollama, LM Studio, llama.cpp and vLLM "
                "listen; nothing is asked before"
            )
        )
        self.folder_button = QPushButton(self.tr("Add folder…"))
        self.folder_button.setToolTip(self.tr("Add a model folder from elsewhere"))
        self.repair_button = QPushButton()
        self.repair_button.setToolTip(
            self.tr("Convert a VILA-1.5 or an authors' UniRS checkpoint to a model folder")
        )
        self.remove_button = QPushButton(self.tr("Remove…"))

    def _lay_out(self) -> None:
        buttons = FlowLayout(6)
        for button in (
            self.find_button,
            self.folder_button,
            self.repair_button,
            self.remove_button,
        ):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.addLayout(_form(self.tr("Model"), self.model_combo))
        for part in (self.choice_notice, self.view, self.details):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addLayout(_form(self.tr("Add by name"), self.name_field))
        for part in (self.activity, self.notice, self.transfers):
            column.addWidget(part)

    def _connect(self) -> None:
        manager = self._manager
        manager.listed.connect(self._show_models)
        manager.list_failed.connect(self._show_no_models)
        manager.busy_changed.connect(self._enable)
        self.transfers.ended.connect(self.refresh)
        self._servers.changed.connect(self._show_choice)
        self.model_combo.activated.connect(self._choose_in_combo)
        self.view.itemSelectionChanged.connect(self._show_selection)
        self.view.itemActivated.connect(self._choose_in_view)
        self.find_button.clicked.connect(self.find_servers)
        self.folder_button.clicked.connect(self._choose_folder)
        self.repair_button.clicked.connect(self._repair)
        self.remove_button.clicked.connect(self._ask_to_remove)
        self.name_field.submitted.connect(self.add)
        self.activity.cancelled.connect(self._stop_search)

    # The list.

    def _list(self, query: ModelQuery) -> None:
        self._query = query
        self._manager.refresh(query)

    def _show_models(self, found: ModelList) -> None:
        self.activity.hide()
        asked, self._query = self._query, ModelQuery()
        if asked.find_servers or asked.server:
            on_servers = [each for each in found.models if each.engine == SERVER_ENGINE]
            self._on_servers = (*self._on_servers, *on_servers)
            self._show_search(found, asked)
        self._found = found.with_models(self._on_servers)
        if not self._manager.is_ready:
            self.notice.inform(self.tr("Set up the runtime first: it lists and downloads models."))
        self._replace_missing()
        self._servers.show_models(self._found.models)
        self.view.show_models(self._found, self._precision)
        self._fill_combo()
        self.transfers.show_downloadable(found.downloadable)
        self._show_selection()

    def _show_search(self, found: ModelList, asked: ModelQuery) -> None:
        """How many servers and models were found; what answered wrongly is in the list."""
        count = sum(each.engine == SERVER_ENGINE for each in found.models)
        if count:
            text = self.tr("Servers: {servers}. Models in the list: {models}.")
            self.notice.inform(text.format(servers=len(found.servers), models=count))
        elif asked.server:
            problem = found.find(asked.server)
            text = self.tr("The server lists no model that reads images.")
            self.notice.warn(problem.message if isinstance(problem, ModelProblem) else text)
        elif asked.find_servers:
            self.notice.inform(
                self.tr(
                    "No server answered on this computer. Start Ollama, LM Studio, llama.cpp or "
                    "vLLM, or add a model by the address of its server."
                )
            )

    def _replace_missing(self) -> None:
        """A model that is gone is replaced by the default one, with a note."""
        names = [each.name for each in self._found.models]
        item = self._found.find(self._model)
        if item:
            self._model = item.name
        if item or not names or self._model.startswith((SERVER, HUB)):
            return
        default = DEFAULT_MODEL if DEFAULT_MODEL in names else names[0]
        text = self.tr("{name} is no longer on this computer; {other} is chosen instead.")
        self._replacement = text.format(name=self._model, other=default)
        self._model = default

    def _show_no_models(self, _code: str, message: str) -> None:
        self.activity.hide()
        self.notice.warn(message)

    def _stop_search(self) -> None:
        self._manager.drop_listing()
        self.activity.hide()

    # The choice.

    def _fill_combo(self) -> None:
        self.model_combo.clear()
        for model in self._found.models:
            if model.vision is not False:
                self.model_combo.addItem(model_title(model), model.name)
        if self.model_combo.findData(self._model) < 0:
            self.model_combo.addItem(name_title(self._model), self._model)
        self.model_combo.setCurrentIndex(self.model_combo.findData(self._model))
        self._show_choice()

    def _choose_in_combo(self, index: int) -> None:
        self._choose(self.model_combo.itemData(index))

    def _choose_in_view(self, *_signal: object) -> None:
        item = self.view.selected
        if isinstance(item, Model) and item.vision is not False:
            self._choose(item.name)

    def _choose(self, name: str) -> None:
        if self._servers.is_allowed(name):
            self._accept(name)
        else:
            self._servers.ask(name, lambda: self._accept(name), self._fill_combo)

    def _accept(self, name: str) -> None:
        self._model, self._replacement = name, ""
        server = server_of(name)
        if server:
            self._servers.choose(server.host)
        self._fill_combo()
        self.chosen.emit(name)

    def _show_choice(self) -> None:
        """Why the chosen model cannot answer, before anything is loaded."""
        item = self._found.find(self._model)
        if not self._servers.is_allowed(self._model):
            text = self.tr(
                "No images are sent to {host} before you allow it: choose the model again."
            ).format(host=self._servers.receiver(self._model))
        else:
            text = (self.view.refusal(item) if item else "") or self._replacement
        if text:
            self.choice_notice.warn(text)
        else:
            self.choice_notice.hide()

    # What is selected in the list.

    def _show_selection(self) -> None:
        item = self.view.selected
        self.details.setText(self.view.describe(item) if item else "")
        self.details.setVisible(item is not None)
        text = self.tr("Convert…")
        if self._remedy()[:1] == ("download",):
            begun = item.code == "download_incomplete"
            text = self.tr("Resume download…") if begun else self.tr("Download…")
        self.repair_button.setText(text)
        self._enable()

    def _enable(self, *_signal: object) -> None:
        idle = self._manager.is_ready and not self._manager.is_busy
        item = self.view.selected
        may_go = item is not None and (item.removable or self._is_added(item))
        self.remove_button.setEnabled(idle and may_go)
        for button in (self.folder_button, self.repair_button, self.find_button):
            button.setEnabled(idle)
        self.name_field.set_enabled(idle)

    def _is_added(self, item: Model | ModelProblem) -> bool:
        return item.added or item.name in self._added

    def _remedy(self) -> tuple[str, ...]:
        item = self.view.selected
        return item.remedy if isinstance(item, ModelProblem) else ()

    # More and fewer models.

    def _add(self, name: str, server: ServerName | None) -> None:
        if server and not server.model:
            self._list_server(name, server)
            return
        self._added = tuple(dict.fromkeys([*self._added, name]))
        self._model = name
        self.name_field.edit.clear()
        self.refresh()

    def _list_server(self, name: str, server: ServerName) -> None:
        try:
            key = self._servers.key_of(server.host)
        except UserError as error:
            self.notice.warn(error.message)
            return
        self._servers.show_servers([name])
        self.activity.begin(self.tr("Asking {host} for its models…").format(host=server.host))
        url = name[len(SERVER) :].rstrip("#")
        self._list(ModelQuery(self.added, server=url, allow_remote=server.is_remote, key=key))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Model folder"))
        if folder:
            self.add_folder(folder)

    def add_folder(self, folder: str) -> None:
        """Add a model folder from elsewhere; problems with it are listed."""
        self._added = tuple(dict.fromkeys([*self._added, folder]))
        self.refresh()

    def _repair(self) -> None:
        remedy = self._remedy()
        if remedy[:1] == ("download",):
            self.transfers.download(remedy[1])
        elif remedy[:1] == ("convert",):
            self.transfers.offer_conversion(*remedy[1:3])
        else:
            source = QFileDialog.getExistingDirectory(self, self.tr("Checkpoint to convert"))
            if source:
                target = self._found.user_folder / f"{Path(source).name}{CONVERTED_SUFFIX}"
                self.transfers.offer_conversion(source, str(target))

    def _ask_to_remove(self) -> None:
        item = self.view.selected
        if item is None:
            return
        if not self._is_added(item):
            self.transfers.offer_removal(item, self.release_wanted.emit)
            return
        self._added = tuple(each for each in self._added if not _is_same(each, item))
        self._on_servers = tuple(each for each in self._on_servers if each.name != item.name)
        if self._model == item.name:
            self._model = DEFAULT_MODEL
        self.refresh()


def _is_same(name: str, item: Model | ModelProblem) -> bool:
    """Whether a name that was added is that of a model; folders may be written in several ways."""
    return name == item.name or (item.folder is not None and Path(name) == item.folder)


def _form(label: str, field: QWidget) -> QFormLayout:
    form = QFormLayout()
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.addRow(label, field)
    return form
