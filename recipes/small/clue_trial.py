"""Whether a clue makes answers better: ``python -m recipes.small.clue_trial REAL FOLDER``.

Two adapters go on from the published one for the same steps over the same images (RSICD and UC
Merced, as they are: a clue is about one image), one of them with the clue in each prompt. The clue
is what the published adapter writes when it is asked for one, and that adapter is the model's
second. Only the language model's adapter learns. FOLDER takes ``with/clue`` and ``without/model``,
to be scored by ``unirs evaluate real --split val``.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unirs.model import load_bundle, save_bundle
from unirs.model.adapters import adapter_tensors, add_adapter, fill_adapter
from unirs.models.store import find_model
from unirs_lab.data.archives import at_hand
from unirs_lab.data.real.readers import read_real
from unirs_lab.training.answer_objective import AnswerObjective, fit_answers
from unirs_lab.training.checks import take_place
from unirs_lab.training.clues import ClueSet, write_clue_set
from unirs_lab.training.joint_stage import tuning_of
from unirs_lab.training.progress import Report
from unirs_lab.training.settings import JointSettings
from unirs_lab.training.settings_files import load_settings
from unirs_lab.training.sources import read_parts, read_samples
from unirs_lab.training.tuning import finish, learn

IMAGES = {"rsicd": 800, "ucmerced": 400}
STEPS = 60


def main(real: Path, folder: Path) -> None:
    """Write the data and the clues, train twice, and make the model folder that writes clues."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "images.jsonl"
    data.write_text("".join(json.dumps(line) + "\n" for line in lines(real, folder)))
    settings = load_settings(
        JointSettings,
        "small",
        overrides=(f"steps={STEPS}", "rates={language_model: 0.5}", "data.own.augment=false"),
        given={"own_data": str(data)},
    )
    parts, held_back = read_parts(settings)
    (samples,) = read_samples(settings)
    published = find_model(str(settings.start))
    base = load_bundle(published)
    base.config.kind = "base"  # so that it is asked for clues
    clues = write_clue_set(samples.samples, base, folder / "clues")
    for name, known in (("without", None), ("with", clues)):
        train(settings, folder / name, parts, held_back, known)
    add_clue_adapter(folder / "with" / "model", published, folder / "with" / "clue")


def lines(real: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """Class, a caption and up to two questions of images that are taken evenly from all."""
    for collection, count in IMAGES.items():
        items = read_real(real, collection, "train")
        for index, item in enumerate(items[:: len(items) // count]):
            image = {"image": item.id}
            (folder / item.id).parent.mkdir(parents=True, exist_ok=True)
            with at_hand(*item.images) as (file,):
                shutil.copy(file, folder / item.id)
            yield {**image, "caption": item.captions[index % len(item.captions)]}
            if item.scene:
                yield {**image, "class": item.scene}
            for question, answer in item.questions[:2]:
                yield {**image, "question": question, "answer": answer}


def train(
    settings: JointSettings, folder: Path, parts: Any, held_back: Any, clues: ClueSet | None
) -> None:
    """What a joint stage does, with the clues of one's choice."""
    start, tuning = find_model(str(settings.start)), tuning_of(settings)
    bundle, place = load_bundle(start), take_place(settings)
    learning = learn(bundle, tuning)
    objective = AnswerObjective(bundle, learning, settings, parts, held_back, clues, place)
    folder.mkdir(parents=True, exist_ok=True)
    fit_answers(objective, place, folder, Report().training)
    finish(start, folder, folder / "model", tuning, clues=False)


def add_clue_adapter(model: Path, clues: Path, target: Path) -> None:
    """A model whose clues are written by another one's adapter."""
    bundle, writer = load_bundle(model), load_bundle(clues)
    tensors = adapter_tensors(writer.model.language_model, "answer")
    size = bundle.config.adapters["answer"]
    add_adapter(bundle.model.language_model, int(size["rank"]), size["alpha"], role="clue")
    fill_adapter(bundle.model.language_model, "clue", tensors)
    bundle.config.adapters = {**bundle.config.adapters, "clue": size}
    bundle.config.clue_source = "adapter"
    save_bundle(bundle, target)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
