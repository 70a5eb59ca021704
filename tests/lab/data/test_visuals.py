"""Every kind of image file becomes what the model reads; what cannot is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from unirs.errors import UniRSError
from unirs.inputs import NEUTRAL, InputKind
from unirs_lab.data.datasets import dataset
from unirs_lab.data.samples import Sample
from unirs_lab.data.visuals import LONGEST, probe, read_mask, read_visual

SHARED = Path(__file__).parents[4] / "shared" / "data"


def sample(*paths, kind=InputKind.SINGLE):
    return Sample("s", kind, tuple(paths), "What is there?", ("A road.",))


def noise(*shape, dtype=np.uint8):
    values = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, shape)
    return values.astype(dtype)


def pixels(path):
    (crop,) = read_visual(sample(path), 8).crops
    assert crop.pixels.dtype == np.uint8
    assert crop.source == str(path)
    return crop.pixels


def write_tiff(path, image, **profile):
    """``[height, width, bands]`` with pixels of 10 m."""
    height, width, bands = image.shape
    profile |= {"height": height, "width": width, "count": bands, "dtype": image.dtype}
    profile |= {"crs": "EPSG:32632", "transform": from_origin(500_000, 5_000_000, 10, 10)}
    with rasterio.open(path, "w", driver="GTiff", **profile) as target:
        target.write(np.moveaxis(image, -1, 0))
    return path


def test_a_picture_keeps_every_pixel(tmp_path):
    image = noise(30, 40, 3)
    Image.fromarray(image).save(tmp_path / "a.png")
    assert (pixels(tmp_path / "a.png") == image).all()


def test_an_eight_bit_geotiff_keeps_every_pixel(tmp_path):
    image = noise(30, 40, 3)
    write_tiff(tmp_path / "a.tif", image)
    assert (pixels(tmp_path / "a.tif") == image).all()


def test_real_rsvqa_tiles_keep_every_pixel():
    root = SHARED / "rsvqa-lr"
    if not root.is_dir():
        pytest.skip("the real RSVQA triplets are not beside this repository")
    for path in {each.images[0] for each in dataset("rsvqa-lr").read(root, "sample")}:
        assert (pixels(path) == np.asarray(Image.open(path))).all()


def test_grey_palette_and_two_colours_become_rgb(tmp_path):
    grey = noise(8, 9)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    assert (pixels(tmp_path / "grey.png") == grey[..., None]).all()
    coloured = Image.fromarray(noise(8, 9, 3)).quantize(16)
    coloured.save(tmp_path / "palette.png")
    assert (pixels(tmp_path / "palette.png") == np.asarray(coloured.convert("RGB"))).all()
    Image.fromarray(grey > 99).save(tmp_path / "bits.png")
    assert (pixels(tmp_path / "bits.png")[..., 0] == (grey > 99) * 255).all()


def test_what_is_transparent_is_neutral_grey(tmp_path):
    image = noise(8, 9, 4)
    image[:4, :, 3], image[4:, :, 3] = 0, 255
    Image.fromarray(image).save(tmp_path / "a.png")
    shown = pixels(tmp_path / "a.png")
    assert (shown[:4] == NEUTRAL).all()
    assert (shown[4:] == image[4:, :, :3]).all()


def test_a_turned_picture_is_set_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    image = noise(8, 16, 3)
    Image.fromarray(image).save(tmp_path / "a.png", exif=exif)
    assert (pixels(tmp_path / "a.png") == np.rot90(image, -1)).all()
    assert probe(tmp_path / "a.png", decode=False) == (8, 16)


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_more_than_eight_bits_are_stretched_and_not_cut_off(tmp_path, name):
    ramp = np.linspace(1000, 5000, 64 * 64, dtype=np.uint16).reshape(64, 64)
    if name.endswith("png"):
        Image.fromarray(ramp).save(tmp_path / name)
    else:
        write_tiff(tmp_path / name, ramp[..., None])
    shown = pixels(tmp_path / name)
    assert shown.min() == 0
    assert shown.max() == 255
    assert abs(int(np.median(shown)) - 127) < 5


def test_the_stretch_of_a_pair_is_no_change(tmp_path):
    dark = noise(20, 20, 3, dtype=np.uint16) // 4
    bright = dark.copy()
    bright[:10] *= 3
    paths = [write_tiff(tmp_path / f"{i}.tif", image) for i, image in enumerate((dark, bright))]
    before, after = read_visual(sample(*paths, kind=InputKind.PAIR), 8).crops
    assert (before.pixels[10:] == after.pixels[10:]).all()
    assert (before.pixels[:10] <= after.pixels[:10]).all()
    assert [before.source, after.source] == [str(path) for path in paths]


def test_a_pair_keeps_the_order_of_the_sample_and_not_of_its_dates(tmp_path):
    image = noise(20, 20, 3)
    paths = [
        write_tiff(tmp_path / f"{year}.tif", image // part)
        for part, year in enumerate((2020, 2010), start=1)
    ]
    for path, year in zip(paths, (2020, 2010), strict=True):
        with rasterio.open(path, "r+") as target:
            target.update_tags(TIFFTAG_DATETIME=f"{year}:01:01 00:00:00")
    before, after = read_visual(sample(*paths, kind=InputKind.PAIR), 8).crops
    assert (before.pixels == image).all()
    assert (after.pixels == image // 2).all()


@pytest.mark.parametrize("name", ["large.jpg", "large.png", "large.tif"])
def test_a_large_image_is_read_smaller(tmp_path, name):
    image = np.zeros((1200, 1500, 3), np.uint8)
    image[:, 750:] = 200
    if name.endswith("tif"):
        write_tiff(tmp_path / name, image, compress="deflate")
    else:
        Image.fromarray(image).save(tmp_path / name)
    shown = pixels(tmp_path / name)
    assert shown.shape == (round(1200 * LONGEST / 1500), LONGEST, 3)
    assert shown[100, 100].max() < 5
    assert abs(int(shown[100, 900, 1]) - 200) < 5
    assert probe(tmp_path / name) == (1500, 1200)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    Image.new("RGB", (30, 30)).save(tmp_path / "bomb.png")
    with pytest.raises(UniRSError, match=r"bomb\.png has too many pixels") as caught:
        read_visual(sample(tmp_path / "bomb.png"), 8)
    assert caught.value.code == "image_broken"


def test_a_video_gives_the_frames_asked_for_in_its_own_size(kept_example):
    clip = dataset("era").read(kept_example("era"), "test")[0]
    for count in (4, 8):
        visual = read_visual(clip, count)
        assert visual.kind is InputKind.VIDEO
        assert [crop.pixels.shape for crop in visual.crops] == [(64, 64, 3)] * count


def test_frames_in_files_are_taken_from_the_first_to_the_last(tmp_path):
    paths = []
    for number in range(9):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (8, 8), (number, 0, 0)).save(paths[-1])
    taken = read_visual(sample(*paths, kind=InputKind.VIDEO), 5).crops
    assert [int(crop.pixels[0, 0, 0]) for crop in taken] == [0, 2, 4, 6, 8]
    with pytest.raises(UniRSError, match=r"0\.png is one of 9 frames, but 10 are needed"):
        read_visual(sample(*paths, kind=InputKind.VIDEO), 10)


def test_masks_are_where_a_picture_is_not_zero(tmp_path):
    values = np.array([[0, 1, 2], [255, 0, 0]], np.uint8)
    grey = Image.fromarray(values)
    grey.save(tmp_path / "grey.png")
    Image.merge("RGB", (grey, grey, grey)).save(tmp_path / "rgb.png")
    Image.merge("RGBA", (grey, grey, grey, grey.point(lambda _: 255))).save(tmp_path / "rgba.png")
    indices = grey.convert("P")
    indices.putpalette([200, 200, 200] * 256)
    indices.save(tmp_path / "palette.png")
    for name in ("grey", "rgb", "rgba", "palette"):
        assert (read_mask(tmp_path / f"{name}.png") == (values != 0)).all()


def cut_off(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("<html>Sign in to download</html>")


@pytest.mark.parametrize("spoil", [cut_off, empty, text, Path.unlink])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.mp4"])
def test_a_broken_file_is_named(tmp_path, kept_example, name, spoil):
    path = tmp_path / name
    if name == "a.mp4":
        clip = dataset("era").read(kept_example("era"), "test")[0].images[0]
        path.write_bytes(clip.read_bytes())
    elif name == "a.tif":
        write_tiff(path, noise(64, 64, 3), compress="deflate")
    else:
        Image.fromarray(noise(64, 64, 3)).save(path)
    kind = InputKind.VIDEO if name == "a.mp4" else InputKind.SINGLE
    probe(path, 8)
    spoil(path)
    for look in (lambda: read_visual(sample(path, kind=kind), 8), lambda: probe(path, 8)):
        with pytest.raises(UniRSError) as caught:
            look()
        assert caught.value.code == "image_broken"
        assert str(path) in caught.value.message
        assert caught.value.details["missing"] is (spoil is Path.unlink)


def test_a_pair_of_two_sizes_is_refused(tmp_path):
    for name, size in (("a", 8), ("b", 9)):
        Image.new("RGB", (size, 8)).save(tmp_path / f"{name}.png")
    with pytest.raises(UniRSError, match=r"b\.png is not of the size of .*a\.png") as caught:
        read_visual(sample(tmp_path / "a.png", tmp_path / "b.png", kind=InputKind.PAIR), 8)
    assert caught.value.code == "image_broken"


def test_a_folder_is_no_image(tmp_path):
    with pytest.raises(UniRSError) as caught:
        read_visual(sample(tmp_path), 8)
    assert caught.value.code == "image_broken"
