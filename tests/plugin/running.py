"""Whether a process that was started still runs."""

import time
from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # it may end between opening and reading
        return False
    return state != "Z"


def ends_soon(pid: int) -> bool:
    """Whether a process that was asked to end does so within five seconds."""
    for _ in range(50):
        if not is_running(pid):
            return True
        time.sleep(0.1)
    return False
