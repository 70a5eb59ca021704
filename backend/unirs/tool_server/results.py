"""What the tool server writes: files in one folder, each of which is a resource of the session."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.resources import FileResource
from mcp.types import EmbeddedResource, ImageContent, ResourceLink, TextResourceContents
from PIL import Image

from unirs.errors import UniRSError
from unirs.files import make_folder, whole_file, write_failure
from unirs.tool_server.roots import Roots
from unirs.tool_server.schemas import ReturnedFile

INLINE_SIDE = 512
"""Longer side of a picture within an answer, in pixels; the files have all of them."""

_TYPES = {".png": "image/png", ".tif": "image/tiff", ".geojson": "application/geo+json"}


class Results:
    """The output folder.

    Args:
        folder: Is created where it is missing.
        roots: What may be read; the folder has to lie apart from it.

    Raises:
        UniRSError: ``output_conflict`` or ``output_unwritable``.
    """

    def __init__(self, folder: Path, roots: Roots) -> None:
        real = folder.resolve()
        if any(real.is_relative_to(root) or root.is_relative_to(real) for root in roots.folders):
            raise UniRSError(
                "output_conflict",
                f"The output folder {folder} and a root lie one in the other, and results would be "
                "listed among the rasters; choose a folder apart.",
            )
        make_folder(real)
        self.folder = real

    def new_folder(self, task: str) -> Path:
        """An empty folder for the files of one answer.

        Raises:
            UniRSError: ``output_unwritable``.
        """
        prefix = f"{dt.datetime.now().strftime('%Y%m%d-%H%M%S')}-{task}-"
        try:
            return Path(tempfile.mkdtemp(prefix=prefix, dir=self.folder))
        except OSError as error:
            raise write_failure(self.folder, error) from error

    def publish(self, server: MCPServer, files: dict[Path, str]) -> list[ReturnedFile]:
        """Make files of the folder resources of the session.

        Args:
            server: Offers them from now on.
            files: What each of them is. Those that were not written are left out.
        """
        published = []
        for file, what in files.items():
            if not file.is_file():
                continue
            uri = f"unirs://results/{file.parent.name}/{file.name}"
            kind = _TYPES[file.suffix]
            server.add_resource(
                FileResource(uri=uri, name=file.name, description=what, path=file, mime_type=kind)
            )
            published.append(ReturnedFile(what=what, uri=uri, path=str(file)))
        return published


def links(files: list[ReturnedFile]) -> list[ResourceLink]:
    """The files as links of a tool's result."""
    return [
        ResourceLink(
            type="resource_link",
            uri=file.uri,
            name=Path(file.path).name,
            description=file.what,
            mime_type=_TYPES[Path(file.path).suffix],
        )
        for file in files
    ]


def picture(file: Path) -> ImageContent:
    """A picture within an answer, with at most ``INLINE_SIDE`` pixels a side."""
    with Image.open(file) as image:
        image.thumbnail((INLINE_SIDE, INLINE_SIDE))
        stream = io.BytesIO()
        image.convert("RGB").save(stream, "PNG")
    data = base64.b64encode(stream.getvalue()).decode()
    return ImageContent(type="image", data=data, mime_type="image/png")


def write_json(value: dict[str, Any], file: Path) -> None:
    """A file of JSON.

    Raises:
        UniRSError: ``output_unwritable``.
    """
    with whole_file(file) as temporary:
        temporary.write_text(json.dumps(value), encoding="utf-8")


def embedded(file: Path, uri: str) -> EmbeddedResource:
    """A file of text within an answer."""
    text = file.read_text("utf-8")
    contents = TextResourceContents(uri=uri, mime_type=_TYPES[file.suffix], text=text)
    return EmbeddedResource(type="resource", resource=contents)
