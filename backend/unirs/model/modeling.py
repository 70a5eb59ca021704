"""UniRS: vision tower, change extraction, projector and LLaMA in one ``transformers`` model."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

from unirs.model.change import ChangeExtraction, MapHead
from unirs.model.config import UniRSConfig
from unirs.model.projector import DownsampleProjector
from unirs.model.vision import vision_tower

IMAGE_TOKEN = -200
"""Placeholder for the visual tokens of one image in ``input_ids`` (VILA's number)."""


class UniRSForConditionalGeneration(PreTrainedModel):
    """The model: images in, text out.

    A base model (VILA-1.5 alone) has no change extraction module: ``change`` is ``None`` there,
    and pairs can only be read as two images.
    """

    config_class = UniRSConfig
    base_model_prefix = ""
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _keep_in_fp32_modules_strict = ("reduce_norm", "mix_norm", "expand_norm")
    _no_split_modules = ("SiglipEncoderLayer", "LlamaDecoderLayer")

    def __init__(self, config: UniRSConfig) -> None:
        super().__init__(config)
        vision_width = config.vision_config.hidden_size
        self.vision_tower = vision_tower(config.vision_config)
        self.change = ChangeExtraction(vision_width, config.grid) if config.change_module else None
        self.change_head = MapHead(vision_width, config.change_head) if config.change_head else None
        self.projector = DownsampleProjector(vision_width, config.text_config.hidden_size)
        self.language_model = LlamaForCausalLM(config.text_config)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        """The LLM's token embedding."""
        return self.language_model.get_input_embeddings()

    def encode_images(self, pixel_values: Tensor) -> Tensor:
        """Features of the vision tower.

        Args:
            pixel_values: ``[images, 3, image_size, image_size]``, normalised to -1 … 1.

        Returns:
            ``[images, grid * grid, vision_width]``, row by row.
        """
        return self.vision_tower(pixel_values)

    def project(self, features: Tensor) -> Tensor:
        """Visual tokens of images on their own, ``[images, visual_tokens, text_width]``."""
        return self.projector(features)

    def project_pair(self, before: Tensor, after: Tensor) -> Tensor:
        """Visual tokens of pairs, through the change extraction module.

        Args:
            before: Features of the earlier dates, ``[pairs, grid * grid, vision_width]``.
            after: Features of the later dates, same shape.

        Returns:
            ``[pairs, visual_tokens, text_width]``: a pair costs as many tokens as one image.

        Raises:
            ValueError: The model is a base model, which has no such module.
        """
        return self.projector(self._change_module()(before, after))

    def change_map(self, before: Tensor, after: Tensor) -> Tensor:
        """Probability of change, or cosine distance in a model without change head, per cell.

        Args:
            before: Features of the earlier dates, ``[pairs, grid * grid, vision_width]``.
            after: Features of the later dates, same shape.

        Returns:
            ``[pairs, side, side]`` float32, 0 (same) to 1: calibrated probabilities of the change
            head, whose cells are finer than patches; else the cosine distance of patches.

        Raises:
            ValueError: The model is a base model, which has no change extraction module.
        """
        if self.change_head is None:
            return self._change_module().distance(before, after)
        logits = self.change_logits(before, after).float()
        return torch.sigmoid(logits / self.config.change_temperature)

    def change_logits(self, before: Tensor, after: Tensor) -> Tensor:
        """Logits of the change head for pairs of features, ``[pairs, side, side]``.

        Raises:
            ValueError: The model has no change head.
        """
        if self.change_head is None:
            raise ValueError("the model has no change head")
        return self.change_head(self._change_module()(before, after))

    def forward(
        self,
        input_ids: Tensor,
        visual: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        **kwargs: Any,
    ) -> CausalLMOutputWithPast:
        """Run the LLM over a right-padded batch, for training.

        Args:
            input_ids: ``[batch, length]`` with ``IMAGE_TOKEN`` once for each *visual token*.
            visual: ``[images, visual_tokens, text_width]`` of all images of the batch in order.
            attention_mask: ``[batch, length]``, 0 at the padding, or ``[batch, 1, length,
                length]`` bool where rows share a prefix.
            labels: ``[batch, length]``, -100 where no loss is computed.
            **kwargs: Passed to ``LlamaForCausalLM``.

        Returns:
            Loss (with ``labels``) and logits.
        """
        return self.language_model(
            inputs_embeds=fill_visual(self.language_model, input_ids, visual),
            attention_mask=attention_mask,
            labels=labels,
            use_cache=False,
            **kwargs,
        )

    def answer_logits(
        self, input_ids: Tensor, visual: Tensor, labels: Tensor, **kwargs: Any
    ) -> Tensor:
        """Logits of the answers' tokens alone, for training.

        Args:
            input_ids: As in ``forward``.
            visual: As in ``forward``.
            labels: ``[batch, length]``, -100 outside of the answers.
            **kwargs: Passed to ``LlamaModel``.

        Returns:
            ``[answer tokens, vocabulary]``, in the order of the batch.
        """
        hidden = self.language_model.model(
            inputs_embeds=fill_visual(self.language_model, input_ids, visual),
            use_cache=False,
            **kwargs,
        ).last_hidden_state
        return self.language_model.lm_head(hidden[:, :-1][labels[:, 1:] != -100])

    def _change_module(self) -> ChangeExtraction:
        if self.change is None:
            raise ValueError("a base model has no change extraction module")
        return self.change


def expand_markers(input_ids: Tensor, visual_tokens: int) -> Tensor:
    """Repeat each marker of a prompt ``[length]`` once for each visual token of its image."""
    repeats = torch.where(input_ids == IMAGE_TOKEN, visual_tokens, 1)
    return input_ids.repeat_interleave(repeats)


def embed_prompt(language_model: LlamaForCausalLM, input_ids: Tensor, visual: Tensor) -> Tensor:
    """Embeddings of a prompt, or of the beginning of one.

    Args:
        language_model: The LLM that reads it: a second, frozen LLM has its own token embedding.
        input_ids: ``[length]`` with ``IMAGE_TOKEN`` once for each image.
        visual: ``[markers, visual_tokens, text_width]``.

    Returns:
        ``[1, length + markers * (visual_tokens - 1), text_width]``.

    Raises:
        ValueError: The numbers of markers and images differ.
    """
    markers = int((input_ids == IMAGE_TOKEN).sum())
    if markers != visual.shape[0]:
        raise ValueError(f"{markers} markers for {visual.shape[0]} images")
    expanded = expand_markers(input_ids, visual.shape[1])
    return fill_visual(language_model, expanded.unsqueeze(0), visual)


def fill_visual(language_model: LlamaForCausalLM, input_ids: Tensor, visual: Tensor) -> Tensor:
    """Embed ids ``[batch, length]``, with the visual tokens in order at each ``IMAGE_TOKEN``."""
    words = language_model.get_input_embeddings()(input_ids.clamp(min=0))
    places = (input_ids == IMAGE_TOKEN).unsqueeze(-1)
    return words.masked_scatter(places, visual.to(words.dtype))
