"""Clues for a training set: written once, by the frozen base, in batches."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from unirs.inference.devices import fast_products
from unirs.inference.stages import CLUE_MAX_NEW_TOKENS
from unirs.inputs import InputKind
from unirs.model import ModelBundle, embed_prompt
from unirs.prompts import clue_prompt


@torch.inference_mode()
def write_clues(
    bundle: ModelBundle,
    kind: InputKind,
    visual: Tensor,
    batch_size: int = 256,
    max_tokens: int = CLUE_MAX_NEW_TOKENS,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Let the base describe visual inputs, greedily.

    All prompts of a kind have one length, so that batches need no padding.

    Args:
        bundle: A base model.
        kind: What the inputs are.
        visual: Projected tokens, ``[items, images, visual_tokens, text_width]``.
        batch_size: Items at a time.
        max_tokens: Bound of a clue's length.
        on_progress: Called with the number of items done and of all items.

    Returns:
        One clue for each item.
    """
    model, clues = bundle.model, []
    ids = bundle.processor.encode(clue_prompt(kind, visual.shape[1])).to(model.device)
    for start in range(0, len(visual), batch_size):
        part = visual[start : start + batch_size].to(model.device, torch.float32)
        embedded = torch.cat([embed_prompt(model.language_model, ids, item) for item in part])
        mask = torch.ones(embedded.shape[:2], dtype=torch.long, device=model.device)
        with fast_products(embedded.device):
            said = model.language_model.generate(
                inputs_embeds=embedded,
                attention_mask=mask,
                max_new_tokens=max_tokens,
                do_sample=False,
                eos_token_id=bundle.processor.tokenizer.eos_token_id,
                pad_token_id=0,
            )
        clues += [bundle.processor.decode(row).strip() for row in said]
        if on_progress:
            on_progress(len(clues), len(visual))
    return clues
