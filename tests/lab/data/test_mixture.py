"""The mixture: nothing lost, nothing twice, one order for one seed, resumed anywhere."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unirs.errors import UniRSError
from unirs.inputs import InputKind
from unirs_lab.data.mixture import SHARDS_AT_ONCE, Mixture, SamplePart, share_of
from unirs_lab.data.samples import Sample


def sample(number, kind=InputKind.SINGLE, answers=("yes",), words=1, folder="images"):
    image = Path(folder, f"{number}.png")
    return Sample(str(number), kind, (image,), "word " * words, tuple(answers))


def shard(number):
    return f"shard-{number:05}.tar"


@st.composite
def parts(draw):
    made = []
    for name in ("geochat", "levir-cc", "era")[: draw(st.integers(1, 3))]:
        kinds = draw(st.lists(st.sampled_from(list(InputKind)), min_size=1, max_size=30))
        sharded = draw(st.booleans())
        samples = [
            sample(
                n,
                kind,
                ["a" * length for length in range(1, 1 + draw(st.integers(0, 3)))],
                folder=shard(n // 4) if sharded else "images",
            )
            for n, kind in enumerate(kinds)
        ]
        made.append(SamplePart(name, samples, draw(st.sampled_from([0.0, 0.4, 1.0, 2.5, 5.0]))))
    # what is left of nothing is refused, which has a test of its own
    made.append(SamplePart("always", [sample(0), sample(1)]))
    return made


def rows(mixture, group):
    """Part, sample and answer of each row of a group."""
    part, place = mixture.place(group)
    return [(part.name, sample.id, answer) for sample, answer in part.groups[place]]


@given(parts=parts(), seed=st.integers(0, 9), size=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_an_epoch_has_every_row_as_often_as_its_factor(parts, seed, size):
    mixture = Mixture(parts, seed)

    for epoch in (0, 3):
        seen = Counter(
            row for one in mixture.rounds(epoch, size) for i in one for row in rows(mixture, i)
        )

        assert sum(seen.values()) == len(mixture)
        for part in parts:
            low, high = np.floor(part.factor), np.ceil(part.factor)
            times = [
                seen[part.name, each.id, answer] for each in part.samples for answer in each.answers
            ]
            assert all(low <= count <= high for count in times)
            assert sum(times) == mixture.counts()[part.name]
            assert abs(sum(times) - part.factor * len(times)) <= 0.5 * len(InputKind)


@given(parts=parts(), size=st.integers(1, 9), position=st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_resuming_anywhere_gives_the_rest_of_the_order(parts, size, position):
    mixture = Mixture(parts, seed=1)
    count = mixture.round_count(size)
    rest = list(islice(mixture.rounds_from(position, size), count + 3))

    epoch, first = divmod(position, count)
    whole = [one for n in range(epoch, epoch + 4) for one in mixture.rounds(n, size)]
    assert len(mixture.rounds(epoch, size)) == count
    for resumed, original in zip(rest, whole[first:], strict=False):
        assert np.array_equal(resumed, original)


@given(parts=parts(), size=st.integers(1, 9), ranks=st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_processes_share_each_round_without_loss_or_repetition(parts, size, ranks):
    mixture = Mixture(parts)

    for one in mixture.rounds(0, size):
        shares = [share_of(one, rank, ranks) for rank in range(ranks)]
        assert np.array_equal(np.concatenate(shares), one)
        assert max(map(len, shares)) - min(map(len, shares)) <= 1


@given(parts=parts(), size=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_a_round_has_one_kind_of_input_and_only_the_last_of_a_kind_is_short(parts, size):
    mixture = Mixture(parts)
    short = []
    for one in mixture.rounds(0, size):
        kinds = {mixture.kind(i) for i in one}
        assert len(kinds) == 1
        if len(one) < size:
            short += kinds
    assert len(short) == len(set(short))


def test_the_order_depends_on_seed_and_epoch_alone():
    samples = [sample(n) for n in range(200)]
    order = Mixture([SamplePart("a", samples)], seed=1).order(0)

    assert np.array_equal(order, Mixture([SamplePart("a", samples)], seed=1).order(0))
    assert not np.array_equal(order, Mixture([SamplePart("a", samples)], seed=2).order(0))
    assert not np.array_equal(order, Mixture([SamplePart("a", samples)], seed=1).order(1))


def test_a_fraction_takes_other_rows_in_each_epoch():
    mixture = Mixture([SamplePart("a", [sample(n) for n in range(100)], factor=0.5)])

    halves = [set(mixture.order(epoch).tolist()) for epoch in range(3)]

    assert [len(half) for half in halves] == [50, 50, 50]
    assert halves[0] != halves[1] != halves[2]


@pytest.mark.parametrize("size", [4, 16])
def test_rows_of_like_length_come_together(size):
    rng = np.random.default_rng(0)
    words = np.minimum(1 + rng.exponential(20, 4000).astype(int), 200)
    samples = [
        sample(n, InputKind.PAIR if n % 5 == 0 else InputKind.SINGLE, words=int(w))
        for n, w in enumerate(words)
    ]
    rounds = Mixture([SamplePart("a", samples)]).rounds(0, size)

    padded = sum(len(one) * words[one].max() for one in rounds)

    assert words.sum() / padded > 0.85
    shuffled = words[rng.permutation(len(words))].reshape(-1, size)
    assert words.sum() / (size * shuffled.max(axis=1).sum()) < 0.55


def test_lengths_and_kinds_alternate_over_the_epoch():
    samples = [
        sample(n, InputKind.PAIR if n % 4 == 0 else InputKind.SINGLE, words=1 + n % 50)
        for n in range(8000)
    ]
    mixture = Mixture([SamplePart("a", samples)])
    rounds = mixture.rounds(0, 8)
    lengths = np.array([len(samples[one[0]].instruction) for one in rounds])
    pairs = np.array([mixture.kind(one[0]) is InputKind.PAIR for one in rounds])

    for tenth in np.array_split(np.arange(len(rounds)), 10):
        assert 0.1 < pairs[tenth].mean() < 0.4
        assert abs(lengths[tenth].mean() - lengths.mean()) < 0.25 * lengths.mean()


def test_rows_of_a_few_shards_come_together():
    shards = np.arange(2000) // 50
    samples = [sample(n, words=1 + n % 7, folder=shard(shards[n])) for n in range(2000)]
    mixture = Mixture([SamplePart("a", samples)])

    order = mixture.order(0)
    once = [set(shards[window].tolist()) for window in np.array_split(order, 10)]
    rounds = np.concatenate(mixture.rounds(0, 2))

    assert all(len(each) == SHARDS_AT_ONCE for each in once)
    assert len(set.union(*once)) == 40
    assert order.tolist() != sorted(order.tolist())
    for window in np.array_split(rounds, 10):  # sorting by length keeps near what is near
        assert len(set(shards[window].tolist())) <= 3 * SHARDS_AT_ONCE


def test_the_release_fits_its_published_number_of_steps():
    """3,858 steps of 128 rows; 308.7k rows once, 34,075 five times, 1,473 ten times."""
    counts = {"geochat": (3087, 1.0), "levir-cc": (341, 5.0), "era": (15, 10.0)}
    mixture = Mixture(
        [SamplePart(n, [sample(i) for i in range(rows)], f) for n, (rows, f) in counts.items()]
    )
    assert mixture.round_count(128) == pytest.approx(38.6, abs=2)


@pytest.mark.parametrize("factor", [-1.0, float("nan"), float("inf")])
def test_a_factor_that_is_no_count_is_refused(factor):
    with pytest.raises(UniRSError, match="repeat factor of era") as caught:
        Mixture([SamplePart("era", [sample(0)], factor)])
    assert caught.value.code == "mixture_factor"


@pytest.mark.parametrize("empty", [SamplePart("a", []), SamplePart("a", [sample(0)], 0.0)])
def test_a_mixture_of_nothing_is_refused(empty):
    with pytest.raises(UniRSError) as caught:
        Mixture([empty])
    assert caught.value.code == "mixture_empty"


def test_rows_about_equal_images_are_read_together_and_none_is_lost():
    asked = [sample(n % 7, answers=["yes", "no"], words=n) for n in range(21)]
    asked.append(sample(0, InputKind.PAIR))
    mixture = Mixture([SamplePart("a", asked, rows_per_group=4)])

    groups = [rows(mixture, i) for i in mixture.order(0)]

    assert sorted(map(len, groups)) == [1] + [2] * 7 + [4] * 7
    assert all(len({id for _, id, _ in group}) == 1 for group in groups)
    assert sum(map(len, groups)) == 43


def test_what_is_read_of_a_part_does_not_depend_on_the_others():
    part = SamplePart("a", [sample(n) for n in range(40)], factor=0.5)
    others = SamplePart("b", [sample(n) for n in range(9)])

    alone, mixed = (Mixture(parts, seed=3).order(1) for parts in ([part], [part, others]))

    assert set(alone.tolist()) == {i for i in mixed.tolist() if i < 40}
