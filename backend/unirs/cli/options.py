"""Options that several commands share."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_type_hints

import typer

from unirs.models import DEFAULT_MODEL
from unirs.sensor_bands import COMPOSITES

if TYPE_CHECKING:
    from unirs.engines.engine import Engine
    from unirs.inputs import Composite, CropOptions

IMAGE, MODEL, ANSWER = "Image", "Model", "Answer"
"""The panels of the help."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Model = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="Name, folder, hf:OWNER/NAME or server:URL#MODEL; see [bold]unirs models[/bold].",
        rich_help_panel=MODEL,
    ),
]
Device = Annotated[
    str,
    typer.Option(metavar="auto|cpu|cuda[:N]", help="Where to run it.", rich_help_panel=MODEL),
]
TrainingDevice = Annotated[
    str, typer.Option(metavar="cpu|cuda[:N]", help="Where to train.", rich_help_panel=MODEL)
]
Precision = Annotated[
    Literal["auto", "float32", "bfloat16", "float16", "int8", "int4"],
    typer.Option(help="Number type of the weights.", rich_help_panel=MODEL),
]
AllowRemote = Annotated[
    bool,
    typer.Option(
        "--allow-remote",
        help="Let the images be sent to a server on another computer.",
        rich_help_panel=MODEL,
    ),
]
Clue = Annotated[
    bool | None,
    typer.Option(
        "--clue/--no-clue",
        help="Have the model describe the images first; by default where it was trained so.",
        show_default=False,
        rich_help_panel=ANSWER,
    ),
]
Bands = Annotated[
    str | None,
    typer.Option(
        metavar="1,2,3|NAME",
        help="Band numbers for red, green, blue, or one for grey; or a composite by what the bands "
        f"show: {', '.join(COMPOSITES)}.",
        rich_help_panel=IMAGE,
    ),
]
MatchColours = Annotated[
    bool,
    typer.Option(
        "--match-colours",
        help="Give the later dates the colours of the first one.",
        rich_help_panel=IMAGE,
    ),
]
Align = Annotated[
    bool,
    typer.Option(
        "--align",
        help="Move dates that lie more than a pixel of the model off the first one onto it.",
        rich_help_panel=IMAGE,
    ),
]


def refuse_several(**formats: bool) -> None:
    """Refuse more than one output format.

    Args:
        formats: For each option of a format, by its name, whether it was given.
    """
    if sum(formats.values()) > 1:
        *others, last = (f"--{name}" for name in formats)
        raise typer.BadParameter(f"use only one of {', '.join(others)} and {last}")


@dataclass(frozen=True)
class QuestionOptions:
    """The options of every question, with their defaults and their help."""

    bbox: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(
            metavar="MINX MINY MAXX MAXY",
            help="Read only this extent.",
            show_default=False,
            rich_help_panel=IMAGE,
        ),
    ] = None
    bbox_crs: Annotated[
        str | None,
        typer.Option(
            metavar="CRS",
            help="CRS of the extent, such as EPSG:4326; by default that of the raster.",
            rich_help_panel=IMAGE,
        ),
    ] = None
    bands: Bands = None
    stretch: Annotated[
        Literal["auto", "none", "percentile", "minmax"],
        typer.Option(help="How values are stretched to 8 bits.", rich_help_panel=IMAGE),
    ] = "auto"
    match_colours: MatchColours = False
    align: Align = False
    save_crop: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the image that the model reads (.png or .tif; several are numbered).",
            rich_help_panel=IMAGE,
        ),
    ] = None
    model: Model = DEFAULT_MODEL
    device: Device = "auto"
    precision: Precision = "auto"
    allow_remote: AllowRemote = False
    clue: Clue = None
    options: Annotated[
        str | None,
        typer.Option(
            metavar="yes,no",
            help="Score these comma-separated answers instead of generating one.",
            rich_help_panel=ANSWER,
        ),
    ] = None
    views: Annotated[
        int,
        typer.Option(
            min=1,
            max=8,
            metavar="N",
            help="Average over N augmented views of the image; slower but more reliable.",
            rich_help_panel=ANSWER,
        ),
    ] = 1
    max_tokens: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Longest answer, in tokens.",
            rich_help_panel=ANSWER,
        ),
    ] = 128
    json: Json = False

    def crop_options(self) -> CropOptions:
        """What to read of the rasters.

        Raises:
            typer.BadParameter: The bands are neither numbers nor a composite.
            UniRSError: ``extent_empty`` or ``bands_unsupported``.
        """
        from unirs.inputs import CropOptions

        return CropOptions(
            extent=self.bbox,
            extent_crs=self.bbox_crs,
            bands=bands_of(self.bands),
            stretch=self.stretch,
            match_colours=self.match_colours,
            align=self.align,
        )

    def open_engine(self) -> Engine:
        """What answers; the key of a server comes from the environment.

        Raises:
            UniRSError: What is wrong with the model, the device or the server.
        """
        from unirs.engines.opening import KEY_VARIABLE, open_engine

        return open_engine(
            self.model,
            self.device,
            self.precision,
            key=os.environ.get(KEY_VARIABLE),
            allow_remote=self.allow_remote,
        )


def split(text: str | None) -> tuple[str, ...]:
    """``"yes, no"`` as ``("yes", "no")``."""
    return tuple(part.strip() for part in text.split(",")) if text else ()


def bands_of(text: str | None) -> tuple[int, ...] | Composite | None:
    """``"1,2,3"`` as numbers, ``"swir"`` as the composite.

    Raises:
        typer.BadParameter: It is neither.
    """
    if text is None:
        return None
    name = text.strip().lower().replace("color", "colour")
    if name in COMPOSITES:
        return cast("Composite", name)
    try:
        return tuple(int(part) for part in split(text))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither a list of band numbers such as 1,2,3 nor one of "
            f"{', '.join(COMPOSITES)}",
            param_hint="--bands",
        ) from None


def takes_options(
    shared: type[Any], *, without: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command every field of a dataclass as an option of its own.

    The command is written with one parameter ``common`` of that type; typer sees the fields in its
    place.

    Args:
        shared: A dataclass whose fields are annotated with their options.
        without: Parameters of the command, and fields, that it does not offer; they keep their
            defaults.
    """
    hints = get_type_hints(shared, include_extras=True)
    offered = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=hints[field.name],
        )
        for field in fields(shared)
        if field.name not in without
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters

        @wraps(command)
        def with_options(**values: Any) -> None:
            common = shared(**{one.name: values.pop(one.name) for one in offered})
            command(**values, common=common)

        hidden = {"common", *without}
        parameters = [one for name, one in own.items() if name not in hidden] + offered
        with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        with_options.__annotations__ = {each.name: each.annotation for each in parameters}
        return with_options

    return decorate


takes_question_options = takes_options(QuestionOptions)
"""Gives a command the options that every question takes."""
