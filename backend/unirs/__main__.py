"""The program ``unirs``, also as ``python -m unirs``."""

import sys


def run() -> int:
    """Run the command line, from the first import on.

    Returns:
        The exit code.
    """
    try:
        from unirs.cli import main

        return main()
    except KeyboardInterrupt:  # while libraries are loaded
        print("unirs: Stopped before it was done.", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(run())
