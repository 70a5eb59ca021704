"""Nothing but plain rasters below the folders that the user names can be read."""

from __future__ import annotations

import html
import os
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.rasters import write_raster
from unirs.errors import UniRSError
from unirs.tool_server.roots import Roots, listable


def refused(folder: Path, name: object) -> UniRSError:
    with pytest.raises(UniRSError) as caught:
        Roots([folder]).raster(str(name))
    return caught.value


def mosaic(path: Path, source: object, attributes: str = "", extra: str = "") -> Path:
    """A virtual raster of one source."""
    path.write_text(
        '<VRTDataset rasterXSize="60" rasterYSize="60"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource><SourceFilename {attributes}>{source}</SourceFilename>"
        f"<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>{extra}</VRTDataset>"
    )
    return path


def test_a_raster_is_named_by_its_path_or_from_a_root_on(folder, first, second):
    roots = Roots([folder])
    assert str(roots.raster(first)) == str(roots.raster("first.tif")) == first
    assert str(roots.raster("later/../later/second.tif")) == second


def test_what_lies_outside_is_refused_whether_it_exists_or_not(folder, secret):
    there, missing = refused(folder, secret), refused(folder, secret.with_name("secrit.tif"))
    assert there.code == missing.code == "path_outside"
    assert there.message.replace("secret", "secrit") == missing.message
    assert refused(folder, "../secret.tif").code == "path_outside"
    assert refused(folder, "/etc/passwd").code == "path_outside"
    assert refused(folder, f"{folder}-2/first.tif").code == "path_outside"


def test_links_out_of_the_folders_are_refused_and_links_within_are_not(folder, secret, first):
    (folder / "link.tif").symlink_to(secret)
    (folder / "up").symlink_to(secret.parent)
    (folder / "inner.tif").symlink_to(first)
    assert refused(folder, folder / "link.tif").code == "path_outside"
    assert refused(folder, folder / "up" / "secret.tif").code == "path_outside"
    assert str(Roots([folder]).raster("inner.tif")) == first


def test_a_root_may_be_a_link_itself(folder, tmp_path, first):
    (tmp_path / "data").symlink_to(folder)
    assert str(Roots([tmp_path / "data"]).raster(str(tmp_path / "data" / "first.tif"))) == first


@pytest.mark.parametrize(
    "name",
    [
        "/vsicurl/https://example.org/a.tif",
        "/vsizip/{secret}.zip/a.tif",
        "/vsizip/{folder}/a.zip/a.tif",
        "https://example.org/a.tif",
        "file://{secret}",
        'NETCDF:"{secret}":band',
        "GTIFF_DIR:1:{secret}",
        "GTIFF_DIR:1:{folder}/first.tif",
        "WMS:https://example.org",
        "<VRTDataset></VRTDataset>",
        "zip://{folder}/a.zip!a.tif",
        "",
        "a\0.tif",
        "x" * 5000,
        ".",
    ],
)
def test_names_of_gdal_and_what_is_no_path_are_refused(folder, secret, name):
    error = refused(folder, name.format(folder=folder, secret=secret))
    assert error.code in {"path_outside", "raster_missing"}


def test_what_is_no_file_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.tif")
    assert refused(folder, "pipe.tif").code == "raster_missing"


def test_a_mosaic_of_rasters_in_the_folders_is_read(folder, first):
    roots = Roots([folder])
    assert roots.raster(str(mosaic(folder / "a.vrt", first)))
    assert roots.raster(str(mosaic(folder / "b.vrt", "first.tif", 'relativeToVRT="1"')))
    assert roots.raster(str(mosaic(folder / "c.vrt", "b.vrt", 'relativeToVRT="1"')))


def test_a_mosaic_that_leads_outside_is_refused(folder, secret):
    up = mosaic(folder / "up.vrt", "../secret.tif", 'relativeToVRT="1"')
    for file in (
        mosaic(folder / "a.vrt", secret),
        up,
        mosaic(folder / "nested.vrt", up),
        mosaic(folder / "same.tif", secret),  # whatever its name
    ):
        assert refused(folder, file).code == "path_outside", file


