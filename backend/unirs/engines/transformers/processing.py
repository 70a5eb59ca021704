"""Tokenizer, image processor and chat template of a model: from messages to its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from unirs.engines.chat import Message
from unirs.engines.transformers.processor import (
    LARGEST_CROP,
    explained,
    image_ids,
    image_size,
    load_processor,
)
from unirs.engines.transformers.template import Chat, ChatTemplate, check_template
from unirs.inputs import Crop
from unirs.model.vlm_folder import VLMFolder

FRAME_SIZE = 448
"""Longest side of one of several frames, in pixels."""

_TRIAL: Chat = [
    {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is seen?"}]}
]
_SENTINEL = "b3f1c7d2-where-the-words-begin"


@dataclass(frozen=True)
class Encoded:
    """A prompt as a model reads it.

    Attributes:
        ids: ``[1, length]`` int64, with a token for each place that an image's features take.
        types: What goes along with each token, ``[1, length]`` each, by its name.
        vision: The images, by the names of the model's inputs; empty where they were read before.
        images_end: Where the words behind the last image begin; 0 if that cannot be found out.
        image_tokens: How many of the tokens stand for images.
    """

    ids: Tensor
    types: Mapping[str, Tensor]
    vision: Mapping[str, Any]
    images_end: int
    image_tokens: int

    @property
    def length(self) -> int:
        """Tokens of the prompt."""
        return int(self.ids.shape[1])

    def head(self) -> Encoded:
        """The prompt up to the end of its images."""
        end = self.images_end
        types = {name: values[:, :end] for name, values in self.types.items()}
        return Encoded(self.ids[:, :end], types, self.vision, end, self.image_tokens)

    def to(self, device: torch.device, dtype: torch.dtype) -> Encoded:
        """The same on a device, its images in a precision."""
        vision = {name: _moved(values, device, dtype) for name, values in self.vision.items()}
        types = {name: values.to(device) for name, values in self.types.items()}
        return Encoded(self.ids.to(device), types, vision, self.images_end, self.image_tokens)


@dataclass(frozen=True)
class Head:
    """The part of a prompt up to its last image, which other questions about them begin with.

    Attributes:
        text: Of the template, up to where the user's words begin.
        ending: Text that the processor puts between the last image and these words.
        encoded: Its tokens.
    """

    text: str
    ending: str
    encoded: Encoded


class Processing:
    """Makes the inputs of a model.

    Args:
        folder: The model.
        config: Its configuration, as ``transformers`` has read it.

    Raises:
        UniRSError: ``model_invalid`` if its tokenizer or image processor cannot be loaded,
            ``template_invalid``.
    """

    def __init__(self, folder: VLMFolder, config: Any) -> None:
        self._name = folder.name
        check_template(folder.template, folder.name)
        with explained(f"The model folder {folder.path} is not usable", "model_invalid"):
            self._processor = load_processor(folder, config)
        self.tokenizer = self._processor.tokenizer
        self.template = ChatTemplate(folder.template, self.tokenizer, folder.name)
        self.template.render(_TRIAL)
        self.image_size = image_size(self._processor.image_processor, config)
        self._image_ids = image_ids(self._processor, config)
        self._structure = sorted(
            (
                token.content
                for token in self.tokenizer.added_tokens_decoder.values()
                if _is_structure(token)
            ),
            key=len,
            reverse=True,
        )

    def chat(self, messages: Sequence[Message]) -> Chat:
        """Messages in the form that templates take."""
        return [
            {
                "role": message.role,
                "content": [
                    {"type": "image"}
                    if isinstance(part, Crop)
                    else {"type": "text", "text": self.inert(part)}
                    for part in message.content
                ],
            }
            for message in messages
        ]

    def inert(self, text: str) -> str:
        """A text without anything that the tokenizer or the processor takes for structure.

        Special tokens in it are broken by a space: "<|im_end|>" becomes "< |im_end|>".
        """
        for token in self._structure:
            if token in text:
                text = text.replace(token, f"{token[:1]} {token[1:]}")
        return text

    def encode(self, messages: Sequence[Message], frames: bool = False) -> Encoded:
        """Encode a chat with its images.

        Args:
            messages: The chat.
            frames: Whether the images are frames, of which each is read less finely.

        Raises:
            UniRSError: ``template_invalid``; ``images_unreadable`` if template and processor do
                not agree about the images.
        """
        text = self.template.render(self.chat(messages))
        crops = [part for message in messages for part in message.content if isinstance(part, Crop)]
        images = [_image(crop, FRAME_SIZE if frames else LARGEST_CROP) for crop in crops]
        begun = bool(self.tokenizer.bos_token) and text.startswith(self.tokenizer.bos_token)
        whole = {"do_image_splitting": False} if frames and self._splits() else {}
        with explained(f"The model {self._name} cannot read these images", "images_unreadable"):
            inputs = dict(
                self._processor(
                    text=[text],
                    images=[images],
                    return_tensors="pt",
                    add_special_tokens=not begun,
                    **whole,
                )
            )
        ids = inputs.pop("input_ids")
        inputs.pop("attention_mask", None)  # all ones
        types = {
            name: values
            for name, values in inputs.items()
            if name.endswith("token_type_ids")
            and isinstance(values, Tensor)
            and values.shape == ids.shape
        }
        vision = {name: values for name, values in inputs.items() if name not in types}
        places = torch.isin(ids[0], self._image_ids).nonzero()
        end = int(places[-1]) + 1 if len(places) else 0
        if any(
            values.shape[1:2] == ids.shape[1:]
            for name, values in vision.items()
            if isinstance(values, Tensor) and not name.startswith("pixel_values")
        ):
            end = 0  # an input of this length belongs to the tokens in a way unknown here
        return Encoded(ids, types, vision, end, len(places))

    def head(self, messages: Sequence[Message], encoded: Encoded) -> Head | None:
        """The part of a prompt that other questions about the same images share.

        Args:
            messages: The prompt; the text behind its images is the last part of the first message.
            encoded: Its tokens.

        Returns:
            ``None`` where the tokens of the words depend on what is before them, so that each
            prompt has to be encoded as a whole.
        """
        end = encoded.images_end
        typed = any(bool(values[:, end:].any()) for values in encoded.types.values())
        if not end or typed:
            return None
        first = messages[0]
        marked = Message(first.role, (*first.content[:-1], _SENTINEL))
        before, found, _ = self.template.render(self.chat([marked])).partition(_SENTINEL)
        words = self.template.render(self.chat(messages)).removeprefix(before)
        behind = self._decode(encoded.ids[0, end:])
        if not found or not behind.endswith(words):
            return None
        head = Head(before, behind.removesuffix(words), encoded.head())
        again = self.behind(head, messages)
        same = again is not None and torch.equal(again.ids, encoded.ids)
        return head if same else None

    def behind(self, head: Head, messages: Sequence[Message]) -> Encoded | None:
        """A prompt that begins with a head, without its images; ``None`` if it does not.

        Raises:
            UniRSError: ``template_invalid``.
        """
        text = self.template.render(self.chat(messages))
        if not text.startswith(head.text):
            return None
        words = head.ending + text.removeprefix(head.text)
        last = self.tokenizer.decode(head.encoded.ids[0, -1:])
        ids = self._ids(last + words)  # a special token ends what the tokenizer joins
        if ids[:1] != head.encoded.ids[0, -1:].tolist():
            return None
        new = torch.tensor([ids[1:]], dtype=torch.long, device=head.encoded.ids.device)
        types = {
            name: torch.cat([values, values.new_zeros(new.shape)], dim=1)
            for name, values in head.encoded.types.items()
        }
        ids_all = torch.cat([head.encoded.ids, new], dim=1)
        return Encoded(ids_all, types, {}, head.encoded.images_end, head.encoded.image_tokens)

    def answer_ids(
        self, messages: Sequence[Message], answers: Sequence[str], end_tokens: Sequence[int]
    ) -> list[list[int]]:
        """The tokens of texts, each as the whole answer to a chat, with the end of the turn.

        The template places an answer, so that white space before it is as the model has learnt.

        Args:
            messages: The chat before; its images are not needed.
            answers: The texts.
            end_tokens: Tokens that end a turn, the usual one first.

        Raises:
            UniRSError: ``template_invalid``.
        """
        asked = [Message(each.role, tuple(map(_worded, each.content))) for each in messages]
        before = self.template.render(self.chat(asked))
        whole = self.template.render_whole(self.chat([*asked, Message("assistant", (_SENTINEL,))]))
        lead, _, tail = whole.removeprefix(before).partition(_SENTINEL)
        if lead.strip() or not whole.startswith(before):  # such as an empty part for reasoning
            lead, tail = "", ""
        return [
            self._answer_ids(before, lead + self.inert(each), tail, end_tokens) for each in answers
        ]

    def _answer_ids(
        self, before: str, answer: str, tail: str, end_tokens: Sequence[int]
    ) -> list[int]:
        known, joined = self._ids(before), self._ids(before + answer + tail)
        ids = joined[len(known) :] if joined[: len(known)] == known else self._ids(answer + tail)
        for place, token in enumerate(ids):
            if token in end_tokens:
                return ids[: place + 1]
        return [*self._ids(answer), end_tokens[0]]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer, without special tokens."""
        return str(
            self.tokenizer.decode(
                list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def _decode(self, ids: Tensor) -> str:
        return str(self.tokenizer.decode(ids, clean_up_tokenization_spaces=False))

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _splits(self) -> bool:
        return bool(getattr(self._processor.image_processor, "do_image_splitting", False))


def _moved(values: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """A tensor on a device, and in a precision if it holds pixels; anything else as it is."""
    if not isinstance(values, Tensor):
        return values
    return values.to(device, dtype) if values.is_floating_point() else values.to(device)


def _is_structure(token: Any) -> bool:
    """Whether an added token has to be kept out of texts: not white space, and no plain word."""
    text = token.content
    return len(text) > 1 and not text.isspace() and (token.special or not text.isalnum())


def _image(crop: Crop, longest: int) -> Image.Image:
    image = Image.fromarray(crop.pixels)
    if max(image.size) > longest:
        image.thumbnail((longest, longest), Image.Resampling.BICUBIC)
    return image


def _worded(part: str | Crop) -> str:
    return "" if isinstance(part, Crop) else part
