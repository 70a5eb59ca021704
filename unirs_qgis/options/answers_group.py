"""How questions are answered and where answers are stored, on the options page."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtWidgets import QCheckBox, QComboBox, QFormLayout, QGroupBox, QSpinBox, QWidget

from unirs_qgis.options.widgets import compact_combo, hint_label
from unirs_qgis.settings import IDLE_MINUTES, TOKENS, VIEWS, Settings


class AnswersGroup(QGroupBox):
    """Device, precision, clue, length, views, memory, history.

    Args:
        settings: The settings that are shown first.
        devices: Devices that the set-up found, the best first.
        parent: Qt's owner.
    """

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
        self.precision_combo.addItem(self.tr("What suits the device"), "auto")
        self.precision_combo.addItem(self.tr("32 bits (float32)"), "float32")
        self.precision_combo.addItem(self.tr("16 bits (bfloat16), half the memory"), "bfloat16")
        _choose(self.precision_combo, settings.precision)
        self.clue_check = QCheckBox(self.tr("Describe the images first"))
        self.clue_check.setToolTip(
            self.tr("A description is generated before the answer; answers are faster without it")
        )
        self.clue_check.setChecked(settings.clue)
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
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Device"), self.device_combo)
        form.addRow(self.tr("Precision"), self.precision_combo)
        form.addRow(self.tr("Clue"), self.clue_check)
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
