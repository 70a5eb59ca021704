"""An agent that follows a script answers what changed and where, with the default model."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import anyio
import numpy as np
import pytest
import rasterio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from rasterio.features import geometry_mask
from rasterio.warp import transform_geom

from unirs.models import DEFAULT_MODEL
from unirs.samples import AFTER, BEFORE, FOLDER, NEW_WATER

from .conftest import call

MOST_CALLS = 5


async def investigate(client: Client, first_year: int, last_year: int) -> dict:
    """What changed between two years, and where: the calls of an agent without any memory."""
    calls = []

    async def tool(name: str, **arguments: object) -> dict:
        calls.append(name)
        return await call(client, name, **arguments)

    listed = await tool("list_rasters")
    dated = [each for each in listed["rasters"] if each["date"] and each["extent_wgs84"]]
    dated = [each for each in dated if first_year <= int(each["date"][:4]) <= last_year]
    dated.sort(key=lambda each: each["date"])
    before = dated[0]
    after = next(each for each in reversed(dated) if each["extent_wgs84"] == before["extent_wgs84"])
    change = await tool("describe_change", before=before["path"], after=after["path"])
    largest = change["places"][0]["extent_wgs84"]
    seen = [
        await tool(
            "ask",
            rasters=[each["path"]],
            question="Is there water in the image?",
            options=["yes", "no"],
            extent=largest,
            extent_crs="EPSG:4326",
        )
        for each in (before, after)
    ]
    return {"calls": calls, "change": change, "water": [each["answer_of_model"] for each in seen]}


def share_of_places_in(geojson: dict, truth: Path) -> float:
    """How much of the places lies where a mask of the truth is set."""
    with rasterio.open(truth) as dataset:
        mask, transform, crs = dataset.read(1) > 0, dataset.transform, dataset.crs
    outlines = [
        transform_geom("EPSG:4326", crs, feature["geometry"]) for feature in geojson["features"]
    ]
    inside = geometry_mask(outlines, mask.shape, transform, invert=True)
    assert inside.any()
    return float(np.mean(mask[inside]))


@pytest.mark.slow
def test_an_agent_finds_what_changed_between_2010_and_2020_and_where(tmp_path):
    imagery = tmp_path / "imagery"
    imagery.mkdir()
    for sample in (BEFORE, AFTER):
        (imagery / sample.file).write_bytes((FOLDER / sample.file).read_bytes())
    words = ["mcp", "--root", str(imagery), "--output", str(tmp_path / "answers")]
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "unirs", *words, "--model", DEFAULT_MODEL, "--device", "cpu"],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    found = {}

    async def main() -> None:
        async with Client(server) as client:
            found.update(await investigate(client, 2010, 2020))

    anyio.run(main)
    assert len(found["calls"]) <= MOST_CALLS
    change = found["change"]
    assert change["changed"] is True
    assert "water" in change["answer_of_model"]
    assert change["dates"] == ["2010-06-29", "2014-07-20"]
    assert found["water"][1] == "yes"
    places = next(each for each in change["files"] if each["path"].endswith(".geojson"))
    geojson = json.loads(Path(places["path"]).read_text())
    assert share_of_places_in(geojson, NEW_WATER.path) > 0.8  # a third of the image is new water
