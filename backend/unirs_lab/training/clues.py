"""Clues of whole training sets: written once by the frozen base, kept on disk (paper, III-B2).

A folder holds one file for each base model, aspect mode and prompt version. A line is a clue and
the digest of its visual input, so that equal images share a clue, and a changed image has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import Dataset

from unirs.engines.devices import fast_products, guard_memory
from unirs.engines.unirs.prompting import is_base
from unirs.engines.unirs.stages import CLUE_MAX_NEW_TOKENS
from unirs.errors import UniRSError
from unirs.inputs import AspectMode, InputKind
from unirs.model import ModelBundle, UniRSProcessor, embed_prompt, weights_digest
from unirs.prompts import TEMPLATE_VERSION, clue_prompt
from unirs_lab.data.records import RecordFile
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import read_visual
from unirs_lab.training.loading import read_in_order


@dataclass(frozen=True)
class Clue:
    """The base's description of a visual input, which is known by its digest."""

    digest: str
    text: str


class ClueSet(Mapping[str, str]):
    """Clues of one base by digest of the visual input.

    Args:
        folder: Folder of the clue sets.
        base: Digest of the base's weights.
        aspect_mode: How the base read the images.

    Raises:
        UniRSError: ``records_broken``.
    """

    def __init__(self, folder: Path, base: str, aspect_mode: AspectMode = "pad") -> None:
        name = f"{TEMPLATE_VERSION}.{aspect_mode}.{base}.jsonl"
        self.file = RecordFile(folder / name, Clue)
        self._texts = {clue.digest: clue.text for clue in self.file.read()}

    def __getitem__(self, digest: str) -> str:
        """The clue of a visual input."""
        return self._texts[digest]

    def __iter__(self) -> Iterator[str]:
        """Digests."""
        return iter(self._texts)

    def __len__(self) -> int:
        """Number of clues."""
        return len(self._texts)

    def add(self, clues: Sequence[Clue]) -> None:
        """Keep clues; within ``with clue_set.file``."""
        self.file.add(clues)
        self._texts.update({clue.digest: clue.text for clue in clues})


@dataclass(frozen=True)
class ClueOptions:
    """How clues are written.

    Attributes:
        batch_size: Inputs that the base describes at a time.
        workers: Processes that read images; 0 reads within this one.
        frame_count: Frames of a video; those of the base if ``None``.
        aspect_mode: How images become squares: that of the training, and not the base's own. A
            UniRS model reads its images once, for its clue and for its answer.
    """

    batch_size: int = 64
    workers: int = 0
    frame_count: int | None = None
    aspect_mode: AspectMode = "pad"


def open_clues(
    folder: Path,
    base: Path,
    datasets: Iterable[Sequence[Sample]],
    frame_count: int,
    aspect_mode: AspectMode = "pad",
) -> ClueSet:
    """The clues that a training shall read.

    Args:
        folder: Folder of the clue sets.
        base: Model folder of the base.
        datasets: What is trained on. Of each, the first and the last input of each kind are
            checked: where both have a clue, all have one.
        frame_count: Frames of a video.
        aspect_mode: How the training reads images, and the base has to have read them.

    Raises:
        UniRSError: ``clue_missing``, and what reading files raises.
    """
    clues = ClueSet(folder, weights_digest(base), aspect_mode)
    for samples, kind in product(datasets, InputKind):
        views = _views(samples, kind)
        for sample in views[:1] + views[-1:]:
            if read_visual(sample, frame_count).digest not in clues:
                raise UniRSError(
                    "clue_missing",
                    f"{folder} has no clue of the base {base} for the sample {sample.id}; write "
                    "them first, or to the end, with 'unirs data clues --aspect-mode "
                    f"{aspect_mode}'.",
                )
    return clues


