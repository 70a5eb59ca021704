"""The real worker with a stand-in for an engine that has conversations. It starts without PyTorch.

Its answers name the question and the turns that it read, of which its context holds two. A word
takes a moment, so that tests can act meanwhile. A question with "die" in it kills the worker.
Run as a program by the tests; its arguments are the host that images go to, if any.
"""

import os
import signal
import sys
import time
import types

from unirs.answers import Answer, OptionScore
from unirs.engines import opening
from unirs.engines.engine import Capabilities
from unirs.inputs import InputKind
from unirs.worker.__main__ import main
from unirs.worker.service import Service

HOST = sys.argv[1] if len(sys.argv) > 1 else None
CONTEXT = 2


class Talker:
    """An engine that has conversations, but no probabilities."""

    kind, device, precision = "server", "server", ""
    digest, memory_bytes = None, None
    host, image_size, frame_count = HOST, 64, 8
    demonstration, load_seconds, batch_size = False, 0.0, 1
    capabilities = Capabilities(tuple(InputKind), False, False, "none", True, True)

    def __init__(self, name):
        self.name = name

    def answer(self, visual, question, *, on_token=None, on_stage=None, stop=None):
        if "die" in question.text:
            on_token("the last ")
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGKILL)
        on_stage("decode")
        read = question.conversation[-CONTEXT:]
        asked = [turn.question for turn in read]
        text, stopped = "", False
        for word in f"I read {question.text} after {asked}".split(" "):
            if stopped := bool(stop and stop()):
                break
            on_token(word + " ")
            text += word + " "
            time.sleep(0.03)
        options = sorted(question.options)
        return Answer(
            text=options[0] if options else text.strip(),
            task=question.task,
            options=tuple(OptionScore(option, None) for option in options),
            engine=self.kind,
            model=self.name,
            host=self.host,
            device=self.device,
            conversation_turns=len(read),
            acquired=tuple(None for _ in visual.crops),
            stopped=stopped,
        )

    def forget(self):
        """Nothing is cached."""

    def close(self):
        """Nothing is held."""


def open_engine(name, *_arguments, on_accepted, **_options):
    on_accepted()
    return Talker(str(name).rpartition("#")[2])


def devices():
    """A stand-in for the module of that name, which needs PyTorch."""
    module = types.ModuleType("unirs.engines.devices")
    module.resolve_device = lambda device: device
    module.guard_memory = lambda work, _release, _doing: work()
    return module


if __name__ == "__main__":
    sys.modules["unirs.engines.devices"] = devices()
    Service.prepare = lambda _service: None
    opening.open_engine = open_engine
    main()
