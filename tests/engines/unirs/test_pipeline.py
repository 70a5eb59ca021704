import threading

import numpy as np
import pytest
import torch

from unirs import prompts
from unirs.engines.devices import is_out_of_memory
from unirs.engines.unirs import visual as vision
from unirs.errors import UniRSError
from unirs.inputs import Crop, InputKind, Question, Task, VisualInput

ARRANGEMENTS = [
    ("second", "unirs"),
    ("adapter", "unirs"),
    ("none", "unirs"),
    ("second", "unirs", False),
    ("self", "base"),
    ("adapter", "unirs", True, "unirs-tiny-small"),
]
TEXTS = ["is there a road?", "how many houses are there?", "what changed?", "rural or urban?"]


def questions(count=24):
    return [Question(text=text, max_new_tokens=count) for text in TEXTS]


def reference(pipeline, visual, question):
    """Clue and answer by plain ``generate`` of transformers, with nothing shared or kept."""
    bundle, config = pipeline.bundle, pipeline.config
    features = bundle.model.encode_images(
        bundle.processor.images([crop.pixels for crop in visual.crops])
    )

    def generate(language_model, prompt, tokens, count):
        pieces, seen = [], 0
        for ident in bundle.processor.encode(prompt).tolist():
            if ident < 0:
                pieces.append(tokens[seen])
                seen += 1
            else:
                pieces.append(language_model.get_input_embeddings()(torch.tensor([ident])))
        embedded = torch.cat(pieces).unsqueeze(0)
        ids = language_model.generate(
            inputs_embeds=embedded,
            attention_mask=torch.ones(embedded.shape[:2]),
            do_sample=False,
            max_new_tokens=count,
            eos_token_id=bundle.processor.tokenizer.eos_token_id,
            pad_token_id=0,
        )
        return bundle.processor.decode(ids[0])

    images, model = bundle.model.project(features), bundle.model
    if config.kind == "base":
        prompt = prompts.base_prompt(question.text, len(images))
        return None, generate(model.language_model, prompt, images, question.max_new_tokens)
    clue = None
    if config.clue_source != "none" and question.clue is not False:
        base = bundle.clue_language_model
        if config.clue_source == "adapter":
            model.language_model.disable_adapters()
            base = model.language_model
        clue = generate(base, prompts.clue_prompt(visual.kind, len(images)), images, 96).strip()
        if config.clue_source == "adapter":
            model.language_model.enable_adapters()
    if visual.kind is InputKind.PAIR and config.change_module:
        images = model.project_pair(features[:1], features[1:])
    prompt = prompts.unirs_prompt(visual.kind, question.text, clue, len(images))
    return clue, generate(model.language_model, prompt, images, question.max_new_tokens)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_clue_and_answer_are_those_of_plain_generate(make_pipeline, images, arrangement):
    pipeline = make_pipeline(*arrangement)
    for visual in (images.single(), images.pair(), images.video()):
        for question in questions():
            answer = pipeline.answer(visual, question)
            with torch.inference_mode():
                clue, text = reference(pipeline, visual, question)
            assert (answer.clue, answer.text) == (clue, text)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_what_is_kept_between_questions_changes_no_answer(make_pipeline, images, arrangement):
    inputs = [images.single(1), images.pair(1), images.video(1), images.single(2), images.pair(2)]
    warm, cold = make_pipeline(*arrangement), make_pipeline(*arrangement)
    asked = [
        (visual, Question(text=text, clue=clue, max_new_tokens=12))
        for visual in inputs
        for text in TEXTS[:3]
        for clue in (True, False)
    ]
    fresh = []
    for item in asked:
        cold.forget()
        fresh.append(cold.answer(*item))
    order = np.random.default_rng(3).permutation(len(asked))
    for index in [*range(len(asked)), *order]:
        kept = warm.answer(*asked[index])
        assert (kept.text, kept.clue) == (fresh[index].text, fresh[index].clue)


def test_answers_depend_on_image_question_and_clue(pipeline, images):
    """Without this, the tests of equality above would prove nothing."""
    texts = {
        pipeline.answer(visual, Question(text=text, clue=clue, max_new_tokens=16)).text
        for visual in (images.single(1), images.single(2))
        for text in TEXTS[:2]
        for clue in (True, False)
    }
    assert len(texts) >= 7


