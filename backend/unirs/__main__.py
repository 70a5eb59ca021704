"""``python -m unirs`` is the command line."""

import sys

from unirs.cli import main

sys.exit(main())
