"""The servers on the options page: whether images may be sent to them, and their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFormLayout, QGroupBox, QMessageBox, QPushButton, QVBoxLayout, QWidget

from unirs_qgis.options.widgets import button_row, compact_combo, hint_label, plain_label
from unirs_qgis.runtime.model_list import Model
from unirs_qgis.runtime.model_names import KEY_VARIABLE, SERVER, ServerName, server_of

if TYPE_CHECKING:
    from unirs_qgis.settings import Settings


class KeyStore(NamedTuple):
    """QGIS's authentication store.

    Attributes:
        chooser: Chooses a configuration: QGIS's own ``QgsAuthConfigSelect``.
        read: The key of a configuration with this id; it may raise ``UserError``.
    """

    chooser: QWidget
    read: Callable[[str], str]


class ServersGroup(QGroupBox):
    """One server at a time: whether images leave this computer for it, and where its key is.

    Keys stay in QGIS's authentication store; here is only the id of their configuration.

    Args:
        settings: The settings that are shown first.
        keys: Where keys are kept.
        parent: Qt's owner.
    """

    changed = Signal()
    """A permission was given or withdrawn."""

    def __init__(self, settings: Settings, keys: KeyStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Servers"))
        self._keys = keys
        self._confirmed = list(settings.confirmed_hosts)
        self._logins = dict(_pairs(settings.server_logins))
        self._relays = {name: host for host, name in _pairs(settings.relayed_models)}
        self._servers: dict[str, ServerName] = {}
        self.dialog: QMessageBox | None = None
        self._build()
        self.show_servers([settings.model, *settings.added_models])

    @property
    def confirmed_hosts(self) -> tuple[str, ...]:
        """Other hosts to which images may be sent."""
        return tuple(self._confirmed)

    @property
    def server_logins(self) -> tuple[str, ...]:
        """Host and id of the authentication configuration of each server that has one."""
        return tuple(f"{host} {login}" for host, login in self._logins.items() if login)

    @property
    def relayed_models(self) -> tuple[str, ...]:
        """Allowed host and name of each model that a server on this computer runs elsewhere."""
        relays = self._relays.items()
        return tuple(f"{host} {name}" for name, host in relays if host in self._confirmed)

    def receiver(self, name: str) -> str:
        """Other host that the images for a model are sent to; empty if they stay here."""
        server = server_of(name)
        if server and server.is_remote:
            return server.host
        return self._relays.get(name, "")

    def is_allowed(self, name: str) -> bool:
        """Whether images may be sent to where a model runs."""
        host = self.receiver(name)
        return not host or host in self._confirmed

    def key_of(self, host: str) -> str:
        """The key of a server; empty if it has none.

        Raises:
            UserError: It cannot be read.
        """
        return self._keys.read(self._logins.get(host, ""))

    def ask(self, name: str, allowed: Callable[[], None], refused: Callable[[], None]) -> None:
        """Ask whether images may leave this computer, in a dialog that names the host.

        Args:
            name: A model on another computer.
            allowed: Called if they may.
            refused: Called if not.
        """
        host, server = self.receiver(name), server_of(name)
        accept = self.tr("Send images to {host}").format(host=host)
        sentences = [
            self.tr(
                "{host} is another computer. Every question sends it the images of its extent."
            ),
            self.tr("Whoever runs it can see and keep them."),
        ]
        if server and server.is_remote and not server.is_encrypted:
            sentences.append(
                self.tr("The connection is not encrypted: others on the way can read them, too.")
            )
        dialog = QMessageBox(self)
        dialog.setObjectName("remoteHostDialog")
        dialog.setIcon(QMessageBox.Icon.Warning)
        dialog.setWindowTitle(self.tr("Images leave this computer"))
        dialog.setTextFormat(Qt.TextFormat.PlainText)
        dialog.setText(self.tr("Let images leave this computer?"))
        dialog.setInformativeText(" ".join(sentences).format(host=host))
        yes = dialog.addButton(accept.replace("&", "&&"), QMessageBox.ButtonRole.AcceptRole)
        no = dialog.addButton(QMessageBox.StandardButton.Cancel)
        dialog.setDefaultButton(no)
        dialog.setEscapeButton(no)

        def finish(_code: int) -> None:
            self.dialog = None
            dialog.deleteLater()
            if dialog.clickedButton() is not yes:
                refused()
                return
            if host not in self._confirmed:
                self._confirmed.append(host)
            self.show_servers([])
            allowed()

        dialog.finished.connect(finish)
        self.dialog = dialog
        dialog.open()  # QGIS goes on meanwhile

    def show_models(self, models: Iterable[Model]) -> None:
        """Offer the servers of listed models, and note where they send images on to."""
        names = []
        for model in models:
            names.append(model.name)
            server = server_of(model.name)
            if server and not server.is_remote and model.host:
                self._relays[model.name] = model.host
        self.show_servers(names)

    def show_servers(self, names: Iterable[str]) -> None:
        """Offer the servers in names of models, besides those that have a permission or a key."""
        for name in names:
            server = server_of(name)
            if server and server.host:
                self._servers.setdefault(server.host, server)
        chosen = self.host_combo.currentData()
        hosts = dict.fromkeys([*self._servers, *self._confirmed, *self._logins])
        self.host_combo.blockSignals(True)
        self.host_combo.clear()
        for host in hosts:
            self.host_combo.addItem(host, host)
        self.host_combo.setCurrentIndex(max(0, self.host_combo.findData(chosen)))
        self.host_combo.blockSignals(False)
        self._show_server()

    def choose(self, host: str) -> None:
        """Show a server."""
        self.host_combo.setCurrentIndex(max(0, self.host_combo.findData(host)))

    def _build(self) -> None:
        self.host_combo = compact_combo()
        self.host_combo.setObjectName("serverCombo")
        self.host_combo.currentIndexChanged.connect(self._show_server)
        self.state_label = plain_label()
        self.state_label.setObjectName("serverStateLabel")
        self.withdraw_button = QPushButton(self.tr("Stop sending images there"))
        self.withdraw_button.setObjectName("withdrawButton")
        self.withdraw_button.clicked.connect(self._withdraw)
        self.login_select = self._keys.chooser
        self.login_select.setObjectName("serverLoginSelect")
        self.login_select.selectedConfigIdChanged.connect(self._keep_login)
        self.key_hint = hint_label(
            self.tr(
                "Only if the server asks for a key: an API header, or the key as password without "
                "a user. It stays in QGIS's authentication store and is sent to this server alone. "
                "Without one, the environment variable {name} is used if it is set."
            ).format(name=KEY_VARIABLE)
        )
        self.none_hint = hint_label(
            self.tr(
                "None yet. Find those of this computer above, or add a model by the address of "
                "its server."
            )
        )
        self.fields = QWidget()
        form = QFormLayout(self.fields)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Server"), self.host_combo)
        form.addRow(self.state_label)
        form.addRow(button_row(self.withdraw_button))
        form.addRow(self.tr("Key"), self.login_select)
        form.addRow(self.key_hint)
        column = QVBoxLayout(self)
        column.addWidget(self.none_hint)
        column.addWidget(self.fields)

    def _show_server(self) -> None:
        host = self.host_combo.currentData() or ""
        self.none_hint.setVisible(not host)
        self.fields.setVisible(bool(host))
        if not host:
            return
        server = self._servers.get(host) or server_of(f"{SERVER}http://{host}")
        allowed = host in self._confirmed
        if server is not None and not server.is_remote:
            text = self.tr("On this computer: images stay here.")
        elif allowed:
            text = self.tr("Another computer: images are sent to {host}, as you have allowed.")
        else:
            text = self.tr("Another computer: no images are sent to {host} before you allow it.")
        self.state_label.setText(text.format(host=host))
        self.withdraw_button.setVisible(allowed)
        self.login_select.blockSignals(True)
        self.login_select.setConfigId(self._logins.get(host, ""))
        self.login_select.blockSignals(False)
        self.login_select.setEnabled(host in self._servers or host not in self._relays.values())

    def _keep_login(self, login: str) -> None:
        host = self.host_combo.currentData()
        if host:
            self._logins[host] = login

    def _withdraw(self) -> None:
        host = self.host_combo.currentData()
        if host in self._confirmed:
            self._confirmed.remove(host)
        self._show_server()
        self.changed.emit()


def _pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The two parts of each text, at its first space."""
    for text in texts:
        first, _, second = text.partition(" ")
        yield first, second
