"""Published figures, with doubts about them, for comparison with own ones.

The UniRS paper is "UniRS: Unifying Multi-temporal Remote Sensing Tasks through Vision Language
Models", the survey "Remote Sensing Spatio-Temporal Vision-Language Models".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from unirs_lab.evaluation.published_era import ERA_BESIDE, ERA_BY_CLASS, ERA_DOUBTS
from unirs_lab.evaluation.scores.classes import ClassScores
from unirs_lab.evaluation.tables import Cell, Column, Table

PAPER = "the UniRS paper"
OWN = "own result"


@dataclass(frozen=True)
class PublishedTable:
    """A table of a paper.

    Attributes:
        title: Its title.
        source: Table and paper.
        columns: The columns by the key of their score, as in ``figures`` of the scores.
        rows: Method, kind of method, and its figures in the columns' units.
        doubts: Sentences on what does not add up in it, or keeps it from being compared.
    """

    title: str
    source: str
    columns: Mapping[str, Column]
    rows: tuple[tuple[Cell, ...], ...]
    doubts: tuple[str, ...] = ()

    def row(self, method: str) -> dict[str, Cell]:
        """The figures of a method by key.

        Raises:
            KeyError: For a method that the table does not have.
        """
        figures = {row[0]: row[2:] for row in self.rows}
        return dict(zip(self.columns, figures[method], strict=True))


class Scores(Protocol):
    """The result of a scorer."""

    @property
    def figures(self) -> Mapping[str, float | None]:
        """Scores in the papers' units, by key."""


def own_figures(scores: Scores, table: str) -> tuple[float | None, ...]:
    """A result's figures for the columns of a published table; ``None`` where it has none.

    Args:
        scores: The result of a scorer.
        table: Key in ``PUBLISHED``.
    """
    return tuple(scores.figures.get(key) for key in PUBLISHED[table].columns)


def beside(
    published: PublishedTable, own: Mapping[str, Sequence[Cell]], notes: Sequence[str] = ()
) -> Table:
    """A table with own results below the published ones.

    Args:
        published: The paper's table.
        own: Figures by name, one for each column of the paper's table, in its units.
        notes: Protocol, tokenisation and denominators of the own figures.
    """
    columns = (Column("Method"), Column("Kind"), *published.columns.values())
    results = tuple((name, OWN, *figures) for name, figures in own.items())
    source = f"All rows but {OWN}s: {published.source}."
    return Table(
        published.title,
        columns,
        (*published.rows, *results),
        (source, *published.doubts, *notes),
    )


def era_by_class(scores: ClassScores) -> Table:
    """Recall and precision of each class beside the recall of others that Table VII gives.

    Args:
        scores: Over the classes of ERA, in the order of ``prompts.ERA_CLASSES``.
    """
    recalls = [ERA_BY_CLASS[method] for method in ERA_BESIDE]
    rows = zip(
        scores.classes,
        scores.support,
        _percent(scores.recall),
        _percent(scores.precision),
        *recalls,
        strict=True,
    )
    return Table(
        "ERA by class",
        (
            Column("Class"),
            Column("Clips", decimals=0),
            Column("Recall", "%", 1),
            Column("Precision", "%", 1),
            *(Column(f"{method}, recall", "%", 1) for method in ERA_BESIDE),
        ),
        tuple(rows),
        (f"The recall of others is from Table VII of {PAPER}.", ERA_DOUBTS[0], scores.note),
    )


def _percent(shares: Sequence[float | None]) -> list[float | None]:
    return [None if share is None else 100 * share for share in shares]


def _accuracy(heading: str, decimals: int = 2) -> Column:
    return Column(heading, "%", decimals, "highest")


CIDER_D = Column("CIDEr-D", "× 100", 2, "highest")
ALL_TASKS = {
    "rsvqa-lr/presence": _accuracy("LR presence"),
    "rsvqa-lr/comparison": _accuracy("LR comparison"),
    "rsvqa-lr/rural_urban": _accuracy("LR rural/urban"),
    "rsvqa-lr/average": _accuracy("LR average"),
    "rsvqa-hr/presence": _accuracy("HR presence"),
    "rsvqa-hr/comparison": _accuracy("HR comparison"),
    "rsvqa-hr/average": _accuracy("HR average"),
    "crsvqa/average": _accuracy("CRSVQA"),
    "levir-cc/cider_d": CIDER_D,
    "era/overall": _accuracy("ERA", 1),
}
UNIRS_ON_ALL = (91.64, 92.68, 90.00, 92.21, 59.29, 84.05, 73.15, 86.67, 139.12, 87.8)

