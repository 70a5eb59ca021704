import pytest
import torch

from unirs.engines.engine import Item
from unirs.engines.unirs import load_pipeline
from unirs.errors import UniRSError
from unirs.inputs import Question, Task, VisualInput
from unirs_lab.world import EVENTS, pair, scene, seed_for, video

ARRANGEMENTS = [
    ("second", "unirs"),
    ("adapter", "unirs"),
    ("none", "unirs"),
    ("second", "unirs", False),
    ("self", "base"),
]
TEXTS = ["is there a road?", "how many houses are there in the image?", "what changed?"]


@pytest.fixture
def items(images):
    """All kinds mixed: questions about one image, unequal lengths, options, with clue and not."""
    first, two, film = images.single(1), images.pair(1), images.video(1)
    short = images.video(5, frames=2)
    asked = [
        Item(visual, Question(text=text, clue=clue, max_new_tokens=count))
        for visual in (first, two, film, images.single(2), short)
        for text, clue, count in zip(TEXTS, (True, False, True), (24, 3, 12), strict=True)
    ]
    scored = [
        Item(first, Question(text="rural or urban?", options=("rural", "urban area", "yes"))),
        Item(two, Question(text="changed?", options=("yes", "no"), clue=False)),
        Item(film, Question(Task.CLASSIFY, options=("flood", "traffic jam", "a river, a field"))),
    ]
    return [*asked[:4], *scored, *asked[4:], Item(two, Question(Task.CHANGE, max_new_tokens=16))]


def same(answer, expected) -> bool:
    """Everything but the time."""
    assert (answer.text, answer.clue, answer.tokens) == (
        expected.text,
        expected.clue,
        expected.tokens,
    )
    assert (answer.task, answer.model, answer.device) == (
        expected.task,
        expected.model,
        expected.device,
    )
    assert (answer.zero_shot, answer.stopped) == (expected.zero_shot, expected.stopped)
    assert [o.text for o in answer.options] == [o.text for o in expected.options]
    chances = [[o.probability for o in each.options] for each in (answer, expected)]
    assert chances[0] == pytest.approx(chances[1], abs=1e-5)
    assert (answer.change_map is None) == (expected.change_map is None)
    if answer.change_map is not None:
        assert answer.change_map == pytest.approx(expected.change_map, abs=1e-5)
    return True


@pytest.mark.parametrize(
    ("arrangement", "batch_size"),
    [*((arrangement, 8) for arrangement in ARRANGEMENTS), *((ARRANGEMENTS[0], n) for n in (1, 64))],
)
def test_a_batch_answers_as_the_pipeline_does_one_by_one(
    make_pipeline, items, arrangement, batch_size
):
    pipeline = make_pipeline(*arrangement)
    expected = [pipeline.answer(*item[:2]) for item in items]
    answers = list(pipeline.answers(items, batch_size=batch_size))
    assert len({answer.text for answer in answers}) > len(items) // 2, "different answers"
    assert all(same(*both) for both in zip(answers, expected, strict=True))
    assert all(answer.seconds.total > 0 for answer in answers)


def test_bfloat16_answers_all(make_pipeline, items):
    answers = list(make_pipeline(precision="bfloat16").answers(items))
    assert len(answers) == len(items)
    assert all(isinstance(answer.text, str) for answer in answers)


def test_each_image_is_encoded_once_and_each_clue_generated_once(make_pipeline, items, monkeypatch):
    pipeline = make_pipeline()
    model, clue_model = pipeline.bundle.model, pipeline.bundle.clue_language_model
    seen, described = [], []
    encode = model.encode_images
    monkeypatch.setattr(model, "encode_images", lambda x: seen.extend(x) or encode(x))
    embedding = clue_model.get_input_embeddings()
    embedding.register_forward_hook(lambda *_: described.append(1))
    list(pipeline.answers(items, batch_size=64))
    crops = {crop.digest for visual, *_ in items for crop in visual.crops}
    black = 1  # the short video is filled up
    assert len(seen) == len(crops) + black
    asked = len(described)
    described.clear()
    list(pipeline.answers(reversed(items), batch_size=64))
    assert asked
    assert not described


