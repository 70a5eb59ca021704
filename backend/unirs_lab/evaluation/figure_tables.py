"""The tables of figures: one on real images, one on generated images and dated rasters."""

from __future__ import annotations

from unirs_lab.evaluation import generated_questions as generated
from unirs_lab.evaluation import measures
from unirs_lab.evaluation import real_questions as real
from unirs_lab.evaluation.figures import Aim, Figure, FigureTable
from unirs_lab.evaluation.scores.calibration import BINS
from unirs_lab.evaluation.scores.tokenisation import PLAIN

_CIDER = (
    f"captions against five references, words {PLAIN.description}, document frequencies from the "
    "references of the images asked about"
)
_SCORED = f"the most probable of all names as the answer to “{real.SCENE_QUESTION}”"
_BALANCED = "greedy answers, exact match; mean of the shares right where “yes” and where “no” is"
_CHANGED = (
    f"“{real.CHANGE_QUESTION}”, scored yes/no on tiles of {real.TILE} px; changed from "
    f"{real.CHANGED:.1%} of the tile on, tiles with less but not nothing left out; the masks show "
    "buildings only"
)
_NOTHING = (
    f"“{real.CHANGE_QUESTION}”, scored yes/no; the later date is the earlier one in another "
    "light or season, with haze or blur, or shifted"
)
_GENERATED = "scenes of seeds never trained on; greedy short answers, exact match"
_VERDICT = "the model's verdict whether anything has changed, against the known change"
_WATER = "tiles of held-out dates and ground, by the water index; greedy short answers"
_YES_NO = (real.UCMERCED_YES_NO, real.LEVIR_TILES)
_CHOICES = (*_YES_NO, real.RSICD_SCENES, real.EUROSAT_SCENES)

_REAL = (
    Figure(
        name="rsicd_captions",
        title="RSICD, captions (CIDEr-D × 100)",
        aim=Aim(150),
        protocol=_CIDER,
        kinds=(real.RSICD_CAPTIONS,),
        compute=measures.caption_score(),
    ),
    Figure(
        name="rsicd_scenes",
        title="RSICD, scene of 30 (%)",
        aim=Aim(85),
        protocol=_SCORED,
        kinds=(real.RSICD_SCENES,),
        compute=measures.share_right(),
    ),
    Figure(
        name="ucmerced_captions",
        title="UC Merced, captions (CIDEr-D × 100)",
        aim=Aim(200),
        protocol=_CIDER,
        kinds=(real.UCMERCED_CAPTIONS,),
        compute=measures.caption_score(),
    ),
    Figure(
        name="ucmerced_yes_no",
        title="UC Merced, yes/no (balanced %)",
        aim=Aim(90),
        protocol=_BALANCED,
        kinds=(real.UCMERCED_QUESTIONS,),
        compute=measures.balanced("presence"),
    ),
    Figure(
        name="ucmerced_count",
        title="UC Merced, count within one or a fifth (%)",
        aim=Aim(55),
        protocol="greedy answers with a single number, in words or digits; questions that people "
        "answered with “several” are left out",
        kinds=(real.UCMERCED_QUESTIONS,),
        compute=measures.share_right("count"),
    ),
    Figure(
        name="eurosat_scenes",
        title="EuroSAT, scene of 10 (%)",
        aim=Aim(85),
        protocol=_SCORED,
        kinds=(real.EUROSAT_SCENES,),
        compute=measures.share_right(),
    ),
    Figure(
        name="rsvqa_hr_presence",
        title="RSVQA-HR, presence (balanced %)",
        aim=Aim(70),
        protocol=_BALANCED,
        kinds=(real.RSVQA_HR,),
        compute=measures.balanced("presence"),
    ),
    Figure(
        name="rsvqa_hr_comparison",
        title="RSVQA-HR, comparison (balanced %)",
        aim=Aim(65),
        protocol=_BALANCED,
        kinds=(real.RSVQA_HR,),
        compute=measures.balanced("comparison"),
    ),
    Figure(
        name="rsvqa_lr_presence",
        title="RSVQA-LR, presence (balanced %)",
        aim=Aim(65),
        protocol=_BALANCED,
        kinds=(real.RSVQA_LR,),
        compute=measures.balanced("presence"),
    ),
    Figure(
        name="levir_changed",
        title="LEVIR-CD, tile changed or not (balanced %)",
        aim=Aim(90),
        protocol=_CHANGED,
        kinds=(real.LEVIR_TILES,),
        compute=measures.balanced("change", "no change"),
    ),
    Figure(
        name="levir_map_f1",
        title="LEVIR-CD, change map (F1 %)",
        aim=Aim(70),
        protocol="pixels of 0.5 m of all tiles together, changed from 0.5 on; a pixel has the "
        "value of the map's cell that it lies in",
        kinds=(real.LEVIR_TILES,),
        compute=measures.change_map_f1,
    ),
    Figure(
        name="nothing_changed",
        title="One image at two dates, nothing changed (%)",
        aim=Aim(95),
        protocol=_NOTHING,
        kinds=(real.OTHER_DATES,),
        compute=measures.share_right(),
    ),
    Figure(
        name="same_answer",
        title="Same question in 10 wordings, same answer (%)",
        aim=Aim(90),
        protocol="UC Merced's questions of presence and number, greedy answers; share of the "
        "answers that are the commonest one to their question",
        kinds=(real.UCMERCED_WORDINGS,),
        compute=measures.agreement,
    ),
    Figure(
        name="calibration_error",
        title="Yes/no, expected calibration error (%)",
        aim=Aim(5, at_most=True),
        protocol=f"scored yes/no of UC Merced's questions and LEVIR-CD's tiles, {BINS} bins",
        kinds=_YES_NO,
        compute=measures.calibration,
        tuned_on=_YES_NO,
    ),
    Figure(
        name="options_confidence",
        title="Confidence of choices, expected calibration error (%)",
        protocol=f"the questions above and the scenes of RSICD and EuroSAT, {BINS} bins",
        kinds=_CHOICES,
        compute=measures.confidence_of("options"),
        tuned_on=_CHOICES,
    ),
    Figure(
        name="verdict_confidence",
        title="Confidence of verdicts, expected calibration error (%)",
        protocol=f"whether LEVIR-CD's tiles have changed, {BINS} bins",
        kinds=(real.LEVIR_VERDICTS,),
        compute=measures.confidence_of("verdict"),
        tuned_on=(real.LEVIR_VERDICTS,),
    ),
    Figure(
        name="text_confidence",
        title="Confidence of text, expected calibration error (%)",
        protocol=f"greedy short answers to UC Merced's questions, {BINS} bins",
        kinds=(real.UCMERCED_QUESTIONS,),
        compute=measures.confidence_of("text"),
        tuned_on=(real.UCMERCED_QUESTIONS,),
    ),
)

