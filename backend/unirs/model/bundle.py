"""A loaded model with its processor: ``ModelBundle``, and how it is saved as a model folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import LlamaForCausalLM, LlamaTokenizer, SiglipImageProcessorPil
from transformers import logging as transformers_logging

from unirs.errors import UniRSError
from unirs.files import write_failure
from unirs.model.adapters import Role, activate_adapter
from unirs.model.compact_folder import own_tensors, write_compact_folder
from unirs.model.config import UniRSConfig
from unirs.model.folder import ADAPTER_FOLDER, CARD, CLUE_FOLDER, ModelCard, weights_digest
from unirs.model.modeling import UniRSForConditionalGeneration
from unirs.model.processor import UniRSProcessor
from unirs.model.quantised import Quantisation
from unirs.model.sentence_map import SentenceMap


@dataclass
class ModelBundle:
    """A loaded model with everything that answering needs.

    Attributes:
        name: Name of its folder.
        folder: The folder that it was loaded from.
        model: The model in evaluation mode.
        processor: Turns images and prompts into tensors.
        clue_language_model: The frozen base LLM that writes clues, if it has weights of its own.
        card: What its model card states.
        quantisation: Type of the weights of the language model's linear layers, if they are
            quantised. Such a bundle answers, and is not saved.
        sentence_map: Places images among the embeddings of sentences, if the folder has one. It is
            not saved with the bundle: it fits these weights alone.
    """

    name: str
    folder: Path
    model: UniRSForConditionalGeneration
    processor: UniRSProcessor
    clue_language_model: LlamaForCausalLM | None = None
    card: ModelCard = field(default_factory=ModelCard)
    quantisation: Quantisation | None = None
    sentence_map: SentenceMap | None = None
    _role: Role = field(default="answer", init=False)

    @property
    def config(self) -> UniRSConfig:
        """The model's configuration."""
        return self.model.config

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the folder's weight files, which identifies the model in records."""
        return weights_digest(self.folder)

    @property
    def memory_bytes(self) -> int:
        """Memory that the weights take."""
        parts = [self.model, self.clue_language_model]
        weights = {id(each): each for part in parts if part for each in part.parameters()}
        return sum(each.numel() * each.element_size() for each in weights.values())

    @property
    def precision(self) -> str:
        """Type of the weights: that of the language model's linear layers."""
        return self.quantisation or str(self.model.dtype).removeprefix("torch.")

    @contextmanager
    def language_model(self, role: Role) -> Iterator[LlamaForCausalLM]:
        """The LLM that answers, or that writes the clue as the frozen base.

        Where both roles share one LLM, the role's adapter is active, or none if it has none;
        afterwards the one before is active again.

        Raises:
            UniRSError: ``clue_missing``.
        """
        if role == "clue" and self.config.clue_source == "none":
            raise UniRSError(
                "clue_missing", f"The model {self.name} has no base model that could write a clue."
            )
        if role == "clue" and self.clue_language_model is not None:
            yield self.clue_language_model
            return
        before, self._role = self._role, role
        if role != before:
            activate_adapter(self.model.language_model, role)
        try:
            yield self.model.language_model
        finally:
            self._role = before
            if role != before:
                activate_adapter(self.model.language_model, before)


def save_bundle(bundle: ModelBundle, folder: Path, card: str | None = None) -> None:
    """Write a model folder.

    Args:
        bundle: What to write, in the precision that its tensors have.
        folder: Created if it does not exist.
        card: Text of the model card (``README.md``), if any.

    Raises:
        UniRSError: ``output_unwritable``.
        ValueError: Its weights are quantised, which a model folder cannot hold.
    """
    if bundle.quantisation:
        raise ValueError(f"a model folder cannot hold weights in {bundle.quantisation}")
    folder = Path(folder)
    try:
        _save(bundle, folder, card)
    except (OSError, SafetensorError) as error:  # the latter where a disk is full
        raise write_failure(folder, error) from error


def _save(bundle: ModelBundle, folder: Path, card: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model, config = bundle.model, bundle.config
    with quiet_transformers():
        if config.language_model:
            write_compact_folder(folder, config, bundle.processor, own_tensors(model))
        else:
            if config.clue_source == "adapter":
                model.language_model.save_pretrained(folder / ADAPTER_FOLDER)
            model.save_pretrained(folder, state_dict=_state_without_adapter(model))
            bundle.processor.save_pretrained(folder)
        if bundle.clue_language_model is not None:
            bundle.clue_language_model.save_pretrained(folder / CLUE_FOLDER)
    if card is not None:
        (folder / CARD).write_text(card, encoding="utf-8")


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep the library's progress bars and advice out of the program's own output."""
    verbosity = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()


def make_processor(config: UniRSConfig, tokenizer: LlamaTokenizer) -> UniRSProcessor:
    """The processor that fits a configuration."""
    side = {"height": config.image_size, "width": config.image_size}
    half = [0.5, 0.5, 0.5]
    images = SiglipImageProcessorPil(
        size=side, resample=3, image_mean=half, image_std=half, do_convert_rgb=True
    )
    return UniRSProcessor(images, tokenizer, config.aspect_mode, config.conversation)


def _state_without_adapter(model: UniRSForConditionalGeneration) -> dict[str, torch.Tensor]:
    """The weights under the names that they have without an adapter."""
    return {
        name.replace(".base_layer.", "."): tensor
        for name, tensor in model.state_dict().items()
        if ".lora_" not in name
    }
