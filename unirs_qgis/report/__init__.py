"""Reports: chosen entries of the history as pages of a PDF, or as one HTML file."""

from unirs_qgis.report.report import Report, ReportError

__all__ = ["Report", "ReportError"]
