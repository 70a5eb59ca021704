"""The real worker with a stand-in for an engine, which finds light roofs; without PyTorch.

A question is a yes where the last image has a light roof, and a change where just one of two has.
Run as a program by the tests.
"""

import sys

from tests.plugin.chat_worker import Talker, devices
from unirs.answers import Answer, OptionScore
from unirs.engines import opening
from unirs.inputs import Task
from unirs.when.question import ANY_CHANGE
from unirs.worker.__main__ import main
from unirs.worker.service import Service


class RoofFinder(Talker):
    """An engine that finds light roofs."""

    def patch_features(self, _crop):
        """None, as of a server's model."""

    def answers(self, items, *, stop=None, **_):
        for item in items:
            yield self.answer(item.visual, item.question)
            if stop and stop():
                return

    def answer(self, visual, question, **_):
        roofs = [bool((crop.pixels.min(axis=2) > 180).any()) for crop in visual.crops]
        changed = roofs[0] != roofs[-1]
        facts = {"engine": self.kind, "model": self.name, "device": self.device}
        if question.task is Task.CHANGE:
            text = "a house has been built" if changed else "there is no difference"
            return Answer(text, task=question.task, changed=changed, **facts)
        is_yes = changed if question.text == ANY_CHANGE else roofs[-1]
        chances = (("yes", 0.9), ("no", 0.1)) if is_yes else (("no", 0.9), ("yes", 0.1))
        options = tuple(OptionScore(text, share) for text, share in chances)
        return Answer(options[0].text, task=question.task, options=options, **facts)


def open_engine(name, *_arguments, on_accepted, **_options):
    on_accepted()
    return RoofFinder(str(name).rpartition("#")[2])


if __name__ == "__main__":
    sys.modules["unirs.engines.devices"] = devices()
    Service.prepare = lambda _service: None
    opening.open_engine = open_engine
    main()
