"""A tiny copy of the folder of real images, in exactly its layout: tars of generated images."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from unirs_lab.world import pair, scene

SIDE = 64
RSICD = {"airport_1": "train", "airport_8": "test", "00001": "test", "river_9": "train"}
UCMERCED = ("forest00", "forest74", "river80", "harbor89")
PAIRS = {"46": "houses built", "47": "houses built", "51": "houses built", "64": "none"}
QUESTIONS = [
    ["Does this picture contain an airplane?", "no"],
    ["Does this picture contain trees?", "yes"],
    ["How many buildings in the picture?", "about forty"],
    ["How many cars in the picture?", "several"],
    ["What is the location of the buildings in this picture?", "top"],
]


def write_collections(root: Path) -> Path:
    """Write every collection below ``root``, and give it back."""
    _write(root / "rsicd", images("images/{}.webp", RSICD), "captions.jsonl", rsicd_lines())
    _write(root / "ucmerced", images("images/{}.webp", UCMERCED), "samples.jsonl", ucmerced_lines())
    _write(root / "levir-cd", levir_files())
    _write(root / "eurosat", images("./River/River_{}.jpg", range(12)))
    _write(root / "nwpu", images("./commercial_area/commercial_area_{:03d}.webp", range(3)))
    flights = images("images/{}.webp", ("a", "b"))
    _write(root / "aerial-cars", flights, "boxes.jsonl", car_lines())
    roads = images("./images/satImage_{:03d}.webp", (82, 83, 89))
    masks = images("./label/satImage_{:03d}.png", (82, 83, 89))
    _write(root / "epfl-roads", roads | masks)
    sentences = root / "levir-cc-sentences" / "sentences.tsv"
    sentences.parent.mkdir()
    sentences.write_text("5039\tthere is no difference\n1\ta road is built\n")
    return root


def rsicd_lines() -> list[dict[str, object]]:
    return [
        {
            "image": f"images/{name}.webp",
            "split": split,
            "scene": None if name.isdecimal() else name.partition("_")[0],
            "captions": [f"a caption of {name} .", *[f"it is image {name} ."] * 4],
        }
        for name, split in RSICD.items()
    ]


def ucmerced_lines() -> list[dict[str, object]]:
    return [
        {
            "image": f"images/{name}.webp",
            "split": "test" if int(name[-2:]) >= 80 else "train",
            "scene": name[:-2],
            "captions": [f"There is a {name[:-2]} ."] * 5,
            "questions": QUESTIONS if name != "harbor89" else [],
        }
        for name in UCMERCED
    ]


def car_lines() -> list[dict[str, object]]:
    boxes = [[0, 0.5, 0.4, 0.02, 0.06], [3, 0.1, 0.2, 0.1, 0.1]]
    return [
        {"image": "images/a.webp", "split": "train", "scene": "DJI-1", "boxes": boxes},
        {"image": "images/b.webp", "split": "test", "scene": "DJI-2", "boxes": []},
    ]


def levir_files() -> dict[str, bytes]:
    """Pairs of four tiles each; the houses of a changed one lie where the generator put them."""
    files = {}
    for number, (name, kind) in enumerate(PAIRS.items()):
        shown = pair(number, 512, pixel_size=0.5, kind=kind)
        files[f"./A/{name}.webp"] = encoded(shown.before, "webp")
        files[f"./B/{name}.webp"] = encoded(shown.after, "webp")
        mask = shown.change_mask.astype(np.uint8) * 255
        files[f"./label/{name}.png"] = encoded(mask, "png")
    return files


def images(name: str, keys: object) -> dict[str, bytes]:
    """Encoded images by their names in the archive."""
    suffix = name.rpartition(".")[2].replace("jpg", "jpeg")
    return {
        name.format(key): encoded(scene(seed, SIDE).image, suffix)
        for seed, key in enumerate(keys)  # type: ignore[arg-type]
    }


def encoded(image: np.ndarray, form: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, form)
    return stream.getvalue()


def write_tar(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def _write(
    root: Path,
    files: Mapping[str, bytes],
    annotations: str = "",
    lines: list[dict[str, object]] | None = None,
) -> None:
    root.mkdir(parents=True)
    write_tar(root / "images.tar", files)
    if lines is not None:
        (root / annotations).write_text("".join(json.dumps(line) + "\n" for line in lines))
