"""Plans of a training as the program prints them, and options that make no sense."""

import pytest


def test_a_plan_is_printed_without_data_and_weights(unirs):
    joint = unirs("train", "joint", "--plan", "--gpu", "rtx-4090", "--gpus", "4")
    change = unirs("train", "change", "--plan", "--gpu", "h100", "--utilisation", "0.2")

    assert (joint.code, change.code) == (0, 0)
    first = "Joint tuning (full) of unirs-3b on 4 × NVIDIA GeForce RTX 4090: an estimate"
    assert joint.out.startswith(first)
    assert "2,701,560,320 weights" in joint.out
    assert "3,860" in joint.out
    assert "20% of the GPU's dense bfloat16 peak" in change.out


def test_a_plan_that_does_not_fit_advises_what_would(unirs):
    outcome = unirs("train", "joint", "--plan", "--gpu", "rtx-4090")

    assert outcome.code == 2
    assert "optimiser steps" in outcome.out
    assert "train on 4 GPUs with round_size=4, or set tuning=lora" in outcome.err


def test_the_error_for_an_unknown_gpu_names_the_known_ones(unirs):
    outcome = unirs("train", "change", "--plan", "--gpu", "voodoo")

    assert outcome.code == 2
    assert "choose rtx-4090" in outcome.err


@pytest.mark.parametrize(
    "words", [["--data", "era"], ["--data", "=x"], ["--data", "era="], ["--set", "seed"]]
)
def test_a_wrong_option_is_refused(unirs, words):
    outcome = unirs("train", "joint", *words)

    assert outcome.code == 2
    assert "write" in outcome.err


@pytest.mark.parametrize("command", ["change", "joint"])
def test_the_help_shows_examples(unirs, command):
    assert "unirs train " + command in unirs("train", command, "--help").out


def test_a_plan_of_the_small_model_counts_its_shares(unirs):
    words = ("--preset", "small", "--from", "unirs-tiny", "--gpu", "h100")
    outcome = unirs("train", "joint", "--plan", *words)

    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("Joint tuning (adapter) of unirs-tiny")
    assert "by the shares of real, by the shares of naip, by the shares of world" in outcome.out
