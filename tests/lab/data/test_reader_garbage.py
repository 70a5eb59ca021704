"""Whatever stands in a dataset's files, its reader gives samples below the root or one sentence."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unirs.errors import UniRSError
from unirs_lab.data.datasets import dataset
from unirs_lab.data.readers.annotations import inside

ANNOTATIONS = {
    "geochat": "GeoChat_Instruct.json",
    "levir-mci": "LevirCCcaptions.json",
    "rsvqa-lr": "LR_split_train_questions.json",
    "rsvqa-hr": "questions.json",
    "crsvqa": "data/text/1.txt",
    "jsonl": "train.jsonl",
}
SPLITS = {"rsvqa-hr": "sample", "crsvqa": "all"}

VALID: dict[str, Any] = {
    "geochat": [
        {
            "image": "1.jpg",
            "conversations": [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "b"}],
        }
    ],
    "levir-mci": {
        "images": [
            {"filename": "1.png", "split": "train", "changeflag": 1, "sentences": [{"raw": "a"}]}
        ]
    },
    "rsvqa-hr": [{"image": "1.png", "type": "comp", "question": "a", "answer": "b"}],
    "jsonl": {"images": ["1.png"], "kind": "single", "instruction": "a", "answer": "b"},
}

names = st.sampled_from(["..", "../../x", "/etc/passwd", "C:\\x", "a\\..\\b", "", "a/./b", "\0"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | names,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def outcome(call: Callable[..., Any], *arguments: Any) -> Any:
    """What a call returns, or the sentence that it ends with."""
    try:
        return call(*arguments)
    except UniRSError as error:
        return error


def read(name: str, text: bytes) -> None:
    """Read a dataset of one annotation file: samples below the root, or a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / ANNOTATIONS[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        (root / "images" / "train").mkdir(parents=True)
        result = outcome(dataset(name).read, root, SPLITS.get(name, "train"))
    if isinstance(result, UniRSError):
        assert result.code in {"dataset_broken", "dataset_layout"}
        assert len(result.message.splitlines()) == 1
        return
    for sample in result:
        for image in sample.images:
            assert ".." not in image.parts
            assert image.is_relative_to(root)


def spoilt(value: Any, draw: st.DrawFn) -> Any:
    """The value with one of its parts replaced by something else."""
    if isinstance(value, list) and value and draw(st.booleans()):
        index = draw(st.integers(0, len(value) - 1))
        return [spoilt(part, draw) if i == index else part for i, part in enumerate(value)]
    if isinstance(value, dict) and value and draw(st.booleans()):
        chosen = draw(st.sampled_from(sorted(value)))
        return {key: spoilt(part, draw) if key == chosen else part for key, part in value.items()}
    return draw(values)


@pytest.mark.parametrize("name", ANNOTATIONS)
@given(text=st.binary(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_bytes(name, text):
    read(name, text)


@pytest.mark.parametrize("name", VALID)
@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_part_replaced(name, data):
    value = data.draw(st.composite(lambda draw: spoilt(VALID[name], draw))())
    read(name, json.dumps(value).encode())


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_depth_without_end(name):
    read(name, b"[" * 100_000)


@given(parts=st.lists(st.sampled_from(["..", ".", "a", "b c", "ü", "/", "\\", "C:"]), max_size=5))
@settings(max_examples=200, deadline=None)
def test_no_name_leads_out_of_the_root(parts):
    name, root = "/".join(parts), Path("/data/root")
    path = outcome(inside, root, name, Path("annotations.json"))
    if isinstance(path, UniRSError):
        assert path.code == "dataset_broken"
        return
    assert path.is_relative_to(root)
    assert ".." not in path.parts
    assert path != root
    assert path == root.joinpath(*PurePosixPath(name).parts)