def write_clue_set(
    samples: Sequence[Sample],
    base: ModelBundle,
    folder: Path,
    options: ClueOptions | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ClueSet:
    """Describe every visual input that has no clue yet, by the base.

    Every image is read, also at a second call, because its digest shows whether it has a
    clue; the base is asked about each once.

    Args:
        samples: Of one or more datasets.
        base: A base model.
        folder: Folder of the clue sets; made if it is not there.
        options: Batch size, workers, and how images are read.
        on_progress: Called with the number of visual inputs done and of all.

    Raises:
        UniRSError: ``base_unfit`` if the model is none, ``records_in_use`` while another process
            writes the same clues, ``output_unwritable``, ``out_of_memory``, and what reading
            images raises. What is written until then stays.
    """
    if not is_base(base.config):
        raise UniRSError(
            "base_unfit",
            f"{base.folder} is not a base model, but clues are written by the base of a training; "
            "name the folder of the base.",
        )
    options = options or ClueOptions()
    clues = ClueSet(folder, base.digest, options.aspect_mode)
    views = {kind: _views(samples, kind) for kind in InputKind}
    total, done = sum(map(len, views.values())), 0
    with clues.file:
        for kind, own in views.items():
            for new, seen in _new_inputs(own, base, clues, options):
                if new:
                    clues.add(_ask(base, kind, new))
                if on_progress:
                    on_progress(done + seen, total)
            done += len(own)
    return clues


@torch.inference_mode()
def write_clues(
    bundle: ModelBundle,
    kind: InputKind,
    visual: Tensor,
    batch_size: int = 256,
    max_tokens: int = CLUE_MAX_NEW_TOKENS,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Describe visual inputs by the base, greedily.

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
            written = model.language_model.generate(
                inputs_embeds=embedded,
                attention_mask=mask,
                max_new_tokens=max_tokens,
                do_sample=False,
                eos_token_id=bundle.processor.tokenizer.eos_token_id,
                pad_token_id=0,
            )
        clues += [bundle.processor.decode(row).strip() for row in written]
        if on_progress:
            on_progress(len(clues), len(visual))
    return clues


@dataclass(frozen=True)
class _Input:
    """Digest and pixels ``[images, 3, image_size, image_size]`` of what the base is asked about."""

    digest: str
    pixels: Tensor


class _InputReader(Dataset["_Input | UniRSError"]):
    def __init__(
        self, samples: Sequence[Sample], processor: UniRSProcessor, frame_count: int
    ) -> None:
        self.samples, self.processor, self.frame_count = samples, processor, frame_count

    def __getitem__(self, index: int) -> _Input | UniRSError:
        try:
            visual = read_visual(self.samples[index], self.frame_count)
        except UniRSError as error:
            return error
        return _Input(visual.digest, self.processor.images([crop.pixels for crop in visual.crops]))


def _views(samples: Sequence[Sample], kind: InputKind) -> list[Sample]:
    """A sample for each visual input: many questions may be about one."""
    return list({sample.images: sample for sample in samples if sample.kind is kind}.values())


def _new_inputs(
    views: Sequence[Sample], base: ModelBundle, clues: ClueSet, options: ClueOptions
) -> Iterator[tuple[list[_Input], int]]:
    """Batches of inputs without a clue, with the number of views read until then."""
    frame_count = options.frame_count or base.config.frame_count
    own = base.processor
    processor = UniRSProcessor(
        own.image_processor, own.tokenizer, options.aspect_mode, own.conversation
    )
    reader = _InputReader(views, processor, frame_count)
    new: dict[str, _Input] = {}
    for seen, one in enumerate(read_in_order(reader, range(len(views)), options.workers), start=1):
        if one.digest not in clues:
            new[one.digest] = one
        if len(new) == options.batch_size or seen == len(views):
            yield list(new.values()), seen
            new = {}


def _ask(base: ModelBundle, kind: InputKind, inputs: Sequence[_Input]) -> list[Clue]:
    pixels = torch.stack([one.pixels for one in inputs])

    def write() -> list[str]:
        with torch.inference_mode():
            model = base.model
            features = model.encode_images(pixels.flatten(0, 1).to(model.device, model.dtype))
            visual = model.project(features).unflatten(0, pixels.shape[:2])
        return write_clues(base, kind, visual, batch_size=len(inputs))

    texts = guard_memory(write, lambda: None, "writing clues")
    return [Clue(one.digest, text) for one, text in zip(inputs, texts, strict=True)]
