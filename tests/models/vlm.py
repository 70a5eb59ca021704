"""Tiny random vision-language models of other architectures, as a hub would hold them.

``make_tiny_vlm`` writes a folder that ``transformers`` itself loads: configuration, safetensors,
tokenizer, image processor and chat template. Their answers mean nothing, but they depend on images
and questions, and they are always the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

WORDS = [
    "is there a road in the image? yes, there is a road between the two rows of houses.",
    "how many buildings are there? the number of buildings is 12. is it rural or urban? no.",
    "first image, acquired 2012: second image, acquired 2020: describe what has changed.",
    "a river, a field, a forest, a parking lot, a flood and a traffic jam; déjà vu: ü, ö, ä.",
]
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
}

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}IMAGE{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QWEN = CHATML.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
INTERNVL = CHATML.replace("IMAGE", "<IMG_CONTEXT>\n")
LLAVA = CHATML.replace("IMAGE", "<image>\n")
SMOLVLM = (
    "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}"
    "{% if message['content'][0]['type'] == 'image' %}{{ ':' }}{% else %}{{ ': ' }}{% endif %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% for message in messages %}"
    "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
    "<start_of_turn>{{ role }}\n{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<start_of_image>{% else %}{{ part['text'] | trim }}{% endif %}"
    "{% endfor %}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


@dataclass(frozen=True)
class Tiny:
    """How one architecture is made.

    Attributes:
        template: Its chat template.
        tokens: Special tokens; the end of a turn is the first of them.
        named: Attributes of the tokenizer that name some of them.
        build: From the tokenizer to model, image processor, and the processor's own settings.
    """

    template: str
    tokens: tuple[str, ...]
    build: Callable[[PreTrainedTokenizerFast], tuple[Any, Any, dict[str, Any]]]
    named: dict[str, str]


def make_tiny_vlm(
    folder: Path, architecture: str = "smolvlm", *, template: str | None = None, seed: int = 1
) -> Path:
    """Write a tiny random model.

    Args:
        folder: Where to; it is made.
        architecture: One of ``ARCHITECTURES`` or ``OTHERS``.
        template: A chat template in place of the architecture's own.
        seed: Of the weights.

    Returns:
        The folder.
    """
    tiny = (ARCHITECTURES | OTHERS)[architecture]
    tokenizer = _tokenizer(tiny)
    torch.manual_seed(seed)
    model, image_processor, settings = tiny.build(tokenizer)
    _spread_out(model, seed)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.bos_token_id = tokenizer.bos_token_id
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    image_processor.save_pretrained(folder)
    (folder / "processor_config.json").write_text(json.dumps(settings))
    (folder / "chat_template.jinja").write_text(template or tiny.template, encoding="utf-8")
    return folder


def _tokenizer(tiny: Tiny) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer, as most of these models have one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<pad>", "<bos>"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(WORDS * 20, trainer)
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in tiny.tokens])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=tiny.tokens[0],
        pad_token="<pad>",  # noqa: S106 - a token of text
        bos_token="<bos>",  # noqa: S106
        extra_special_tokens=tiny.named,
        clean_up_tokenization_spaces=False,
    )


def _spread_out(model: torch.nn.Module, seed: int) -> None:
    """Make random weights large enough for answers to depend on images and questions."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                narrow = "embed" in name or "lm_head" in name
                scale = 1.0 if narrow else 1.2 * parameter[0].numel() ** -0.5
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)


def _siglip(image_size: int, patch_size: int = 8) -> dict[str, Any]:
    return {
        "hidden_size": 24,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": image_size,
        "patch_size": patch_size,
    }


def _text(tokenizer: PreTrainedTokenizerFast, **more: Any) -> dict[str, Any]:
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    return {**TEXT, "vocab_size": len(tokenizer), "bos_token_id": tokenizer.bos_token_id} | (
        ends | more
    )


def _qwen2_5_vl(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    config = Qwen2_5_VLConfig(
        text_config=_text(
            tokenizer, rope_parameters={"rope_type": "default", "mrope_section": [1, 1, 2]}
        ),
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_heads": 2,
            "patch_size": 8,
            "window_size": 32,
            "out_hidden_size": 32,
            "fullatt_block_indexes": [1],
        },
        **_qwen_tokens(tokenizer),
    )
    settings = {"processor_class": "Qwen2_5_VLProcessor"}
    return Qwen2_5_VLForConditionalGeneration(config), _qwen_images(8), settings