def test_items_are_read_on_demand(make_pipeline, items):
    taken = []

    def source():
        for item in items:
            taken.append(item)
            yield item

    answers = make_pipeline().answers(source(), batch_size=4)
    assert not taken
    next(answers)
    assert len(taken) == 4
    assert len(list(answers)) == len(items) - 1
    assert not list(make_pipeline().answers([]))


def fail_above(pipeline, monkeypatch, rows):
    """Let the LLM run out of memory whenever it reads more than ``rows`` prompts."""
    forward = pipeline.bundle.model.language_model.forward

    def limited(*args, **kwargs):
        first = kwargs.get("input_ids", kwargs.get("inputs_embeds"))
        if len(first) > rows:
            raise torch.OutOfMemoryError("out of memory")
        return forward(*args, **kwargs)

    monkeypatch.setattr(pipeline.bundle.model.language_model, "forward", limited)


def test_where_memory_runs_out_the_batch_is_halved_permanently(make_pipeline, items, monkeypatch):
    pipeline = make_pipeline("none")
    items = [item for item in items if not item[1].options and item[1].task is not Task.CHANGE]
    expected = [pipeline.answer(*item[:2]).text for item in items]
    fail_above(pipeline, monkeypatch, rows=3)
    sizes = []
    answers = list(pipeline.answers(items, batch_size=16, on_smaller=sizes.append))
    assert [answer.text for answer in answers] == expected
    assert sizes[-1] <= 4
    assert sizes == sorted(sizes, reverse=True)
    list(pipeline.answers(items, batch_size=16, on_smaller=lambda _: pytest.fail("smaller again")))


def test_a_question_that_does_not_fit_alone_is_an_error(make_pipeline, items, monkeypatch):
    pipeline = make_pipeline("none")
    fail_above(pipeline, monkeypatch, rows=0)
    with pytest.raises(UniRSError) as caught:
        list(pipeline.answers(items))
    assert caught.value.code == "out_of_memory"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question(text=""), "question_empty"),
        (Question(text="road " * 5000), "question_too_long"),
        (Question(text="road?", options=("yes", "yes")), "options_invalid"),
    ],
)
def test_bad_questions_are_refused_as_by_the_pipeline(make_pipeline, images, question, code):
    with pytest.raises(UniRSError) as caught:
        list(
            make_pipeline().answers(
                [Item(images.single(), Question(text="road?")), Item(images.single(), question)]
            )
        )
    assert caught.value.code == code


@pytest.fixture(scope="module")
def world_items():
    """What the bundled model was made for."""
    from unirs.inputs import Crop

    items = []
    for index in range(3):
        one, two = scene(seed_for("test", index), 128), pair(seed_for("test", index), 128)
        visual = VisualInput.single(Crop(one.image))
        both = VisualInput.pair(Crop(two.before), Crop(two.after))
        items += [Item(visual, Question(text=asked.question)) for asked in one.questions[:4]]
        items += [
            Item(both, Question(Task.CHANGE)),
            Item(visual, Question(Task.CAPTION, clue=False)),
        ]
    clip = video(seed_for("test", 0), 128, 8)
    frames = VisualInput.video([Crop(frame) for frame in clip.frames])
    return [*items, Item(frames, Question(Task.CLASSIFY, options=EVENTS))]


def test_the_bundled_model_answers_the_same_in_batches(world_items):
    pipeline = load_pipeline(device="cpu", precision="float32")
    expected = [pipeline.answer(*item[:2]) for item in world_items]
    answers = list(pipeline.answers(world_items, batch_size=16))
    assert all(same(*both) for both in zip(answers, expected, strict=True))