PUBLISHED = {
    "rsvqa-lr": PublishedTable(
        "RSVQA-LR",
        f"Table III of {PAPER}",
        {
            "presence": _accuracy("Presence"),
            "comparison": _accuracy("Comparison"),
            "rural_urban": _accuracy("Rural/urban"),
            "average": _accuracy("Average"),
        },
        (
            ("VILA-1.5 (3B)", "base, zero-shot", 68.49, 64.99, 64.00, 66.44),
            ("RSVQA", "expert", 87.47, 81.50, 90.00, 86.32),
            ("Bi-Modal", "expert", 91.06, 91.16, 92.66, 91.63),
            ("SHRNet", "expert", 91.03, 90.48, 94.00, 91.84),
            ("RSGPT", "expert", 91.17, 91.70, 94.00, 92.29),
            ("SkyEyeGPT (7B)", "non-expert", 88.93, 88.63, 75.00, 84.19),
            ("LHRS-Bot (7B)", "non-expert", 89.07, 88.51, 90.00, 89.19),
            ("GeoChat (7B)", "non-expert", 91.09, 90.33, 94.00, 90.70),
            ("UniRS", "non-expert", 91.64, 92.68, 90.00, 92.21),
            ("UniRS, further training", "expert", 91.81, 93.23, 93.00, 92.63),
        ),
        (
            "The averages of VILA-1.5, GeoChat and UniRS are over questions, those of the other "
            "methods are means of the three types, and do not compare.",
        ),
    ),
    "rsvqa-hr": PublishedTable(
        "RSVQA-HR, test set 2, zero-shot",
        f"Table IV of {PAPER}",
        {
            "presence": _accuracy("Presence"),
            "comparison": _accuracy("Comparison"),
            "average": _accuracy("Average"),
        },
        (
            ("VILA-1.5 (3B)", "general", 61.44, 63.06, 62.79),
            ("MiniGPTv2", "general", 40.79, 50.91, 46.46),
            ("LLaVA-1.5", "general", 68.23, 65.45, 66.67),
            ("GeoChat", "remote sensing", 59.02, 83.16, 72.53),
            ("EarthGPT", "remote sensing", 62.77, 79.53, 72.06),
            ("UniRS", "remote sensing", 59.29, 84.05, 73.15),
        ),
        ("The average of VILA-1.5 does not fit the share of comparisons that other rows have.",),
    ),
    "crsvqa": PublishedTable(
        "CRSVQA",
        f"Table V of {PAPER}",
        {"average": _accuracy("Overall accuracy")},
        (
            ("VILA-1.5 (3B)", "base, tuned", 80.33),
            ("Qonly", "expert", 23.49),
            ("RSVQA", "expert", 58.96),
            ("RSVQA (GRU)", "expert", 59.41),
            ("SAN", "expert", 61.17),
            ("MQVQA", "expert", 70.91),
            ("EarthGPT", "remote sensing, tuned", 82.00),
            ("GeoChat", "remote sensing, tuned", 82.50),
            ("UniRS", "remote sensing, tuned", 86.67),
        ),
        (
            "The paper states 1,000 test questions; 80.33 and 86.67 are shares of 300, and none of "
            "1,000.",
        ),
    ),
    "levir-cc": PublishedTable(
        "LEVIR-CC",
        f"Table VI of {PAPER}",
        {"cider_d": CIDER_D},
        (
            ("VILA-1.5 (3B)", "base, zero-shot", 6.22),
            ("RSICCformer", "expert", 131.40),
            ("PSNet", "expert", 132.62),
            ("PromptCC", "expert", 136.44),
            ("Chg2Cap", "expert", 136.61),
            ("LLaVA-1.5", "tuned", 126.25),
            ("GeoChat", "tuned", 128.36),
            ("UniRS", "tuned", 139.12),
        ),
        (
            "The paper does not name its tokenisation; Chg2Cap's figures are in 'chg2cap'.",
            "For RSICCformer the survey of these methods gives 134.12.",
        ),
    ),
    "levir-cc-survey": PublishedTable(
        "LEVIR-CC, all scores of captions",
        "Table VIII of the survey of spatio-temporal vision-language models",
        {
            **{f"bleu_{n}": Column(f"BLEU-{n}", "", 2, "highest") for n in range(1, 5)},
            "meteor": Column("METEOR", "", 2, "highest"),
            "rouge_l": Column("ROUGE-L", "", 2, "highest"),
            "cider_d": Column("CIDEr-D", "", 2, "highest"),
            "s_m": Column("S*m", "", 2, "highest"),
        },
        (
            ("Capt-Rep-Diff", "captioning", 72.9, 61.98, 53.62, 47.41, 34.47, 65.64, 110.57, 64.52),
            ("Capt-Att", "captioning", 77.64, 67.4, 59.24, 53.15, 36.58, 69.73, 121.22, 70.17),
            (
                "Capt-Dual-Att",
                "captioning",
                79.51,
                70.57,
                63.23,
                57.46,
                36.56,
                70.69,
                124.42,
                72.28,
            ),
            ("DUDA", "captioning", 81.44, 72.22, 64.24, 57.79, 37.15, 71.04, 124.32, 72.58),
            ("MCCFormer-S", "captioning", 79.9, 70.26, 62.68, 56.68, 36.17, 69.46, 120.39, 70.68),
            ("MCCFormer-D", "captioning", 80.42, 70.87, 62.86, 56.38, 37.29, 70.32, 124.44, 72.11),
            ("RSICCformer", "captioning", 84.72, 76.27, 68.87, 62.77, 39.61, 74.12, 134.12, 77.65),
            ("PSNet", "captioning", 83.86, 75.13, 67.89, 62.11, 38.8, 73.6, 132.62, 76.78),
            ("PromptCC", "captioning", 83.66, 75.73, 69.1, 63.54, 38.82, 73.72, 136.44, 78.13),
            ("Chg2Cap", "captioning", 86.14, 78.08, 70.66, 64.39, 40.03, 75.12, 136.61, 79.03),
            ("RSCaMa", "captioning", 85.79, 77.99, 71.04, 65.24, 39.91, 75.24, 136.56, 79.24),
            ("SEN", "captioning", 85.1, 77.05, 70.01, 64.09, 39.59, 74.57, 136.02, 78.68),
            ("SFEN", "captioning", 85.2, 77.01, 70.96, 64.67, 40.12, 75.22, 136.47, 79.12),
            ("KCFI", "captioning", 86.34, 77.31, 70.89, 65.3, 39.42, 75.47, 138.25, 79.61),
            ("SEIFNet", "captioning", 86.79, 79.35, 73.1, 67.93, 41.6, 76.64, 143.71, 82.47),
            ("MV-CC", "captioning", 86.37, 79.01, 72.03, 66.22, 40.2, 75.73, 138.28, 80.11),
            ("CCExpert", "captioning", 86.65, 78.47, 71.31, 65.49, 41.82, 76.55, 143.32, 81.8),
            (
                "Mask Approx Net",
                "captioning",
                85.9,
                77.12,
                70.72,
                64.32,
                39.91,
                75.67,
                137.71,
                79.4,
            ),
            ("SAT-Cap", "captioning", 86.14, 78.19, 71.44, 65.82, 40.51, 75.37, 140.23, 80.48),
            ("Change3D", "captioning", 85.81, 77.81, 70.57, 64.38, 40.03, 75.12, 138.29, 79.46),
            ("RDD+ACR", "captioning", None, None, None, 65.6, 40.3, 75.5, 138.3, 79.93),
            ("MCINet", "masks, too", 85.84, 77.67, 70.6, 64.97, 40.1, 75.1, 137.76, 79.48),
            ("ChangeMinds", "masks, too", 86.39, 78.34, 71.35, 65.6, 40.86, 75.85, 140.32, 80.66),
            ("CTMTNet", "masks, too", 85.16, 77.24, 70.13, 64.16, 39.34, 74.03, 134.52, 78.01),
            ("FST-Net", "masks, too", 86.76, 78.82, 71.71, 65.67, 40.51, 76.15, 140.04, 80.59),
        ),
        (
            "All × 100. Chg2Cap's scorer, which others took over, gives METEOR the words' numbers, "
            "so that it finds no stems and synonyms; so does the tokenisation 'chg2cap'.",
            "S*m of SEN is not the mean of its four scores, 78.57.",
        ),
    ),
    "era": PublishedTable(
        "ERA",
        f"Table VII of {PAPER}",
        {"overall": _accuracy("Overall accuracy", 1)},
        (
            ("VILA-1.5 (3B)", "base, zero-shot", 41.7),
            ("HDense", "expert", 63.0),
            ("FuTH-Net", "expert", 66.8),
            ("MSTN", "expert", 67.4),
            ("TRM", "expert", 66.8),
            ("ASAT", "expert", 68.1),
            ("UniRS", "tuned", 87.8),
        ),
        ERA_DOUBTS[1:],
    ),
    "joint-training": PublishedTable(
        "Joint against individual training",
        f"Table VIII of {PAPER}",
        ALL_TASKS,
        (
            (
                *("UniRS, individual training", "ablation"),
                *(91.51, 91.38, 92.00, 91.44, 61.07, 80.03, 71.68, 83.33, 137.61, 84.4),
            ),
            ("UniRS", "joint training", *UNIRS_ON_ALL),
        ),
    ),
    "change-module": PublishedTable(
        "Change extraction module and joint training on LEVIR-CC",
        f"Table IX of {PAPER}",
        {"levir-cc/cider_d": CIDER_D},
        (
            ("without change module", "individual training", 126.41),
            ("without change module", "joint training", 131.28),
            ("with change module", "individual training", 137.61),
            ("with change module", "joint training", 139.12),
        ),
    ),
    "prompt-augmentation": PublishedTable(
        "Prompt augmentation",
        f"Table X of {PAPER}",
        ALL_TASKS,
        (
            (
                *("UniRS, without clues", "ablation"),
                *(91.68, 91.85, 92.00, 91.80, 56.95, 83.91, 72.21, 84.00, 138.47, 86.1),
            ),
            ("UniRS", "with clues", *UNIRS_ON_ALL),
        ),
        ("Without clues, the averages of LR and HR do not fit the figures by type.",),
    ),
}
"""Published tables by benchmark, and those of the paper's ablations."""
