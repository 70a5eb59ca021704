"""A worker process whose work is a stand-in, so that it starts at once.

Streams, queue, cancelling and ending are real. The text of a request selects what the worker does,
see ``Service.run``. Run as a program by the tests.
"""

import os
import sys
import time
import types

from pydantic import BaseModel

from unirs.errors import UniRSError
from unirs.worker.__main__ import main
from unirs.worker.jobs import Worker


class Reply(BaseModel):
    text: str
    stopped: bool = False


class Service(Worker):
    def prepare(self):
        print("a print while the long imports go on")

    def run(self, job):
        if job.method == "unload":
            return Reply(text="")
        word, _, rest = job.params.text.partition(" ")
        if word == "echo":
            return Reply(text=rest)
        if word == "print":
            print("a stray print")
            sys.__stdout__.write("a stray write\n")
            sys.__stdout__.flush()
            os.write(1, b'{"jsonrpc": "2.0", "id": 1, "result": "a stray answer"}\n')
            os.system("echo from a child process")  # noqa: S605
            return Reply(text=f"stdin held {os.read(0, 100)!r}")
        if word == "count":
            return self._count(job, int(rest))
        if word == "hang":
            job.notify("token", text="")
            time.sleep(60)
        if word == "memory":
            raise UniRSError("out_of_memory", "Memory ran out.")
        if word == "unsayable":
            raise UniRSError("unsayable", "The details are not JSON.", what=object())
        raise ZeroDivisionError("a defect")

    def _count(self, job, end):
        reply = ""
        for number in range(end):
            if job.cancelled.is_set():
                return Reply(text=reply, stopped=True)
            job.notify("token", text=f"{number} ")
            reply += f"{number} "
            time.sleep(0.01)
        return Reply(text=reply)


if __name__ == "__main__":
    stand_in = types.ModuleType("unirs.worker.service")
    stand_in.Service = Service
    sys.modules["unirs.worker.service"] = stand_in
    main()