def _qwen3_vl(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    rope = {"rope_type": "default", "mrope_section": [2, 1, 1], "mrope_interleaved": True}
    config = Qwen3VLConfig(
        text_config=_text(tokenizer, head_dim=8, rope_parameters=rope),
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_heads": 2,
            "patch_size": 8,
            "out_hidden_size": 32,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [0],
        },
        **_qwen_tokens(tokenizer),
    )
    settings = {"processor_class": "Qwen3VLProcessor"}
    return Qwen3VLForConditionalGeneration(config), _qwen_images(8), settings


def _qwen_tokens(tokenizer: PreTrainedTokenizerFast) -> dict[str, int]:
    names = {"image": "image_pad", "video": "video_pad"}
    names |= {"vision_start": "vision_start", "vision_end": "vision_end"}
    return {
        f"{role}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>")
        for role, token in names.items()
    }


def _qwen_images(patch_size: int) -> Any:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    size = {"shortest_edge": 32 * 32, "longest_edge": 64 * 64}
    return Qwen2VLImageProcessorPil(patch_size=patch_size, size=size)


def _qwen3_5(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import Qwen3_5Config, Qwen3_5ForConditionalGeneration

    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "mrope_interleaved": True}
    linear = {f"linear_num_{part}_heads": 2 for part in ("key", "value")}
    linear |= {f"linear_{part}_head_dim": 8 for part in ("key", "value")}
    config = Qwen3_5Config(
        text_config=_text(
            tokenizer,
            head_dim=8,
            layer_types=["linear_attention", "full_attention"],
            rope_parameters={**rope, "partial_rotary_factor": 1.0},
            **linear,
        ),
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_heads": 2,
            "patch_size": 8,
            "out_hidden_size": 32,
            "num_position_embeddings": 64,
            "deepstack_visual_indexes": [],
        },
        **_qwen_tokens(tokenizer),
    )
    settings = {"processor_class": "Qwen3VLProcessor"}
    return Qwen3_5ForConditionalGeneration(config), _qwen_images(8), settings


