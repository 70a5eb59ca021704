"""The page in Settings ▸ Options ▸ UniRS; its list of models runs on qtpy alone."""
