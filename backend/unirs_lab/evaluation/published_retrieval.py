"""Published recalls on the test images of RSICD.

A test holds that each published mean is that of its six recalls.
"""

from __future__ import annotations

from unirs_lab.evaluation.published import PublishedTable
from unirs_lab.evaluation.tables import Column

RSICD = PublishedTable(
    "RSICD, sentences and images found by each other",
    "the tables of the papers on AMFMN (Yuan et al., TGRS 2022), GaLR (Yuan et al., TGRS 2022) and "
    "RemoteCLIP (Liu et al., TGRS 2024)",
    {
        **{f"by_image_{k}": Column(f"By image, R@{k}", "%", 1) for k in (1, 5, 10)},
        **{f"by_text_{k}": Column(f"By text, R@{k}", "%", 1) for k in (1, 5, 10)},
        "mean": Column("Mean recall", "%", 1),
        "by_text": Column("Mean by text", "%", 1),
    },
    tuple(
        (*row, sum(row[5:8]) / 3)
        for row in (
            ("VSE++", "trained on RSICD", 3.38, 9.51, 17.46, 2.82, 11.32, 18.10, 10.43),
            ("SCAN t2i", "trained on RSICD", 4.39, 10.90, 17.64, 3.91, 16.20, 26.49, 13.25),
            ("SCAN i2t", "trained on RSICD", 5.85, 12.89, 19.84, 3.71, 16.40, 26.73, 14.23),
            ("MTFN", "trained on RSICD", 5.02, 12.52, 19.74, 4.90, 17.17, 29.49, 14.81),
            ("AMFMN", "trained on RSICD", 5.39, 15.08, 23.40, 4.90, 18.28, 31.44, 16.42),
            ("GaLR", "trained on RSICD", 6.59, 19.85, 31.04, 4.69, 19.48, 32.13, 18.96),
            (
                "RemoteCLIP",
                "trained on 17 data sets",
                17.02,
                37.97,
                51.51,
                13.71,
                37.11,
                54.25,
                35.26,
            ),
        )
    ),
)
"""Recalls in percent; the mean is over both directions."""
