"""Tiny random models of other architectures, and what plain `transformers` makes of them."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText

from tests.models.vlm import make_tiny_vlm
from unirs.dates import ImageDate
from unirs.engines.transformers import load_transformers_engine
from unirs.engines.transformers.loading import read_vlm_config
from unirs.engines.transformers.processor import load_processor
from unirs.inputs import Crop, VisualInput
from unirs.model.vlm_folder import read_vlm_folder


@pytest.fixture(scope="session")
def vlm_folder(tmp_path_factory):
    """Makes a tiny model of an architecture once, and gives its folder."""

    @functools.cache
    def make(architecture="idefics3"):
        return make_tiny_vlm(tmp_path_factory.mktemp("vlm") / architecture, architecture)

    return make


@pytest.fixture(scope="session")
def shared_engine(vlm_folder):
    """One engine for each architecture."""
    load = functools.cache(
        lambda architecture: load_transformers_engine(vlm_folder(architecture), "cpu", "float32")
    )
    return lambda architecture="idefics3": load(architecture)


@pytest.fixture
def engine_of(shared_engine):
    """An engine with nothing in its caches."""

    def fresh(architecture="idefics3"):
        engine = shared_engine(architecture)
        engine.forget()
        return engine

    return fresh


@pytest.fixture
def engine(engine_of):
    return engine_of()


class Plain:
    """A model as a straightforward script uses it: one prompt, one `generate` or `forward`."""

    def __init__(self, folder) -> None:
        self.model = AutoModelForImageTextToText.from_pretrained(folder).eval()
        facts = read_vlm_folder(folder)
        self.processor = load_processor(facts, read_vlm_config(facts))
        self.tokenizer = self.processor.tokenizer
        self.template = facts.template

    def inputs(self, crops, *messages):
        """The model's inputs for a chat of (role, parts), in which `None` is the next image."""
        chat = [
            {
                "role": role,
                "content": [
                    {"type": "image"} if part is None else {"type": "text", "text": part}
                    for part in parts
                ],
            }
            for role, parts in messages
        ]
        text = self.tokenizer.apply_chat_template(
            chat, chat_template=self.template, add_generation_prompt=True, tokenize=False
        )
        images = [Image.fromarray(crop.pixels) for crop in crops]
        return self.processor(text=[text], images=[images], return_tensors="pt")

    def generate(self, inputs, tokens):
        """Token ids of a greedy answer."""
        output = self.model.generate(**inputs, do_sample=False, max_new_tokens=tokens)
        return output[0, inputs["input_ids"].shape[1] :].tolist()

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()

    @torch.inference_mode()
    def score(self, inputs, option):
        """Log-probability of the tokens of an option, by one forward pass over everything."""
        length, more = inputs["input_ids"].shape[1], torch.tensor([option])
        whole = dict(inputs) | {"input_ids": torch.cat([inputs["input_ids"], more], dim=1)}
        whole["attention_mask"] = torch.ones_like(whole["input_ids"])
        for name in ("token_type_ids", "mm_token_type_ids"):
            if name in whole:
                whole[name] = torch.cat([whole[name], torch.zeros_like(more)], dim=1)
        logits = self.model(**whole).logits[0, length - 1 : -1].float().log_softmax(dim=-1)
        return float(logits.gather(1, more.T).sum())


@pytest.fixture(scope="session")
def plain(vlm_folder):
    """The same models, used without UniRS."""
    return functools.cache(lambda architecture="idefics3": Plain(vlm_folder(architecture)))


def crop(seed: int, size: int = 64, year: int | None = None) -> Crop:
    noise = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    return Crop(noise, date=ImageDate(year) if year else None)


@pytest.fixture(scope="session")
def images():
    """Noise images and visual inputs made of them, by seed."""
    return SimpleNamespace(
        crop=crop,
        single=lambda seed=0: VisualInput.single(crop(seed)),
        pair=lambda seed=0: VisualInput.pair(crop(seed, year=2012), crop(seed + 100, year=2020)),
        series=lambda count=4: VisualInput.video([crop(n, year=2000 + n) for n in range(count)]),
    )