HARMLESS = '<SourceFilename relativeToVRT="1">first.tif</SourceFilename>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HARMLESS, "<SourceFilename>/vsicurl/https://example.org/a.tif</SourceFilename>"),
        (HARMLESS, "<SourceFilename>GTIFF_DIR:1:{secret}</SourceFilename>"),
        (HARMLESS, '<SourceFilename relativeToVRT="1">GTIFF_DIR:1:{secret}</SourceFilename>'),
        (HARMLESS, '<SourceFilename>NETCDF:"{secret}":a</SourceFilename>'),
        (HARMLESS, "<SourceFilename>first.tif</SourceFilename>"),
        ("<SimpleSource>", '<SimpleSource SourceFilename="{secret}">'),
        ("<VRTDataset ", '<VRTDataset subClass="VRTWarpedDataset" '),
        ("<VRTDataset ", '<VRTDataset subClass="VRT&#80;rocessedDataset" '),
        ('band="1">', 'band="1" subClass="VRTRawRasterBand">'),
        ('band="1">', 'band="1" subclass="VRTDerivedRasterBand">'),
        ('band="1">', 'band="1"><subClass>VRTRawRasterBand</subClass>'),
        (
            "<SourceBand>",
            '<OpenOptions><OOI key="OVERVIEW_LEVEL">1</OOI></OpenOptions><SourceBand>',
        ),
        (
            "</VRTDataset>",
            '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{secret}</MDI></Metadata>'
            "</VRTDataset>",
        ),
        ("<VRTDataset ", '<!DOCTYPE a [<!ENTITY s "{secret}">]><VRTDataset '),
        ("</VRTDataset>", ""),
    ],
)
def test_a_virtual_raster_that_is_more_than_a_mosaic_is_refused(folder, secret, before, after):
    file = mosaic(folder / "a.vrt", "first.tif", 'relativeToVRT="1"')
    assert Roots([folder]).raster(str(file))
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after.format(secret=secret)))
    assert refused(folder, file).code == "raster_unreadable"


def test_a_mosaic_without_end_is_refused(folder, first):
    text = mosaic(folder / "a.vrt", first).read_text()
    (folder / "a.vrt").write_text(text + " " * 2**25)
    assert refused(folder, "a.vrt").code == "raster_unreadable"


def test_mosaics_of_each_other_end(folder):
    mosaic(folder / "a.vrt", "b.vrt", 'relativeToVRT="1"')
    mosaic(folder / "b.vrt", "a.vrt", 'relativeToVRT="1"')
    Roots([folder]).raster("a.vrt")


def test_a_file_beside_a_raster_cannot_lead_outside(folder, first, secret):
    (folder / "first.tif.ovr").symlink_to(secret)
    assert refused(folder, first).code == "path_outside"
    (folder / "first.tif.ovr").unlink()
    inline = mosaic(folder / "a.vrt", f"GTIFF_DIR:1:{secret}").read_text()
    second = folder / "later" / "second.tif"  # of names, not even this one is looked into
    for name in (secret, f"GTIFF_DIR:1:{secret}", html.escape(inline), second):
        Path(f"{first}.aux.xml").write_text(
            '<PAMDataset><Metadata domain="OVERVIEWS">'
            f'<MDI key="OVERVIEW_FILE">{name}</MDI></Metadata></PAMDataset>'
        )
        assert refused(folder, first).code == "path_outside"


def test_formats_that_refer_to_other_files_are_refused(folder):
    with rasterio.open(
        folder / "a.pix", "w", driver="PCIDSK", width=4, height=4, count=1, dtype="uint8"
    ) as dataset:
        dataset.write(np.ones((1, 4, 4), np.uint8))
    error = refused(folder, "a.pix")
    assert error.code == "raster_unreadable"
    assert "PCIDSK" in error.message


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(UniRSError, match="There is no folder") as caught:
        Roots([tmp_path / "nowhere"])
    assert caught.value.code == "root_missing"


def test_files_are_listed_once_and_go_on_where_a_page_ended(folder, second):
    for name in ("B.tif", "a/z.png", "a.tif", "later.tif", "notes.txt"):
        write_raster(folder / name)
    roots = Roots([folder, folder / "later", folder])
    files = list(roots.files())
    assert sorted(files) == sorted(set(files))
    assert len(files) == 6
    assert Path(second) in files
    for index, file in enumerate(files):
        assert list(roots.files(str(file))) == files[index + 1 :]


@pytest.mark.slow
def test_a_page_of_many_files_comes_at_once(tmp_path):
    for number in range(20_000):
        path = tmp_path / f"{number // 1000}" / f"{number}.tif"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    files = Roots([tmp_path]).files()
    started = time.perf_counter()
    last = [next(files) for _ in range(50)][-1]
    rest = Roots([tmp_path]).files(str(last))
    assert next(rest) > last
    assert time.perf_counter() - started < 2


def test_links_to_folders_are_not_followed_by_the_list(folder):
    (folder / "later" / "round").symlink_to(folder)
    assert len(list(Roots([folder]).files())) == 2


def test_hidden_names_are_not_given_as_paths():
    assert listable(Path("/data/città 2020.tif"))
    assert not listable(Path("/data/a\u202efit.tif"))
    assert not listable(Path("/data/a\n.tif"))
    assert not listable(Path(os.fsdecode(b"/data/\xff.tif")))
