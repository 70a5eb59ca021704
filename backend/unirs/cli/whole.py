"""``ask --whole``: one answer about a very large raster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from unirs.cli.options import QuestionOptions, split
from unirs.cli.screen import Bars, clean, origin_row, print_details, print_json
from unirs.cli.streams import ends_unread
from unirs.cli.where import asked_windows
from unirs.errors import UniRSError

if TYPE_CHECKING:
    from unirs.where.whole import WholeAnswer


def ask_whole(
    rasters: list[str], question: str, common: QuestionOptions, windows: int | None
) -> None:
    """Ask about the whole and about windows; the cost is printed before.

    Args:
        rasters: One raster.
        question: What is asked.
        common: The options of every question.
        windows: Most windows; the default with ``None``.
    """
    from unirs.cli.questions import ctrl_c_stops

    if len(rasters) > 1:
        raise typer.BadParameter("takes one raster", param_hint="--whole")
    if common.save_crop or common.views > 1:
        raise typer.BadParameter("takes neither --save-crop nor --views", param_hint="--whole")
    with ctrl_c_stops() as stop, ends_unread(), Bars() as bars:
        from unirs.tasks import check_inputs
        from unirs.where.whole import answer_whole, whole_cost
        from unirs.where.whole_request import BUDGET, WholeRequest

        request = WholeRequest(
            rasters[0],
            question,
            options=split(common.options),
            crop=common.crop_options(),
            budget=windows or BUDGET,
            clue=common.clue,
            max_new_tokens=common.max_tokens,
        )
        check_inputs(request.window(None))
        bars.begin(f"Loading {common.model}")
        engine = common.open_engine()
        bars.begin("Measuring the speed")
        cost = whole_cost(engine, request, stop.requested)
        bars.note(f"Asking about {cost.text}; Ctrl-C ends with the answer so far.")
        bars.begin("Windows")
        found = answer_whole(engine, request, on_window=bars.update, stop=stop.requested)
    if found.stopped and not found.windows.asked:
        raise UniRSError("stopped", "Stopped before there was an answer.")
    if common.json:
        print_json(found.to_json())
        return
    print(clean(found.text))
    sys.stdout.flush()
    print_details(_details(found))


def _details(found: WholeAnswer) -> list[tuple[str, str]]:
    """The lines below the answer."""
    asked = asked_windows(found.windows, "all of the scene")
    rows = [("stopped", "not all windows were asked about")] if found.stopped else []
    rows += [("warning", sentence) for sentence in found.warnings]
    return [*rows, ("windows", asked), origin_row(found, found.seconds)]
