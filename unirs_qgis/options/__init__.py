"""The page in Settings ▸ Options ▸ UniRS."""

from unirs_qgis.options.factory import UniRSOptionsFactory, open_options

__all__ = ["UniRSOptionsFactory", "open_options"]
