import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unirs.engines.unirs.visual import cut_to_box, fit_frames
from unirs.inputs import Crop, VisualInput
from unirs.model.processor import UniRSProcessor


def ramp(grid):
    """A patch grid whose value is the row, in patches, at each patch's centre."""
    return (torch.arange(grid) + 0.5).unsqueeze(1).expand(grid, grid) / grid


def test_a_square_image_keeps_the_patch_grid():
    square = torch.rand(7, 7)
    np.testing.assert_allclose(cut_to_box(square, (0, 0, 1, 1)), square, rtol=1e-4, atol=1e-6)


def test_padding_that_ends_between_patches_is_cut_off_exactly():
    square = torch.rand(8, 8)
    np.testing.assert_allclose(
        cut_to_box(square, (0.25, 0, 0.75, 1)), square[2:6], rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        cut_to_box(square, (0, 0.25, 1, 0.75)), square[:, 2:6], rtol=1e-4, atol=1e-6
    )


@settings(deadline=None)
@given(height=st.integers(1, 400), width=st.integers(1, 400), grid=st.integers(4, 27))
def test_a_map_lies_on_the_image_wherever_the_padding_ends(height, width, grid):
    box = UniRSProcessor.pad_box(type("P", (), {"aspect_mode": "pad"}), height, width)
    rows = cut_to_box(ramp(grid), box)[:, 0]
    assert rows.shape[0] == max(1, round(grid * height / max(height, width)))
    centres = box[0] + (np.arange(len(rows)) + 0.5) / len(rows) * (box[2] - box[0])
    inside = (centres > 0.5 / grid) & (centres < 1 - 0.5 / grid)  # beyond the outer centres: flat
    np.testing.assert_allclose(rows[inside], centres[inside], atol=1e-5)


@settings(deadline=None)
@given(count=st.integers(1, 60), wanted=st.integers(1, 16))
def test_a_video_gets_the_models_number_of_frames_in_order(count, wanted):
    frames = [Crop(np.full((2, 2, 3), index + 1, np.uint8)) for index in range(count)]
    read = [int(c.pixels[0, 0, 0]) for c in fit_frames(VisualInput.video(frames), wanted).crops]
    assert len(read) == wanted
    assert read == sorted(read)
    if count >= wanted > 1:
        assert (read[0], read[-1]) == (1, count)
        assert len(set(read)) == wanted
    if count < wanted:
        assert read == [0] * (wanted - count) + list(range(1, count + 1))


@pytest.mark.parametrize("count", [1, 2])
def test_images_and_pairs_stay_as_they_are(count):
    crop = Crop(np.zeros((2, 2, 3), np.uint8))
    visual = VisualInput.single(crop) if count == 1 else VisualInput.pair(crop, crop)
    assert fit_frames(visual, 8) is visual