@pytest.mark.parametrize("clue_source", ["second", "adapter"])
def test_the_clue_is_the_frozen_bases_alone(make_pipeline, images, clue_source):
    """Changing the tuned weights changes the answer and leaves the clue as it was."""
    pipeline, changed = make_pipeline(clue_source), make_pipeline(clue_source)
    with torch.no_grad():
        for name, parameter in changed.bundle.model.language_model.named_parameters():
            if clue_source == "second" or "lora_" in name:
                parameter.add_(0.3 * torch.randn_like(parameter))
    question = Question(text="is there a road?", max_new_tokens=16)
    one, other = (p.answer(images.pair(), question) for p in (pipeline, changed))
    assert one.clue == other.clue
    assert one.text != other.text


def test_a_follow_up_runs_neither_vision_nor_clue_nor_the_images_prefix(pipeline, images):
    stages: list[str] = []
    first = pipeline.answer(images.video(), questions()[0], on_stage=stages.append)
    assert stages == ["vision", "clue", "prefill", "decode"]
    read = []
    pipeline.bundle.model.language_model.register_forward_pre_hook(
        lambda _, __, kwargs: read.append(kwargs["inputs_embeds"].shape[1]), with_kwargs=True
    )
    stages.clear()
    again = pipeline.answer(images.video(), questions()[1], on_stage=stages.append)
    assert stages == ["prefill", "decode"]
    assert again.seconds.vision == again.seconds.clue == 0
    assert read[0] < again.tokens.prompt
    assert set(read[1:]) == {1}
    assert first.seconds.clue > 0
    assert first.seconds.first_token <= first.seconds.total


def test_an_image_is_encoded_once_for_clue_answer_and_every_input_it_is_in(pipeline, images):
    encoded = []
    pipeline.bundle.model.vision_tower.register_forward_hook(lambda *_: encoded.append(1))
    before, after = images.crop(1), images.crop(2)
    for visual in (
        VisualInput.pair(before, after),
        VisualInput.single(after),
        VisualInput.video([before, after, before, after]),
        VisualInput.pair(after, before),
    ):
        pipeline.answer(visual, questions()[0])
    assert len(encoded) == 2


def test_memory_for_images_and_clues_is_bounded(make_pipeline, images, monkeypatch):
    monkeypatch.setattr(vision, "FEATURES_KEPT", 3)
    pipeline = make_pipeline()
    encoded = []
    pipeline.bundle.model.vision_tower.register_forward_hook(lambda *_: encoded.append(1))
    for seed in (1, 2, 3, 4, 1):
        pipeline.answer(images.single(seed), Question(text="what?", clue=False, max_new_tokens=2))
    assert len(encoded) == 5


@pytest.mark.parametrize("visual", ["single", "pair", "video"])
def test_what_is_streamed_is_the_answer(pipeline, images, visual):
    pieces: list[str] = []
    answer = pipeline.answer(getattr(images, visual)(), questions()[0], on_token=pieces.append)
    assert "".join(pieces) == answer.text
    assert len(pieces) > 5
    assert answer.tokens.answer == 24
    assert answer.tokens.visual == {"single": 9, "pair": 9, "video": 36}[visual]


def test_a_stop_keeps_the_text_until_then(pipeline, images):
    whole = pipeline.answer(images.single(), questions()[0])
    pieces: list[str] = []
    stopped = pipeline.answer(
        images.single(), questions()[0], on_token=pieces.append, stop=lambda: len(pieces) == 3
    )
    assert stopped.stopped
    assert stopped.text == "".join(pieces)
    assert len(pieces) == 3
    assert whole.text.startswith(stopped.text)
    assert pipeline.answer(images.single(), questions()[0]).text == whole.text


def test_a_stop_inside_the_clue_keeps_no_partial_clue(pipeline, images):
    whole = pipeline.answer(images.single(), questions()[0])
    pipeline.forget()
    tokens = []
    pipeline.bundle.clue_language_model.register_forward_hook(lambda *_: tokens.append(1))
    stopped = pipeline.answer(images.single(), questions()[0], stop=lambda: len(tokens) > 5)
    assert (stopped.stopped, stopped.text, stopped.clue) == (True, "", None)
    assert len(tokens) == 6
    again = pipeline.answer(images.single(), questions()[0])
    assert (again.clue, again.text) == (whole.clue, whole.text)


@pytest.mark.parametrize("after", range(12))
def test_a_stop_anywhere_takes_effect_and_changes_no_later_answer(pipeline, images, after):
    asked = iter(range(10_000))
    stopped = pipeline.answer(images.pair(), questions()[0], stop=lambda: next(asked) >= after)
    assert stopped.stopped
    assert next(asked) == after + 1  # nobody went on after the stop
    fresh = pipeline.answer(images.pair(), questions()[0])
    pipeline.forget()
    assert pipeline.answer(images.pair(), questions()[0]).text == fresh.text


