from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from unirs.errors import UniRSError
from unirs.imagery import is_video, read_crop, read_video
from unirs.inputs import InputKind, Task, VisualInput
from unirs.request import TaskRequest


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "mpeg4"), ("a.mkv", "mpeg4"), ("a.avi", "mpeg4"), ("a.webm", "libvpx-vp9")],
)
def test_frames_are_taken_at_even_steps_in_any_container(write_video, name, codec):
    frames = read_video(write_video(name, 24, codec), 8, 32)  # Matroska counts no frames
    levels = [float(frame.pixels.mean()) for frame in frames]
    expected = 20 + 8 * np.linspace(0, 22, 8, dtype=int)
    assert np.abs(np.array(levels) - expected).max() < 4
    assert all(frame.pixels.shape == (24, 32, 3) for frame in frames)
    assert all(frame.extent is None and frame.date is None for frame in frames)
    VisualInput.video(frames)


def test_frames_are_upsampled_to_the_size_asked_for(write_video):
    (frame,) = read_video(write_video("a.mp4", 3), 1, 128)
    assert frame.pixels.shape == (96, 128, 3)
    assert frame.pixels.dtype == np.uint8


def damage(path, packets):
    """Zero the content of some packets of a video."""
    with av.open(str(path)) as container:
        payloads = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    content = path.read_bytes()
    for number in packets:
        content = content.replace(payloads[number], bytes(len(payloads[number])))
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("packets", [[10], [10, 11, 12, 13, 14]])
def test_damaged_packets_are_passed_over(write_video, packets):
    path = damage(write_video("a.mkv", 24), packets)
    levels = [float(frame.pixels.mean()) for frame in read_video(path, 4, 32)]
    assert len(levels) == 4
    assert levels[0] == pytest.approx(20, abs=4)
    assert levels[-1] > 180  # of 204: the end is still seen


def refused(code, path, frames=4):
    with pytest.raises(UniRSError) as caught:
        read_video(path, frames, 32)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_what_cannot_be_played_is_refused_with_a_sentence(write_video, tmp_path):
    nonsense = tmp_path / "nonsense.mp4"
    nonsense.write_bytes(b"nonsense" * 100)
    refused("video_missing", tmp_path / "none.mp4")
    refused("video_missing", "https://example.org/a.mp4")
    refused("video_unreadable", nonsense)
    refused("video_unreadable", tmp_path)
    refused("too_few_frames", write_video("a.mp4", 7), 8)
    assert len(read_video(write_video("b.mp4", 8), 8, 32)) == 8


def test_videos_are_known_by_their_ending(tmp_path):
    assert is_video("a.mp4")
    assert is_video(tmp_path / "A.MOV")
    assert not is_video("a.tif")
    assert not is_video("mp4")


def moving_picture(path, frames):
    """Grey levels that rise from frame to frame."""
    levels = [Image.new("RGB", (32, 24), (20 + 30 * number,) * 3) for number in range(frames)]
    levels[0].save(path, save_all=True, append_images=levels[1:], duration=100)
    return path


def test_a_moving_picture_is_a_video_and_a_still_one_is_an_image(tmp_path):
    for name in ("a.gif", "a.png"):
        moving = moving_picture(tmp_path / name, 6)
        assert is_video(moving)
        levels = [float(frame.pixels.mean()) for frame in read_video(moving, 3, 32)]
        assert levels == sorted(levels)
        assert levels[-1] - levels[0] > 90
        with pytest.raises(UniRSError, match="one raster"):
            TaskRequest(Task.CAPTION, (moving,))
        assert TaskRequest(Task.ASK, (moving,), text="What is it?").kind is InputKind.VIDEO
        assert TaskRequest(Task.CLASSIFY, (moving,)).kind is InputKind.VIDEO
    for name in ("b.gif", "b.png", "b.webp"):
        still = moving_picture(tmp_path / name, 1)
        assert not is_video(still)
        assert read_crop(still, 32).pixels.shape == (24, 32, 3)
        assert TaskRequest(Task.CLASSIFY, (still,)).kind is InputKind.SINGLE


def test_a_moving_picture_that_cannot_be_decoded_is_not_cut_to_its_first_frame(tmp_path):
    moving = moving_picture(tmp_path / "a.webp", 6)
    assert is_video(moving)
    refused("video_unreadable", moving)


def test_a_stop_ends_the_reading_of_a_video(write_video):
    with pytest.raises(UniRSError) as caught:
        read_video(write_video("a.mp4", 24), 8, 32, stop=lambda: True)
    assert caught.value.code == "cancelled"
