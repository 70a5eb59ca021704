"""From images and prompts to tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from transformers import ProcessorMixin

from unirs.inputs import NEUTRAL
from unirs.model.modeling import IMAGE_TOKEN
from unirs.prompts import Mark, Piece, Prompt


class UniRSProcessor(ProcessorMixin):
    """SigLIP's image processor (Pillow backend: exact) and the language model's tokenizer.

    Args:
        image_processor: ``SiglipImageProcessorPil``; its size is the model's image size.
        tokenizer: Tokenizer of the language model.
        aspect_mode: ``"pad"`` or ``"resize"``, as in the model's configuration.
        conversation: One of ``prompts.CONVERSATIONS``, as in the model's configuration.
    """

    def __init__(
        self,
        image_processor: Any = None,
        tokenizer: Any = None,
        aspect_mode: str = "pad",
        conversation: str = "vicuna_v1",
    ) -> None:
        self.aspect_mode = aspect_mode
        self.conversation = conversation
        super().__init__(image_processor, tokenizer)

    def images(self, images: Sequence[NDArray[np.uint8]]) -> Tensor:
        """Images as input of the vision tower.

        Args:
            images: RGB, ``[height, width, 3]`` uint8 each, of any shape.

        Returns:
            ``[images, 3, image_size, image_size]`` float32, -1 … 1.
        """
        squares = [pad_square(image) if self.aspect_mode == "pad" else image for image in images]
        pictures = [Image.fromarray(square) for square in squares]
        return self.image_processor(pictures, return_tensors="pt")["pixel_values"]

    def encode(self, prompt: Prompt) -> Tensor:
        """Token ids of a prompt, ``[length]`` int64, with ``IMAGE_TOKEN`` once for each marker.

        Special tokens in the text are encoded as plain characters.
        """
        pieces = prompt.pieces(self.conversation)
        return torch.tensor([token for piece in pieces for token in self._encode(piece)])

    def encode_answer(self, text: str) -> list[int]:
        """Token ids of an answer after a prompt, with the end-of-turn token."""
        return [*self._encode(text), *self._encode(Mark.END)]

    def decode(self, ids: Sequence[int] | Tensor) -> str:
        """Text of token ids, without special tokens."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))

    def pad_box(self, height: int, width: int) -> tuple[float, float, float, float]:
        """The part of the vision tower's square input that an image covers.

        Returns:
            Top, left, bottom, right as fractions (0 … 1) of the square.
        """
        if self.aspect_mode != "pad":
            return 0.0, 0.0, 1.0, 1.0
        side = max(height, width)
        top, left = (side - height) // 2, (side - width) // 2
        return top / side, left / side, (top + height) / side, (left + width) / side

    def _encode(self, piece: Piece) -> list[int]:
        if isinstance(piece, Mark):
            return [self._marks[piece]]
        encoded = self.tokenizer(piece, add_special_tokens=False, split_special_tokens=True)
        return list(encoded["input_ids"])

    @property
    def _marks(self) -> dict[Mark, int]:
        return {
            Mark.IMAGE: IMAGE_TOKEN,
            Mark.BEGIN: self.tokenizer.bos_token_id,
            Mark.END: self.tokenizer.eos_token_id,
        }


def pad_square(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Centre an image ``[height, width, 3]`` on the smallest neutral square around it."""
    height, width = image.shape[:2]
    side = max(height, width)
    if height == width:
        return image
    square = np.full((side, side, 3), NEUTRAL, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = image
    return square