_SHARED = (
    Figure(
        name="naip_water",
        title="NAIP, presence of water (%)",
        aim=Aim(90),
        protocol=_WATER,
        kinds=(generated.NAIP_TILES,),
        compute=measures.share_right("presence"),
    ),
    Figure(
        name="naip_change",
        title="NAIP, water changed or not (%)",
        aim=Aim(85),
        protocol=_VERDICT,
        kinds=(generated.NAIP_PAIRS,),
        compute=measures.share_right(),
    ),
    Figure(
        name="generated_presence",
        title="Generated scenes, presence (%)",
        aim=Aim(92),
        protocol=_GENERATED,
        kinds=(generated.SCENES,),
        compute=measures.share_right("presence"),
    ),
    Figure(
        name="generated_comparison",
        title="Generated scenes, comparison (%)",
        aim=Aim(93),
        protocol=_GENERATED,
        kinds=(generated.SCENES,),
        compute=measures.share_right("comparison"),
    ),
    Figure(
        name="generated_change",
        title="Generated pairs, change or no change (%)",
        aim=Aim(94),
        protocol=_VERDICT,
        kinds=(generated.PAIRS,),
        compute=measures.share_right("change", "no change"),
    ),
    Figure(
        name="generated_video",
        title="Generated videos, class (%)",
        aim=Aim(91),
        protocol="the most probable of all classes",
        kinds=(generated.VIDEOS,),
        compute=measures.share_right(),
    ),
)
"""Figures of both tables."""

_GENERATED_ONLY = (
    Figure(
        name="generated_rural_urban",
        title="Generated scenes, rural or urban (%)",
        aim=Aim(95),
        protocol=_GENERATED,
        kinds=(generated.SCENES,),
        compute=measures.share_right("rural_urban"),
    ),
    Figure(
        name="generated_area",
        title="Generated scenes, area to ten percent (%)",
        protocol=_GENERATED,
        kinds=(generated.SCENES,),
        compute=measures.share_right("area"),
    ),
    Figure(
        name="generated_count",
        title="Generated scenes, count within one or a fifth (%)",
        protocol="greedy answers; a range of numbers must match exactly",
        kinds=(generated.SCENES,),
        compute=measures.share_right("count"),
    ),
    Figure(
        name="generated_captions",
        title="Generated scenes, captions (CIDEr-D × 100)",
        protocol=_CIDER.replace("five", "four"),
        kinds=(generated.SCENES,),
        compute=measures.caption_score("caption"),
    ),
    Figure(
        name="generated_change_captions",
        title="Generated pairs, change captions (CIDEr-D × 100)",
        protocol=_CIDER,
        kinds=(generated.PAIRS,),
        compute=measures.caption_score("change", "no change"),
    ),
    Figure(
        name="generated_change_questions",
        title="Generated pairs, questions about changes (%)",
        protocol=_GENERATED,
        kinds=(generated.PAIRS,),
        compute=measures.share_right("change question"),
    ),
    Figure(
        name="landsat_water",
        title="Landsat, presence of water (%)",
        protocol=_WATER,
        kinds=(generated.LANDSAT_TILES,),
        compute=measures.share_right("presence"),
    ),
    Figure(
        name="landsat_change",
        title="Landsat, water changed or not (%)",
        protocol=_VERDICT,
        kinds=(generated.LANDSAT_PAIRS,),
        compute=measures.share_right(),
    ),
)

REAL = FigureTable(
    "real",
    "Real images",
    (*_REAL[:-5], *_SHARED, *_REAL[-5:]),
    shown=(
        real.RSICD_CAPTIONS,
        real.RSICD_SCENES,
        real.UCMERCED_CAPTIONS,
        real.UCMERCED_QUESTIONS,
        real.EUROSAT_SCENES,
        real.RSVQA_HR,
        real.RSVQA_LR,
        real.LEVIR_TILES,
        real.OTHER_DATES,
    ),
)
"""Real images that no training has used, with the generated figures that a model must keep."""

GENERATED = FigureTable(
    "generated",
    "Generated images and dated rasters",
    (*_SHARED[2:], *_GENERATED_ONLY[:-2], *_SHARED[:2], *_GENERATED_ONLY[-2:]),
    shown=(
        generated.SCENES,
        generated.PAIRS,
        generated.VIDEOS,
        generated.NAIP_TILES,
        generated.NAIP_PAIRS,
        generated.LANDSAT_TILES,
        generated.LANDSAT_PAIRS,
    ),
)
"""Generated images of seeds, and rasters of dates and ground, that no training has used."""
