"""Measures of the engine for models of ``transformers``: what sharing an image saves.

No such model comes with UniRS; without one, a model with random weights is measured, which has the
shape of a small published one (SmolVLM-256M: a vision encoder of 93 M, a language model of 106 M
parameters, images of 512 pixels). Its answers mean nothing, and take as long as any.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from unirs.engines.chat import chat_instruction, chat_messages
from unirs.imagery import read_crop
from unirs.inputs import InputKind, Question, VisualInput
from unirs.samples import CITY

if TYPE_CHECKING:
    from unirs.engines.transformers import TransformersEngine

ANSWER_TOKENS = 8
"""A random model never ends an answer; a short one is some tokens long."""

_CHOICE = Question(text="Is it?", options=("yes", "no"))
_SPECIAL = ("<end_of_utterance>", "<|im_start|>", "<fake_token_around_image>", "<image>")
_GLOBAL = "<global-img>"
_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}:"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %} {{ part['text'] }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)


@dataclass(frozen=True)
class VLMFigures:
    """What was measured. Seconds are wall-clock.

    Attributes:
        vlm_model: Name of the model.
        vlm_questions: Number of questions asked of one image, each with a generated answer.
        vlm_shared_seconds: All of them through the engine.
        vlm_generate_seconds: All of them, each by a fresh ``generate``.
        vlm_shared_speedup: The one by the other.
        vlm_same_answers: Whether both ways gave the same answers.
        vlm_options_seconds: The same questions with yes and no as options, scored.
    """

    vlm_model: str
    vlm_questions: int
    vlm_shared_seconds: float
    vlm_generate_seconds: float
    vlm_shared_speedup: float
    vlm_same_answers: bool
    vlm_options_seconds: float

    def to_json(self) -> dict[str, Any]:
        """The figures by their keys."""
        return asdict(self)


def measure_vlm(
    questions: tuple[str, ...], model: Path | None = None, device: str = "auto"
) -> VLMFigures:
    """Ask questions about the sample image of a city, shared and each on its own.

    Args:
        questions: The questions.
        model: Folder of a model; without one, a random one is made.
        device: Where to measure.
    """
    from unirs.engines.transformers import load_transformers_engine

    with TemporaryDirectory() as scratch:
        folder = model or write_random_vlm(Path(scratch) / "smolvlm-256m-random", questions)
        engine = load_transformers_engine(folder, device, "auto" if model else "float32")
        figures = compare_vlm(engine, questions)
        engine.close()
    return figures


def compare_vlm(engine: TransformersEngine, questions: tuple[str, ...]) -> VLMFigures:
    """See ``measure_vlm``."""
    visual = VisualInput.single(read_crop(CITY.path, engine.image_size))
    asked = [Question(text=text, max_new_tokens=ANSWER_TOKENS) for text in questions]
    chosen = [replace(_CHOICE, text=text) for text in questions]
    _generate(engine, visual, asked[0])  # what happens once is not counted
    started = time.perf_counter()
    single = [_generate(engine, visual, question) for question in asked]
    between = time.perf_counter()
    engine.forget()
    shared = [engine.answer(visual, question).text for question in asked]
    ended = time.perf_counter()
    engine.forget()
    for question in chosen:
        engine.answer(visual, question)
    scored = time.perf_counter()
    return VLMFigures(
        vlm_model=engine.name,
        vlm_questions=len(questions),
        vlm_shared_seconds=ended - between,
        vlm_generate_seconds=between - started,
        vlm_shared_speedup=(between - started) / (ended - between),
        vlm_same_answers=shared == single,
        vlm_options_seconds=scored - ended,
    )


def _generate(engine: TransformersEngine, visual: VisualInput, question: Question) -> str:
    """An answer as a straightforward script makes it, with nothing shared."""
    import torch

    model = engine.model
    encoded = engine.processing.encode(chat_messages(visual, question))
    encoded = encoded.to(model.device, model.dtype)
    with torch.inference_mode():
        output = model.generate(
            input_ids=encoded.ids,
            attention_mask=torch.ones_like(encoded.ids),
            do_sample=False,
            max_new_tokens=question.max_new_tokens,
            **encoded.types,
            **encoded.vision,
        )
    return engine.processing.decode(output[0, encoded.length :].tolist()).strip()


def write_random_vlm(folder: Path, texts: tuple[str, ...]) -> Path:
    """Write a model of the shape of SmolVLM-256M with random weights (0.8 GB in float32).

    Args:
        folder: Where to.
        texts: What its tokenizer is trained on, so that words are tokens.
    """
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import (
        Idefics3Config,
        Idefics3ForConditionalGeneration,
        PreTrainedTokenizerFast,
    )
    from transformers.models.idefics3.image_processing_pil_idefics3 import (
        Idefics3ImageProcessorPil,
    )

    from unirs.model.bundle import quiet_transformers

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=1000, initial_alphabet=letters, show_progress=False)
    core.train_from_iterator([*texts, chat_instruction(_CHOICE, InputKind.SINGLE)], trainer)
    core.add_special_tokens([AddedToken(name, special=True) for name in (*_SPECIAL, _GLOBAL)])
    end = _SPECIAL[0]
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, eos_token=end, pad_token=end)
    config = Idefics3Config(
        text_config={
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "hidden_size": 576,
            "intermediate_size": 1536,
            "num_hidden_layers": 30,
            "num_attention_heads": 9,
            "num_key_value_heads": 3,
            "max_position_embeddings": 8192,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config={
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
            "image_size": 512,
            "patch_size": 16,
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=4,
    )
    images = Idefics3ImageProcessorPil(
        size={"longest_edge": 512}, max_image_size={"longest_edge": 512}, do_image_splitting=False
    )
    torch.manual_seed(0)
    folder.mkdir(parents=True)
    with quiet_transformers():
        model = Idefics3ForConditionalGeneration(config)
        model.generation_config.eos_token_id = tokenizer.eos_token_id
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        images.save_pretrained(folder)
    settings = {"processor_class": "Idefics3Processor", "image_seq_len": 64}
    (folder / "processor_config.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(_TEMPLATE, encoding="utf-8")
    return folder
