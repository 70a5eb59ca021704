"""Names and values in tables of answers that several parts of the plugin share."""

ANSWERED, NODATA, FAILED = "answered", "nodata", "failed"
"""Values of the column ``status``."""

MARGIN = "margin_percent"
"""Column of the margin that was shown around a feature."""

REVIEW, CORRECTION = "review", "correction"
"""Columns that a review adds: what a person decided, and what the answer should be."""

ACCEPTED, CORRECTED, SKIPPED = "accepted", "corrected", "skipped"
"""Values of the column ``review``."""

BETWEEN_LAYERS = " → "
"""Between the names of layers in the column ``layers``."""
