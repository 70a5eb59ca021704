"""The datasets of the paper and a user's own: what they are, their layout on disk, their samples.

Figures that publications give stand beside each dataset, so that a copy can be held against them.
No dataset comes with this program; each has its own licence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.readers import crsvqa, era, geochat, instructions, levir, rsvqa, shards
from unirs_lab.data.samples import Sample

Counts = Mapping[str, int]
"""How many ``"samples"``, ``"answers"`` and different ``"images"`` (files) there are."""


@dataclass(frozen=True)
class Dataset:
    """One dataset in its published layout.

    Attributes:
        name: What commands call it.
        title: What people call it.
        splits: Names of its splits.
        published: For each split the counts that a publication gives, as far as one does.
        source: Where it comes from, and where ``published`` does.
        licence: Its terms, as stated by its publishers.
        layout: The tree of its files below the root, as text.
        index: The file or folder without which a split is not there, from root and split.
        reader: Samples from root and split, whose index is there.
        kind: Of all its samples; ``None`` where they may differ.
    """

    name: str
    title: str
    splits: tuple[str, ...]
    published: Mapping[str, Counts]
    source: str
    licence: str
    layout: str
    index: Callable[[Path, str], Path] = field(repr=False)
    reader: Callable[[Path, str], list[Sample]] = field(repr=False)
    kind: InputKind | None = None

    def present(self, root: Path) -> tuple[str, ...]:
        """The splits that a folder holds, as far as that shows without reading them."""
        try:
            return tuple(split for split in self.splits if self.index(root, split).exists())
        except OSError:  # such as a name that is too long, or a folder that others may not see
            return ()

    def origin(self, root: Path, split: str) -> Dataset:
        """The dataset of the samples in a folder: of shards, that which they were written from.

        Raises:
            UniRSError: As ``read``, of shards.
        """
        if self.reader is not shards.read:
            return self
        return dataset(shards.read_index(root, split).dataset)

    def read(self, root: str | os.PathLike[str], split: str) -> list[Sample]:
        """All samples of a split, in the same order at every reading. No image is opened.

        Args:
            root: The folder that ``layout`` begins at.
            split: One of ``splits``.

        Raises:
            UniRSError: ``split_unknown``, ``dataset_layout`` if files are not where they should
                be, ``dataset_broken`` if an annotation does not fit or there is no sample.
        """
        if split not in self.splits:
            raise UniRSError(
                "split_unknown",
                f"{self.title} has no split {split!r}; name one of: {', '.join(self.splits)}.",
            )
        folder = Path(root)
        try:
            self._expect(self.index(folder, split), folder, split)
            samples = self.reader(folder, split)
        except OSError as error:
            raise UniRSError(
                "dataset_layout",
                f"{error.filename or folder} cannot be read ({error.strerror}); "
                "check the folder and who may read it.",
            ) from error
        if not samples:
            raise UniRSError(
                "dataset_broken",
                f"The split {split!r} of {self.title} in {folder} holds not one sample; "
                "get a new copy.",
            )
        return samples

    def _expect(self, index: Path, root: Path, split: str) -> None:
        if index.exists():
            return
        if index == root:
            raise UniRSError("dataset_layout", f"There is no file {root}; name one that is there.")
        there = ", ".join(self.present(root))
        advice = f"the splits {there} are there" if there else "it holds no split of this dataset"
        raise UniRSError(
            "dataset_layout",
            f"{root} lacks {index.relative_to(root)}, which the split {split!r} of {self.title} is "
            f"read from ({advice}); see 'unirs data list' for where its files belong.",
        )


def dataset(name: str) -> Dataset:
    """A dataset by its name.

    Raises:
        UniRSError: ``dataset_unknown``.
    """
    if name not in DATASETS:
        raise UniRSError(
            "dataset_unknown",
            f"There is no dataset {name!r}; name one of: {', '.join(DATASETS)}.",
        )
    return DATASETS[name]


_LEVIR_COUNTS = {
    "train": {"samples": 6_815, "answers": 34_075, "images": 13_630},
    "val": {"samples": 1_333, "answers": 6_665, "images": 2_666},
    "test": {"samples": 1_929, "answers": 9_645, "images": 3_858},
}

_ALL = (
    Dataset(
        name="geochat",
        title="GeoChat-Instruct",
        kind=InputKind.SINGLE,
        splits=("train",),
        published={"train": {"images": 106_747}},
        source="Kuckreja et al. 2024, Hugging Face MBZUAI/GeoChat_Instruct. 308,861 conversations "
        "about 106,747 images are in the released file; the papers say 306k and 318k.",
        licence="Apache-2.0; the images have the licences of DOTA, DIOR, FAIR1M, NWPU-RESISC45, "
        "RSVQA and FloodNet",
        layout="""\
GeoChat_Instruct.json
final_images_llava/            or share/softwares/kartik/GeoChat_finetuning/final_images_llava/
  *.jpg, *.png, *.tif""",
        index=geochat.index,
        reader=geochat.read,
    ),
    Dataset(
        name="levir-cc",
        title="LEVIR-CC",
        kind=InputKind.PAIR,
        splits=("train", "val", "test"),
        published=_LEVIR_COUNTS,
        source="Liu et al. 2022, Hugging Face lcybuaa/LEVIR-CC; counts from that paper: 10,077 "
        "pairs with five captions each.",
        licence="for academic use; images © Google Earth",
        layout="""\