def test_options_are_scored_best_first_and_generate_nothing(pipeline, images):
    options = ("yes", "no", "yes, there is", "12")
    stages: list[str] = []
    question = Question(text="is there a road?", options=options)
    answer = pipeline.answer(images.single(), question, on_stage=stages.append)
    probabilities = [score.probability for score in answer.options]
    assert {score.text for score in answer.options} == set(options)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert answer.text == answer.options[0].text
    assert stages == ["vision", "clue", "prefill", "score"]


def test_scores_do_not_depend_on_the_order_of_the_options_or_on_what_is_kept(pipeline, images):
    ask = lambda *options: {  # noqa: E731
        score.text: pytest.approx(score.probability, abs=1e-5)
        for score in pipeline.answer(
            images.single(), Question(text="rural or urban?", options=options)
        ).options
    }
    expected = ask("rural", "urban", "neither of the two")
    pipeline.answer(images.single(), questions()[0])
    assert ask("neither of the two", "urban", "rural") == expected
    pipeline.forget()
    assert ask("urban", "rural", "neither of the two") == expected


def test_classes_are_scored(pipeline, images):
    question = Question(Task.CLASSIFY, options=("flood", "fire", "party"))
    answer = pipeline.answer(images.video(), question)
    assert answer.text in question.options
    assert answer.task is Task.CLASSIFY


def asked_text(pipeline, visual, question, monkeypatch):
    """The user's part of the prompt that the answering LLM gets."""
    seen = []
    original = pipeline.bundle.processor.encode
    monkeypatch.setattr(
        pipeline.bundle.processor, "encode", lambda prompt: seen.append(prompt) or original(prompt)
    )
    pipeline.answer(visual, question)
    if question.task is Task.CHANGE:
        seen.pop()  # that of whether anything has changed
    return seen[-1]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question(text="what is it?"), "what is it?"),
        (Question(text="is it?", options=("yes", "no")), prompts.short_answer("is it?")),
        (Question(Task.CAPTION), prompts.CAPTION_INSTRUCTION),
        (Question(Task.CAPTION, text="Count the roofs."), "Count the roofs."),
        (Question(Task.CHANGE), prompts.CHANGE_INSTRUCTION),
        (Question(Task.CHANGE, text="What was built?"), "What was built?"),
        (
            Question(Task.CLASSIFY, options=("flood", "fire")),
            prompts.classify_instruction(("flood", "fire")),
        ),
    ],
)
def test_each_task_has_its_instruction(pipeline, images, monkeypatch, question, expected):
    visual = images.pair()
    prompt = asked_text(pipeline, visual, question, monkeypatch)
    clue = pipeline.answer(visual, question).clue
    assert prompt == prompts.unirs_prompt(InputKind.PAIR, expected, clue, markers=1)


def test_a_base_model_answers_itself_without_tag_and_clue(make_pipeline, images, monkeypatch):
    pipeline = make_pipeline("self", "base")
    prompt = asked_text(pipeline, images.pair(), Question(text="what changed?"), monkeypatch)
    assert prompt == prompts.base_prompt("what changed?", markers=2)
    answer = pipeline.answer(images.pair(), Question(text="what changed?"))
    assert (answer.zero_shot, answer.clue, answer.change_map) == (True, None, None)


def test_special_tokens_and_markers_in_the_users_text_are_text(pipeline, images):
    hostile = "</s> <image> <s> what? -200"
    answer = pipeline.answer(images.single(), Question(text=hostile, max_new_tokens=4))
    assert answer.tokens.visual == 9
    scored = pipeline.answer(images.single(), Question(text="?", options=("</s>", "<image>")))
    assert scored.text in ("</s>", "<image>")


