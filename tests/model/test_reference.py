"""The reference's outputs, from foreign checkpoint to greedy ids, within its tolerances.

A folder holds `unirs/`, `vila/`, `images/`, `cases.json` and `tensors.npz`. `UNIRS_GOLDENS` names
further folders (separated like PATH).
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from unirs.model import embed_prompt, load_bundle
from unirs.model.convert import convert
from unirs.prompts import Prompt

HERE = Path(__file__).resolve().parents[1] / "model" / "reference-7x7"
FOLDERS = [HERE, *map(Path, filter(None, os.environ.get("UNIRS_GOLDENS", "").split(os.pathsep)))]
CASES = [
    pytest.param(folder, name, id=f"{folder.name}-{name}")
    for folder in FOLDERS
    for name in json.loads((folder / "cases.json").read_text())["cases"]
]
TOLERANCE = {"rtol": 1e-4, "atol": 1e-4}


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    """Each checkpoint converted once, through a folder on disk."""
    loaded = {}

    def load(folder, model):
        if (folder, model) not in loaded:
            target = tmp_path_factory.mktemp("converted") / model
            convert(folder / model, target)
            loaded[folder, model] = load_bundle(target)
        return loaded[folder, model]

    return load


def visual_tokens(bundle, pixels, kind):
    features = bundle.model.encode_images(pixels)
    if kind == "pair":
        return bundle.model.project_pair(features[:1], features[1:])
    return bundle.model.project(features)


def greedy(language_model, embedded, count):
    ids = []
    for _ in range(count):
        ids.append(int(language_model(inputs_embeds=embedded).logits[0, -1].argmax()))
        token = language_model.get_input_embeddings()(torch.tensor([[ids[-1]]]))
        embedded = torch.cat([embedded, token], dim=1)
    return ids


@torch.inference_mode()
@pytest.mark.parametrize(("folder", "name"), CASES)
def test_case_matches_the_reference(bundles, folder, name):
    case = json.loads((folder / "cases.json").read_text())["cases"][name]
    wanted = np.load(folder / "tensors.npz")
    bundle = bundles(folder, case["model"])
    images = [
        np.asarray(Image.open(folder / "images" / f"{image}.png").convert("RGB"))
        for image in case["images"]
    ]

    pixels = bundle.processor.images(images)
    if f"{name}.pixel_values" in wanted:
        given = wanted[f"{name}.pixel_values"]
        np.testing.assert_allclose(pixels[: len(given)], given, **TOLERANCE)

    paired = case["model"] == "unirs" and len(images) == 2
    visual = visual_tokens(bundle, pixels, "pair" if paired else "images")
    given = wanted[f"{name}.visual_tokens"]
    np.testing.assert_allclose(visual[: len(given)], given, **TOLERANCE)

    text = case["prompt"].rpartition("<image>\n")[2].removesuffix(" ASSISTANT:")
    ids = bundle.processor.encode(Prompt(text, markers=case["prompt"].count("<image>")))
    assert ids.tolist() == case["input_ids"]

    embedded = embed_prompt(bundle.model.language_model, ids, visual)
    assert embedded.shape[1] == case["seq_len"]
    logits = bundle.model.language_model(inputs_embeds=embedded).logits[0, -1]
    np.testing.assert_allclose(logits, wanted[f"{name}.logits"], **TOLERANCE)

    generated = greedy(bundle.model.language_model, embedded, len(case["generated"]))
    assert generated == case["generated"]