LevirCCcaptions.json
images/
  train/, val/, test/
    A/*.png                    earlier date
    B/*.png                    later date, by the same name""",
        index=levir.index,
        reader=levir.read_captions,
    ),
    Dataset(
        name="levir-mci",
        title="LEVIR-MCI",
        kind=InputKind.PAIR,
        splits=("train", "val", "test"),
        published=_LEVIR_COUNTS,
        source="Liu et al. 2024 (Change-Agent), Hugging Face lcybuaa/LEVIR-MCI; the pairs and "
        "captions of LEVIR-CC, with masks.",
        licence="for academic use; images © Google Earth",
        layout="""\
LevirCCcaptions.json
images/
  train/, val/, test/
    A/*.png                    earlier date
    B/*.png                    later date, by the same name
    label/*.png                0 where nothing changed""",
        index=levir.index,
        reader=levir.read_masks,
    ),
    Dataset(
        name="era",
        title="ERA",
        kind=InputKind.VIDEO,
        splits=("train", "test"),
        published={
            "train": {"samples": 1_473, "answers": 1_473, "images": 1_473},
            "test": {"samples": 1_391, "answers": 1_391, "images": 1_391},
        },
        source="Mou et al. 2020, lcmou.github.io/ERA_Dataset; counts from that paper.",
        licence="CC-BY-NC-4.0; videos from YouTube",
        layout="""\
Train/, Test/
  Baseball/ … TrafficCongestion/   25 events, in any spelling
    *.mp4""",
        index=era.index,
        reader=era.read,
    ),
    Dataset(
        name="rsvqa-lr",
        title="RSVQA-LR",
        kind=InputKind.SINGLE,
        splits=("train", "val", "test", rsvqa.SAMPLE),
        published={
            "train": {"samples": 57_223, "answers": 57_223, "images": 572},
            "val": {"samples": 10_005, "answers": 10_005, "images": 100},
            "test": {"samples": 10_004, "answers": 10_004, "images": 100},
        },
        source="Lobry et al. 2020, Zenodo record 6344334; 77,232 questions about 772 images, "
        "77.8, 11.1 and 11.1 % of them.",
        licence="CC-BY-4.0; answers © OpenStreetMap contributors",
        layout="""\
LR_split_{train,val,test}_{questions,answers,images}.json
Images_LR/
  0.tif …
or, for a few questions (split "sample"):
questions.json                 [{"image", "type", "question", "answer"}, …]
24.tif …""",
        index=rsvqa.LOW.index,
        reader=rsvqa.LOW.read,
    ),
    Dataset(
        name="rsvqa-hr",
        title="RSVQA-HR",
        kind=InputKind.SINGLE,
        splits=("train", "val", "test", "test_phili", rsvqa.SAMPLE),
        published={
            "train": {"samples": 625_340, "answers": 625_340},
            "val": {"samples": 102_843, "answers": 102_843},
            "test": {"samples": 222_684, "answers": 222_684},
            "test_phili": {"samples": 105_647, "answers": 105_647},
        },
        source="Lobry et al. 2020, Zenodo record 6344367; counts of the released files, as public "
        "loaders state them (the paper says 1,066,316 in all). test_phili is its test set 2.",
        licence="CC-BY-4.0; images public domain (USGS); answers © OpenStreetMap contributors",
        layout="""\
USGS_split_{train,val,test,test_phili}_{questions,answers,images}.json
Data/
  0.tif …
or, for a few questions (split "sample"):
questions.json                 [{"image", "type", "question", "answer"}, …]
0.png …""",
        index=rsvqa.HIGH.index,
        reader=rsvqa.HIGH.read,
    ),
    Dataset(
        name="crsvqa",
        title="CRSVQA",
        kind=InputKind.SINGLE,
        splits=("train", "test", "all"),
        published={"all": {"samples": 4_644, "answers": 4_644, "images": 4_639}},
        source="Zhang et al. 2023 (MQVQA), github.com/MeimeiZhang-data/MQVQA; counts from the "
        "UniRS paper. The release has no split: a tenth of the images, by name, is the test set.",
        licence="not stated by its publishers",
        layout="""\
data/
  image/*.png
  text/*.txt                   by the same name: question, answer, question, … a line each""",
        index=crsvqa.index,
        reader=crsvqa.read,
    ),
    Dataset(
        name="jsonl",
        title="Own instructions",
        splits=("train", "val", "test"),
        published={},
        source="yours",
        licence="yours",
        layout="""\
train.jsonl, val.jsonl, test.jsonl   those that you have (or one file), one object a line:
  {"image": "a.png", "class": "vineyard"}
  {"image": "a.png", "caption": "rows of vines on a slope"}
  {"image": "a.png", "question": "Are there hail nets?", "answer": "no"}
  {"images": ["a.tif", "b.tif"], "kind": "pair", "instruction": "…", "answer": ["…", "…"]}
  kind: single (if not given), pair (earlier first) or video (one file, or frames)
  caption, answer: one, or a list; further: "id", "group", "mask" (of a pair)
and the images, named relative to the folder of this file""",
        index=instructions.index,
        reader=instructions.read,
    ),
    Dataset(
        name="shards",
        title="Shards of a dataset",
        splits=("train", "val", "test", "test_phili", "all", rsvqa.SAMPLE),
        published={},
        source="written from another dataset by 'unirs data shards'",
        licence="that of the dataset they are written from",
        layout="""\
train/, val/, test/ …          the splits that were written
  index.json
  shard-00000.tar …            webdataset
  shard-00000.json …           the places of the files in the tar""",
        index=shards.index,
        reader=shards.read,
    ),
)

DATASETS: dict[str, Dataset] = {each.name: each for each in _ALL}
"""Every dataset by its name."""
