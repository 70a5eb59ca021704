"""A model hub: the files of a model, and their bytes from any offset.

Everything goes through ``huggingface_hub``: its addresses (``HF_ENDPOINT``), its token
(``HF_TOKEN``), its session, which obeys ``HTTPS_PROXY`` and ``HF_HUB_OFFLINE``. Transfers are our
own, because the library's are not resumable.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Protocol

from unirs.errors import UniRSError, short_reason

SECONDS = 30.0
"""Longest time without any data from a hub."""

CHUNK_BYTES = 2**18
CONFIG_BYTES = 2**20
"""Largest ``config.json`` that is read; real ones have a few thousand bytes."""


class Hasher(Protocol):
    """A hash object of ``hashlib``."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""

    def hexdigest(self) -> str:
        """The checksum of all bytes so far."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a model.

    Attributes:
        name: Path inside of the model, with forward slashes.
        size: Size in bytes.
        digest: SHA-256 of a large (LFS) file, else the SHA-1 of its git blob.
    """

    name: str
    size: int
    digest: str

    def hasher(self) -> Hasher:
        """A hash object for this file's digest."""
        if len(self.digest) == 64:
            return hashlib.sha256()
        return hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)


@dataclass(frozen=True)
class RemoteModel:
    """One version of a model on a hub.

    Attributes:
        repository: ``owner/model``.
        commit: The version: 40 hexadecimal digits.
        licence: As its card states it, ``None`` if it does not.
        files: All its files.
    """

    repository: str
    commit: str
    licence: str | None
    files: tuple[RemoteFile, ...] = field(repr=False)


def find_remote(repository: str, revision: str | None = None) -> RemoteModel:
    """Ask the hub for a model.

    Args:
        repository: ``owner/model``.
        revision: Branch, tag or commit; ``None`` is the newest version.

    Raises:
        UniRSError: ``name_invalid``, ``model_not_on_hub``, ``model_gated``, ``revision_missing``,
            ``hub_unreachable``, ``hub_offline``, ``hub_failed``, ``hub_invalid``, or
            ``model_invalid`` if a file name points outside of the model.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(repository)
        _owner, _name = repository.split("/")
    except (HFValidationError, ValueError) as error:
        raise UniRSError(
            "name_invalid",
            f'"{repository}" is not a name on a model hub; give owner/model, such as '
            "Efficient-Large-Model/VILA1.5-3b.",
        ) from error
    with _hub_failures(repository, revision):
        info = HfApi(_endpoint()).model_info(
            repository, revision=revision, files_metadata=True, timeout=SECONDS
        )
        files = tuple(_remote_file(repository, each) for each in info.siblings or ())
        if not re.fullmatch("[0-9a-f]{40}", info.sha or ""):
            raise ValueError("no commit")
        return RemoteModel(repository, str(info.sha), _licence(info), files)


def read_remote_config(model: RemoteModel) -> dict[str, Any]:
    """The ``config.json`` of a model; empty if it has none.

    Raises:
        UniRSError: As ``open_remote``, or ``model_invalid`` if it is not a JSON object.
    """
    for file in model.files:
        if file.name == "config.json" and file.size <= CONFIG_BYTES:
            with open_remote(model, file) as (_, pieces):
                written = b"".join(pieces)
            try:
                config = json.loads(written)
            except ValueError:
                config = None
            if isinstance(config, dict):
                return config
            raise UniRSError(
                "model_invalid",
                f"The model {model.repository} is not usable: its config.json is damaged.",
            )
    return {}


@contextmanager
def open_remote(
    model: RemoteModel, file: RemoteFile, offset: int = 0
) -> Iterator[tuple[int, Iterator[bytes]]]:
    """A file's bytes from an offset, and no more than the hub states that it has.

    Yields:
        Where the bytes really start (0 if the hub supports only whole files), and the bytes.

    Raises:
        UniRSError: ``hub_unreachable``, ``hub_offline``, ``hub_failed``, ``model_gated``.
    """
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        build_hf_headers,
        hf_raise_for_status,
    )

    endpoint = _endpoint()
    url = hf_hub_url(model.repository, file.name, revision=model.commit, endpoint=endpoint)
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    with (
        _hub_failures(model.repository, model.commit),
        get_session().stream("GET", url, headers=headers, timeout=SECONDS) as response,
    ):
        hf_raise_for_status(response)
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {offset}-")
        start = offset if resumed else 0
        yield start, _at_most(file.size - start, response.iter_bytes(CHUNK_BYTES))


def _at_most(size: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The first bytes, without waiting for any after them."""
    while size > 0 and (piece := next(pieces, b"")):
        yield piece[:size]
        size -= len(piece)


def _endpoint() -> str:
    from huggingface_hub import constants

    return (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")


def _remote_file(repository: str, sibling: Any) -> RemoteFile:
    name = sibling.rfilename
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    inside = not (posix.is_absolute() or windows.anchor or {".", ".."} & set(name.split("/")))
    if not inside or "\\" in name or ":" in name or "\0" in name:
        raise UniRSError(
            "model_invalid",
            f"The model {repository} is not usable: its file {name!r} points outside of it.",
        )
    digest = sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
    if not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", digest or ""):
        raise ValueError("no checksum")
    return RemoteFile(name, int(sibling.size), digest)


def _licence(info: Any) -> str | None:
    licence = (info.card_data or {}).get("license")
    return str(licence) if licence else None


@contextmanager
def _hub_failures(repository: str, revision: str | None) -> Iterator[None]:
    """Turn what can go wrong in the exchange with a hub into a ``UniRSError``."""
    from huggingface_hub import errors

    hub = _endpoint()
    transport_error = errors.HTTPError  # type: ignore[attr-defined]  # that of httpx or httpx2
    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise UniRSError(
            "hub_offline",
            "HF_HUB_OFFLINE forbids access to model hubs; unset it to download models.",
        ) from error
    except errors.GatedRepoError as error:
        raise UniRSError(
            "model_gated",
            f"{repository} is available on request only; accept its terms on {hub}/{repository} "
            "and set HF_TOKEN to your token.",
        ) from error
    except errors.RevisionNotFoundError as error:
        raise UniRSError(
            "revision_missing", f'{repository} has no revision "{revision}" on {hub}.'
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise UniRSError(
            "model_not_on_hub",
            f"There is no model {repository} on {hub}; check its name, and set HF_TOKEN if it is "
            "private.",
        ) from error
    except errors.HfHubHTTPError as error:
        raise UniRSError(
            "hub_failed",
            f"{hub} responded to a request for {repository} with {error.response.status_code} "
            f"{error.response.reason_phrase}; try again later.",
        ) from error
    except transport_error as error:
        raise UniRSError(
            "hub_unreachable",
            f"{hub} cannot be reached ({short_reason(error)}); check the network and the proxy "
            "(HTTPS_PROXY), then try again.",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UniRSError(
            "hub_invalid",
            f"{hub} does not respond like a model hub; check HF_ENDPOINT and the proxy.",
        ) from error
