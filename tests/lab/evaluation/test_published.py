"""The published figures add up where they should, and are listed beside own results."""

from __future__ import annotations

import numpy as np
import pytest

from unirs.prompts import ERA_CLASSES
from unirs_lab.evaluation.published import OWN, PUBLISHED, beside, era_by_class, own_figures
from unirs_lab.evaluation.published_era import ERA_BESIDE, ERA_BY_CLASS, ERA_SUPPORT
from unirs_lab.evaluation.scores.captions import CaptionScores
from unirs_lab.evaluation.scores.classes import ClassScores
from unirs_lab.evaluation.scores.vqa import Answered, score_vqa

OVER_QUESTIONS = ("VILA-1.5 (3B)", "GeoChat (7B)", "UniRS", "UniRS, further training")
LR_QUESTIONS = {"presence": 2955, "comparison": 4002, "rural_urban": 100}
"""Questions of RSVQA-LR's test split without count and area."""


@pytest.mark.parametrize(
    ("table", "key", "figure"),
    [
        ("rsvqa-lr", "presence", 91.64),
        ("rsvqa-lr", "comparison", 92.68),
        ("rsvqa-lr", "rural_urban", 90.00),
        ("rsvqa-lr", "average", 92.21),
        ("rsvqa-hr", "presence", 59.29),
        ("rsvqa-hr", "comparison", 84.05),
        ("rsvqa-hr", "average", 73.15),
        ("crsvqa", "average", 86.67),
        ("levir-cc", "cider_d", 139.12),
        ("era", "overall", 87.8),
        ("joint-training", "levir-cc/cider_d", 139.12),
    ],
)
def test_the_paper_s_own_row(table: str, key: str, figure: float) -> None:
    assert PUBLISHED[table].row("UniRS")[key] == figure


@pytest.mark.parametrize("published", PUBLISHED.values(), ids=list(PUBLISHED))
def test_every_row_has_a_figure_for_each_column_and_no_share_is_above_all(published) -> None:
    for method, kind, *figures in published.rows:
        assert isinstance(method, str)
        assert isinstance(kind, str)
        assert len(figures) == len(published.columns), method
        for figure, column in zip(figures, published.columns.values(), strict=True):
            assert figure is None or 0 < figure <= (100 if column.unit == "%" else 150), method


@pytest.mark.parametrize("method", ERA_BESIDE)
def test_with_era_s_supports_the_figures_by_class_are_recalls(method: str) -> None:
    overall = PUBLISHED["era"].row(method)["overall"]
    recalls = np.array(ERA_BY_CLASS[method]) / 100
    right = np.rint(recalls * ERA_SUPPORT)
    assert sum(ERA_SUPPORT) == 1391
    assert len(recalls) == len(ERA_CLASSES)
    assert recalls * 100 == pytest.approx(100 * right / ERA_SUPPORT, abs=0.051)
    assert 100 * right.sum() / 1391 == pytest.approx(overall, abs=0.051)


@pytest.mark.parametrize("method", ["MSTN", "ASAT"])
def test_the_rows_that_are_doubted_are_no_recalls(method: str) -> None:
    recalls = np.array(ERA_BY_CLASS[method]) / 100
    right = np.rint(recalls * ERA_SUPPORT)
    assert np.sum(np.abs(recalls - right / ERA_SUPPORT) > 0.0005) > 15


@pytest.mark.parametrize("method", [row[0] for row in PUBLISHED["rsvqa-lr"].rows])
def test_some_averages_of_lr_are_over_questions_and_others_over_types(method: str) -> None:
    figures = PUBLISHED["rsvqa-lr"].row(method)
    shares = [figures[type_] for type_ in LR_QUESTIONS]
    weights = list(LR_QUESTIONS.values()) if method in OVER_QUESTIONS else None
    assert np.average(shares, weights=weights) == pytest.approx(figures["average"], abs=0.011)


def test_the_averages_of_hr_share_one_weight_but_that_of_vila() -> None:
    for method, *_ in PUBLISHED["rsvqa-hr"].rows:
        figures = PUBLISHED["rsvqa-hr"].row(method)
        average = figures["presence"] + 0.56 * (figures["comparison"] - figures["presence"])
        fits = average == pytest.approx(figures["average"], abs=0.11)
        assert fits == (method != "VILA-1.5 (3B)"), method


def test_crsvqa_s_figures_are_shares_of_three_hundred() -> None:
    for method in ("VILA-1.5 (3B)", "UniRS"):
        accuracy = PUBLISHED["crsvqa"].row(method)["average"]
        assert accuracy == pytest.approx(round(3 * accuracy) / 3, abs=0.0051)
        assert accuracy != pytest.approx(round(10 * accuracy) / 10, abs=0.0051)


def test_s_m_of_the_survey_is_the_mean_of_its_four_scores_but_for_one() -> None:
    for method, *_ in PUBLISHED["levir-cc-survey"].rows:
        figures = PUBLISHED["levir-cc-survey"].row(method)
        mean = np.mean([figures[key] for key in ("bleu_4", "meteor", "rouge_l", "cider_d")])
        assert (mean == pytest.approx(figures["s_m"], abs=0.011)) == (method != "SEN"), method


def test_own_results_are_listed_below_the_paper_s_with_their_protocol() -> None:
    scores = score_vqa(
        [*[Answered("presence", "yes", "yes")] * 3, Answered("comparison", "no", "yes")]
    )
    own = own_figures(scores, "rsvqa-lr")
    assert own == (100.0, 0.0, None, 75.0)
    table = beside(PUBLISHED["rsvqa-lr"], {"unirs-small": own}, [scores.note])
    assert table.rows[-1] == ("unirs-small", OWN, *own)
    assert len(table.rows) == len(PUBLISHED["rsvqa-lr"].rows) + 1
    markdown = table.markdown()
    assert r"| unirs-small | own result | **100.00** | 0.00 | – | 75.00 |" in markdown
    for fact in ("Table III", "over questions", "GeoChat", "presence 3"):
        assert fact in markdown
    assert r"\textbf{100.00}" in table.latex()


def test_captions_are_listed_beside_the_paper_and_the_survey() -> None:
    scores = CaptionScores((80, 70, 60, 50), 40, 70, 130, 72.5, 10, 50, "ptb", "PTB", ())
    assert own_figures(scores, "levir-cc") == (130,)
    assert own_figures(scores, "levir-cc-survey") == (80, 70, 60, 50, 40, 70, 130, 72.5)


def test_classes_are_listed_beside_table_vii() -> None:
    confusion = np.zeros((25, 26), dtype=np.int64)
    np.fill_diagonal(confusion, ERA_SUPPORT)
    confusion[0, 0], confusion[0, 1] = 50, 5  # five of 55 earthquakes are called floods
    scores = ClassScores(ERA_CLASSES, confusion)
    assert own_figures(scores, "era") == (pytest.approx(100 * 1386 / 1391),)
    table = era_by_class(scores)
    assert table.headings[:4] == ("Class", "Clips", "Recall (%)", "Precision (%)")
    assert table.text_rows()[0][:5] == ["post-earthquake", "55", "90.9", "100.0", "85.5"]
    assert table.text_rows()[1][3] == f"{100 * 49 / 54:.1f}"
    assert any("recall precision" in note for note in table.notes)