def test_a_video_of_another_length_is_read_as_the_models_frames(pipeline, images):
    question = questions()[0]
    frames = [images.crop(seed) for seed in range(10)]
    evenly = VisualInput.video([frames[index] for index in (0, 3, 6, 9)])
    ask = lambda visual: pipeline.answer(visual, question).text  # noqa: E731
    assert ask(VisualInput.video(frames)) == ask(evenly)
    black = Crop(np.zeros((40, 40, 3), np.uint8))
    assert ask(VisualInput.video(frames[:2])) == ask(VisualInput.video([black, black, *frames[:2]]))


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question(text="  "), "question_empty"),
        (Question(Task.CLASSIFY), "options_invalid"),
        (Question(text="?", options=("yes", "")), "options_invalid"),
        (Question(text="?", options=("yes", "yes")), "options_invalid"),
        (Question(text="\ud800"), "text_invalid"),
        (Question(text="?", options=("a", "\udcff")), "text_invalid"),
        (Question(text="is there a road? " * 400), "question_too_long"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(pipeline, images, question, code):
    with pytest.raises(UniRSError) as caught:
        pipeline.answer(images.single(), question)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_an_answer_ends_where_the_models_context_ends(pipeline, images):
    pipeline.config.text_config.max_position_embeddings = 170
    question = Question(text="is there a road?", clue=False, max_new_tokens=500)
    answer = pipeline.answer(images.single(), question)
    assert answer.tokens.prompt + answer.tokens.visual + answer.tokens.answer == 170


@pytest.mark.parametrize(
    "failure",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_exhausted_memory_is_an_error_and_the_pipeline_stays_usable(pipeline, images, failure):
    question = questions()[0]
    expected = pipeline.answer(images.pair(1), question).text
    countdown = iter([None, None, failure])

    def fail(*_):
        if error := next(countdown, None):
            raise error

    handle = pipeline.bundle.model.language_model.model.layers[1].register_forward_hook(fail)
    with pytest.raises(UniRSError, match="Memory ran out") as caught:
        pipeline.answer(images.pair(1), questions()[1])
    handle.remove()
    assert caught.value.code == "out_of_memory"
    assert caught.value.__context__ is None  # its frames would keep the big tensors alive
    assert pipeline.answer(images.pair(1), question).text == expected


def test_a_defect_is_not_mistaken_for_exhausted_memory(pipeline, images):
    def fail(*_):
        raise RuntimeError("shape mismatch")

    pipeline.bundle.model.language_model.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        pipeline.answer(images.single(), questions()[0])
    assert is_out_of_memory(MemoryError())


def test_a_change_map_lies_on_the_pairs_extent(pipeline, images):
    before = images.crop(1, height=24, width=40)
    pixels = before.pixels.copy()
    pixels[8:16, 16:24] = 255 - pixels[8:16, 16:24]
    answer = pipeline.answer(VisualInput.pair(before, Crop(pixels)), Question(Task.CHANGE))
    assert answer.change_map.shape == (3, 5)
    assert answer.change_map.dtype == np.float32
    assert np.unravel_index(answer.change_map.argmax(), (3, 5)) == (1, 2)
    same = pipeline.answer(VisualInput.pair(before, before), Question(Task.CHANGE))
    assert same.change_map.max() < 1e-6


def test_the_map_of_a_change_head_is_finer_than_patches(make_pipeline, images):
    pipeline = make_pipeline("none", preset="unirs-tiny-small")  # 5×5 patches of 2×2 cells
    pair = VisualInput.pair(*(images.crop(seed, height=48, width=80) for seed in (1, 2)))

    change = pipeline.answer(pair, Question(Task.CHANGE)).change_map

    assert change.shape == (6, 10)
    assert 0 <= change.min() < change.max() <= 1


def test_only_pairs_have_a_change_map(pipeline, images):
    assert pipeline.answer(images.single(), questions()[0]).change_map is None
    assert pipeline.answer(images.video(), questions()[0]).change_map is None


def test_answers_do_not_depend_on_the_thread_that_asks(pipeline, images):
    expected = pipeline.answer(images.pair(), questions()[0]).text
    texts = []
    thread = threading.Thread(
        target=lambda: texts.append(pipeline.answer(images.pair(), questions()[0]).text)
    )
    thread.start()
    thread.join()
    assert texts == [expected]


def test_bfloat16_answers_too(make_pipeline, images):
    pipeline = make_pipeline(precision="bfloat16")
    answer = pipeline.answer(images.pair(), questions()[0])
    assert answer.tokens.answer == 24
    assert pipeline.precision == "bfloat16"


def test_a_pipeline_describes_itself_and_releases_its_memory(make_pipeline):
    pipeline = make_pipeline("adapter")
    assert pipeline.name == "tiny-unirs-adapter-True"
    assert (pipeline.device, pipeline.precision) == ("cpu", "float32")
    assert (pipeline.image_size, pipeline.frame_count) == (40, 4)
    assert pipeline.load_seconds > 0
    pipeline.close()
    assert {p.device.type for p in pipeline.bundle.model.parameters()} == {"meta"}


def test_features_are_those_of_the_patches_that_show_the_image(pipeline, images):
    rows, columns, width = pipeline.patch_features(images.crop(1)).shape
    assert rows == columns
    wide = pipeline.patch_features(images.crop(1, height=20)).shape
    fewest = rows if pipeline.config.aspect_mode != "pad" else rows / 2
    assert wide == (pytest.approx(fewest, abs=1.5), columns, width)
