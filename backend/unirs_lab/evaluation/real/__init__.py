"""How well a model answers about real images that it was never trained on."""

from unirs_lab.evaluation.real.evaluate import NAMES, RealOptions, evaluate_real
from unirs_lab.evaluation.real.exams import Folders

__all__ = ["NAMES", "Folders", "RealOptions", "evaluate_real"]