def test_a_stop_ends_a_batch_with_what_was_found_until_then(make_pipeline, images):
    """The answers of the batch at hand come back; the next batch is not begun."""
    pipeline = make_pipeline("none")
    asked = [
        Item(images.single(seed), Question(text="road?", max_new_tokens=12)) for seed in range(6)
    ]
    whole = [answer.text for answer in pipeline.answers(asked, batch_size=3)]
    forwards = []
    handle = pipeline.bundle.model.language_model.register_forward_hook(
        lambda *_: forwards.append(1)
    )
    answers = list(pipeline.answers(asked, batch_size=3, stop=lambda: len(forwards) > 5))
    handle.remove()
    assert len(answers) == 3
    assert all(answer.stopped and answer.text for answer in answers)
    for answer, text in zip(answers, whole[:3], strict=True):
        assert text.startswith(answer.text)
    assert [answer.text for answer in pipeline.answers(asked)] == whole


@pytest.mark.parametrize("arrangement", [("second", "unirs"), ("adapter", "unirs")])
def test_a_batch_pauses_for_another_answer_at_every_step(make_pipeline, items, arrangement):
    """In the middle of images, clues, prompts and tokens; neither notices the other."""
    pipeline = make_pipeline(*arrangement)
    expected = [pipeline.answer(*item[:2]) for item in items]
    pipeline.forget()
    busy, between, stages = [], [], []

    def stop():
        if not busy:  # the question that goes first has no other before it
            busy.append(1)
            pipeline.forget()  # the worst that it can do: all caches are its own
            other = len(between) % len(items)
            between.append((other, pipeline.answer(*items[other][:2])))
            busy.clear()
        return False

    paused = [item._replace(stop=stop, on_stage=stages.append) for item in items[:6]]
    answers = list(pipeline.answers(paused, batch_size=8))
    assert {"vision", "clue", "prefill", "decode", "score"} == set(stages)
    assert len(between) > 60
    assert all(same(*both) for both in zip(answers, expected, strict=False))
    assert all(same(answer, expected[other]) for other, answer in between)


def test_a_lone_answer_pauses_for_another_about_the_same_image(make_pipeline, images):
    """What the model has read of the image is kept for follow-ups, but not while it is in use."""
    pipeline, visual = make_pipeline("none"), images.single(1)
    long, short = (Question(text=text, max_new_tokens=12) for text in TEXTS[:2])
    expected = [pipeline.answer(visual, question).text for question in (long, short)]
    between = []

    def stop():
        between.append(pipeline.answer(visual, short).text)
        return False

    assert pipeline.answer(visual, long, stop=stop).text == expected[0]
    assert len(between) > 2
    assert set(between) == {expected[1]}


def test_no_piece_of_text_comes_twice_when_a_batch_starts_again(make_pipeline, images, monkeypatch):
    pipeline = make_pipeline("none")
    received = [[] for _ in range(4)]
    question = Question(text="road?", max_new_tokens=12)
    items = [Item(images.single(n), question, received[n].append) for n in range(4)]
    forward, failed = pipeline.bundle.model.language_model.forward, []

    def fail_once(*args, **kwargs):
        if any(received) and not failed:
            failed.append(["".join(pieces) for pieces in received])
            raise torch.OutOfMemoryError("out of memory")
        return forward(*args, **kwargs)

    monkeypatch.setattr(pipeline.bundle.model.language_model, "forward", fail_once)
    answers = list(pipeline.answers(items))
    assert failed
    assert ["".join(pieces) for pieces in received] == [answer.text for answer in answers]


def test_the_batch_is_as_large_as_free_memory_allows(pipeline, monkeypatch):
    row = pipeline._row_bytes
    for free, size in ((0, 1), (10 * row, 5), (10**12, 32)):
        monkeypatch.setattr("unirs.engines.unirs.pipeline.free_memory", lambda _, free=free: free)
        assert pipeline.batch_size == size
