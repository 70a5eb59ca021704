"""UniRS: questions in plain language about one image, two dates, or a video."""

__version__ = "0.1.0"
