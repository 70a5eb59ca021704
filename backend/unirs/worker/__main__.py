"""``python -m unirs.worker``: one worker process, from start to end."""

from __future__ import annotations

from unirs.worker.streams import (
    MessageWriter,
    read_lines,
    take_standard_streams,
    wait_until_unread,
)

GRACE_SECONDS = 1.0
"""Time that a running request has to write its partial answer and files when the worker ends."""

GRACE_SECONDS_UNREAD = 0.5
"""The same if the reader of stdout is gone."""

UNREAD = b"\xff"
"""The reason of the end, if it is that; signals write their numbers into the same pipe."""


def main() -> None:
    """Serve the client at the other end of stdin and stdout, then end the process.

    It ends with 0 when stdin ends, when stdout is closed, after ``shutdown`` and on SIGTERM, also
    in the middle of an answer; with 1 after a defect outside of any request.
    """
    stdin, stdout = take_standard_streams()  # before any import that could print

    import logging
    import os
    import signal
    import sys
    import threading
    from collections.abc import Callable

    from unirs.worker.jobs import Worker
    from unirs.worker.protocol import ClientGone
    from unirs.worker.server import Server

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True)
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")  # no network

    def new_service() -> Worker:
        from unirs.worker.service import Service

        return Service()

    server = Server(MessageWriter(stdout), new_service)
    end, ended = os.pipe()

    def run(task: Callable[[], None]) -> None:
        why = b"\0"
        try:
            task()
        except ClientGone:
            why = UNREAD
        except BaseException:
            logging.exception("The worker cannot continue.")
            os._exit(1)
        os.write(ended, why)

    def watch_reader() -> None:
        wait_until_unread(stdout)
        raise ClientGone

    # The system itself writes signals into the pipe. A handler would have to wait until the main
    # thread returns from a blocking call.
    os.set_blocking(ended, False)
    signal.set_wakeup_fd(ended)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    watches = [] if sys.platform == "win32" else [watch_reader]
    for task in (server.work, lambda: server.listen(read_lines(stdin)), *watches):
        threading.Thread(target=run, args=(task,), daemon=True).start()
    grace = GRACE_SECONDS_UNREAD if os.read(end, 1) == UNREAD else GRACE_SECONDS
    # os._exit is the only way out while another thread is in the middle of PyTorch.
    threading.Timer(grace, os._exit, args=(0,)).start()
    server.close()
    os._exit(0)


if __name__ == "__main__":
    main()