def _llava(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import LlavaConfig, LlavaForConditionalGeneration
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    config = LlavaConfig(
        text_config=_text(tokenizer, model_type="llama"),
        vision_config={**_siglip(32), "model_type": "siglip_vision_model"},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
    )
    side = {"height": 32, "width": 32}
    settings = {
        "processor_class": "LlavaProcessor",
        "patch_size": 8,
        "vision_feature_select_strategy": "full",
        "num_additional_image_tokens": 0,
    }
    images = CLIPImageProcessorPil(size=side, crop_size=side)
    return LlavaForConditionalGeneration(config), images, settings


def _smolvlm(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration
    from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

    config = SmolVLMConfig(**_idefics(tokenizer))
    images = SmolVLMImageProcessorPil(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}, do_image_splitting=True
    )
    settings = {"processor_class": "SmolVLMProcessor", "image_seq_len": 4}
    return SmolVLMForConditionalGeneration(config), images, settings


def _idefics3(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration
    from transformers.models.idefics3.image_processing_pil_idefics3 import (
        Idefics3ImageProcessorPil,
    )

    config = Idefics3Config(**_idefics(tokenizer))
    images = Idefics3ImageProcessorPil(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}, do_image_splitting=True
    )
    settings = {"processor_class": "Idefics3Processor", "image_seq_len": 4}
    return Idefics3ForConditionalGeneration(config), images, settings


def _idefics(tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    return {
        "text_config": _text(tokenizer, model_type="llama"),
        "vision_config": _siglip(32),
        "image_token_id": tokenizer.convert_tokens_to_ids("<image>"),
        "scale_factor": 2,
    }


def _gemma3(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration
    from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil

    ids = tokenizer.convert_tokens_to_ids
    layers = ["sliding_attention", "full_attention"]
    config = Gemma3Config(
        text_config=_text(
            tokenizer, head_dim=8, sliding_window=24, layer_types=layers, query_pre_attn_scalar=8
        ),
        vision_config={**_siglip(32), "model_type": "siglip_vision_model"},
        mm_tokens_per_image=4,
        boi_token_index=ids("<start_of_image>"),
        eoi_token_index=ids("<end_of_image>"),
        image_token_index=ids("<image_soft_token>"),
        tie_word_embeddings=False,
    )
    images = Gemma3ImageProcessorPil(size={"height": 32, "width": 32})
    settings = {"processor_class": "Gemma3Processor", "image_seq_length": 4}
    return Gemma3ForConditionalGeneration(config), images, settings


def _internvl(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import InternVLConfig, InternVLForConditionalGeneration
    from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil

    config = InternVLConfig(
        text_config=_text(tokenizer, model_type="qwen2"),
        vision_config={**_siglip(32), "image_size": [32, 32], "patch_size": [8, 8]},
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=4,
        tie_word_embeddings=False,
    )
    images = GotOcr2ImageProcessorPil(size={"height": 32, "width": 32})
    settings = {"processor_class": "InternVLProcessor", "image_seq_length": 4}
    return InternVLForConditionalGeneration(config), images, settings


def _llava_onevision(tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import LlavaOnevisionConfig, LlavaOnevisionForConditionalGeneration
    from transformers.models.llava_onevision.image_processing_pil_llava_onevision import (
        LlavaOnevisionImageProcessorPil,
    )

    grids = [[32, 64], [64, 32], [64, 64]]
    config = LlavaOnevisionConfig(
        text_config=_text(tokenizer, model_type="qwen2"),
        vision_config={**_siglip(32), "model_type": "siglip_vision_model"},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        video_token_index=tokenizer.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=grids,
    )
    images = LlavaOnevisionImageProcessorPil(
        size={"height": 32, "width": 32}, image_grid_pinpoints=grids
    )
    settings = {
        "processor_class": "LlavaOnevisionProcessor",
        "num_image_tokens": 16,
        "vision_feature_select_strategy": "full",
    }
    return LlavaOnevisionForConditionalGeneration(config), images, settings


_QWEN_TOKENS = tuple(
    f"<|{name}|>"
    for name in ("im_end", "im_start", "vision_start", "vision_end", "image_pad", "video_pad")
)
_QWEN_NAMES = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
_SMOLVLM_TOKENS = (
    *("<end_of_utterance>", "<|im_start|>", "<fake_token_around_image>", "<image>", "<global-img>"),
    *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
)

ARCHITECTURES = {
    "qwen2_5_vl": Tiny(QWEN, _QWEN_TOKENS, _qwen2_5_vl, _QWEN_NAMES),
    "qwen3_vl": Tiny(QWEN, _QWEN_TOKENS, _qwen3_vl, _QWEN_NAMES),
    "smolvlm": Tiny(SMOLVLM, _SMOLVLM_TOKENS, _smolvlm, {}),
    "idefics3": Tiny(SMOLVLM, _SMOLVLM_TOKENS, _idefics3, {}),
    "gemma3": Tiny(
        GEMMA,
        (
            *("<end_of_turn>", "<start_of_turn>"),
            *("<start_of_image>", "<end_of_image>", "<image_soft_token>"),
        ),
        _gemma3,
        {
            "boi_token": "<start_of_image>",
            "eoi_token": "<end_of_image>",
            "image_token": "<image_soft_token>",
        },
    ),
    "internvl": Tiny(
        INTERNVL,
        ("<|im_end|>", "<|im_start|>", "<img>", "</img>", "<IMG_CONTEXT>", "<video>"),
        _internvl,
        {
            "start_image_token": "<img>",
            "end_image_token": "</img>",
            "context_image_token": "<IMG_CONTEXT>",
            "video_token": "<video>",
        },
    ),
    "llava_onevision": Tiny(
        LLAVA, ("<|im_end|>", "<|im_start|>", "<image>", "<video>"), _llava_onevision, {}
    ),
}
"""The architectures that can be made, by ``transformers``' name for each (``model_type``)."""

OTHERS = {
    "qwen3_5": Tiny(QWEN, _QWEN_TOKENS, _qwen3_5, _QWEN_NAMES),  # with linear attention
    "llava": Tiny(LLAVA, ("<|im_end|>", "<|im_start|>", "<image>"), _llava, {}),
}
"""Architectures that the engine is not prepared for."""
