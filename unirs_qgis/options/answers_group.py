"""How questions are answered and where answers are stored, on the options page."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QGroupBox, QSpinBox, QWidget

from unirs_qgis.options.widgets import compact_combo, hint_label
from unirs_qgis.runtime.capabilities import Capabilities
from unirs_qgis.settings import IDLE_MINUTES, PRECISIONS, TOKENS, VIEWS, Settings


class AnswersGroup(QGroupBox):
    """Device, precision, clue, length, views, memory, history.

    Args:
        settings: The settings that are shown first.
        devices: Devices that the set-up found, the best first.
        parent: Qt's owner.
    """

    precision_changed = Signal(str)

    def __init__(
        self, settings: Settings, devices: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Answers"))
        self.device_combo = compact_combo()
        self.device_combo.addItem(self.tr("The best one"), "auto")
        for device in dict.fromkeys([*devices, "cpu", settings.device]):
            if device != "auto":
                self.device_combo.addItem(self._device_name(device), device)
        _choose(self.device_combo, settings.device)
        self.precision_combo = compact_combo()
        for precision in PRECISIONS:
            self.precision_combo.addItem(self._precision_name(precision), precision)
        _choose(self.precision_combo, settings.precision)
        self.precision_hint = hint_label("")
        self.precision_combo.currentIndexChanged.connect(self._show_precision)
        self.clue_combo = compact_combo()
        self.clue_combo.setObjectName("clueCombo")
        self.clue_combo.addItem(self.tr("If the model was trained so"), None)
        self.clue_combo.addItem(self.tr("Always"), True)
        self.clue_combo.addItem(self.tr("Never"), False)
        self.clue_combo.setCurrentIndex((None, True, False).index(settings.clue))
        self.clue_combo.setToolTip(
            self.tr("A description is generated before the answer; answers are faster without it")
        )
        self.tokens_spin = _spin(TOKENS, settings.max_new_tokens)
        self.tokens_spin.setSuffix(self.tr(" tokens"))
        self.views_spin = _spin(VIEWS, settings.views)
        self.views_spin.setSuffix(self.tr(" views"))
        self.views_spin.setSpecialValueText(self.tr("One view"))
        self.views_spin.setToolTip(
            self.tr(
                "Average over several augmented views of the image (turned, mirrored): slower but "
                "more reliable, for closed sets of answers and change maps"
            )
        )
        self.idle_spin = _spin(IDLE_MINUTES, settings.idle_minutes)
        self.idle_spin.setSuffix(self.tr(" min without a question"))
        self.idle_spin.setSpecialValueText(self.tr("Never"))
        self.history_combo = compact_combo()
        self.history_combo.addItem(self.tr("In the QGIS profile"), "profile")
        self.history_combo.addItem(self.tr("Beside the project"), "project")
        _choose(self.history_combo, settings.history_place)
        self.capabilities_hint = hint_label("")
        self.capabilities_hint.hide()
        self._lay_out()
        self._show_precision()

    def show_capabilities(self, capabilities: Capabilities | None) -> None:
        """State what the chosen model cannot do; nothing if that is not known yet."""
        limits = capabilities.limits() if capabilities else []
        self.capabilities_hint.setText(" ".join(limits))
        self.capabilities_hint.setVisible(bool(limits))
        self.clue_combo.setEnabled(capabilities is None or capabilities.clue)

    def _show_precision(self) -> None:
        precision = self.precision_combo.currentData()
        self.precision_hint.setText(self._precision_meaning(precision))
        self.precision_changed.emit(precision)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Device"), self.device_combo)
        form.addRow(self.tr("Precision"), self.precision_combo)
        form.addRow(self.precision_hint)
        form.addRow(self.tr("Clue"), self.clue_combo)
        form.addRow(self.capabilities_hint)
        form.addRow(self.tr("Longest answer"), self.tokens_spin)
        form.addRow(self.tr("Average over"), self.views_spin)
        form.addRow(self.tr("Free memory after"), self.idle_spin)
        form.addRow(self.tr("History"), self.history_combo)
        form.addRow(
            hint_label(
                self.tr(
                    "Beside the project, everybody who opens it sees its answers; a project that "
                    "is not saved yet uses the profile."
                )
            )
        )

    def _precision_name(self, precision: str) -> str:
        return {
            "auto": self.tr("What suits the device"),
            "float32": self.tr("32 bits (float32)"),
            "bfloat16": self.tr("16 bits (bfloat16)"),
            "float16": self.tr("16 bits (float16)"),
            "int8": self.tr("8 bits (int8)"),
            "int4": self.tr("4 bits (int4)"),
        }[precision]

    def _precision_meaning(self, precision: str) -> str:
        """What a precision costs and gives, in a line."""
        return {
            "auto": self.tr(
                "The most precise one that is fast on the device and fits into its memory."
            ),
            "float32": self.tr("Exact, and fast on processors; needs the most memory."),
            "bfloat16": self.tr("Half the memory; fast on recent graphics cards and processors."),
            "float16": self.tr("Half the memory; for graphics cards without fast bfloat16."),
            "int8": self.tr("About a quarter of the memory; answers can change slightly."),
            "int4": self.tr("About an eighth of the memory; answers can change more."),
        }[precision]

    def _device_name(self, device: str) -> str:
        kind = device.partition(":")[0]
        names = {
            "cpu": self.tr("Processor (cpu)"),
            "cuda": self.tr("NVIDIA graphics card ({device})"),
            "mps": self.tr("Apple graphics ({device})"),
            "xpu": self.tr("Intel graphics ({device})"),
        }
        return names.get(kind, "{device}").format(device=device)


def _choose(combo: QComboBox, value: str) -> None:
    combo.setCurrentIndex(max(0, combo.findData(value)))


def _spin(bounds: range, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(bounds.start, bounds.stop - 1)
    spin.setValue(value)
    return spin
