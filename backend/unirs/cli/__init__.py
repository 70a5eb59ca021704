"""The command line ``unirs``."""

from unirs.cli.app import main

__all__ = ["main"]
