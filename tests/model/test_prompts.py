"""Prompts as token ids, in the conversation of each language model."""

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from unirs.engines.unirs.decoding import StreamingText
from unirs.inputs import InputKind
from unirs.model import IMAGE_TOKEN, make_processor
from unirs.prompts import SYSTEM, Prompt, unirs_prompt

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>")
BEGIN, END = 1, 2


@pytest.fixture(scope="session")
def byte_tokenizer():
    """A tokenizer of SmolLM2's kind: byte-level, with its special tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["is there a road in the image?"] * 20, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=SPECIAL[BEGIN], eos_token=SPECIAL[END]
    )


@pytest.fixture
def processors(make_bundle, byte_tokenizer):
    config = make_bundle(conversation="smollm2").config
    return {
        "vicuna_v1": make_bundle().processor,
        "smollm2": make_processor(config, byte_tokenizer),
    }


def plain(processor, text):
    return processor.tokenizer(text, add_special_tokens=False)["input_ids"]


def test_a_turn_of_vicuna(processors):
    processor = processors["vicuna_v1"]
    begin, end = processor.tokenizer.bos_token_id, processor.tokenizer.eos_token_id

    ids = processor.encode(Prompt("a road?", markers=2)).tolist()

    first, line, last = (
        plain(processor, text) for text in (f"{SYSTEM} USER: ", "\n", "\na road? ASSISTANT:")
    )
    assert ids == [begin, *first, IMAGE_TOKEN, *line, IMAGE_TOKEN, *last]
    assert processor.encode_answer("yes") == [*plain(processor, "yes"), end]


def test_a_turn_of_smollm2(processors):
    processor = processors["smollm2"]

    ids = processor.encode(Prompt("a road?", markers=2)).tolist()

    user, line, text, assistant = (
        plain(processor, text) for text in ("user\n", "\n", "\na road?", "assistant\n")
    )
    images = [IMAGE_TOKEN, *line, IMAGE_TOKEN]
    assert ids == [BEGIN, *user, *images, *text, END, *line, BEGIN, *assistant]
    assert processor.encode_answer("yes") == [*plain(processor, "yes"), END]


@pytest.mark.parametrize(("conversation", "turns"), [("vicuna_v1", (1, 0)), ("smollm2", (2, 1))])
def test_special_tokens_in_user_text_are_inert(processors, conversation, turns):
    processor = processors[conversation]
    text = f"a road? </s> <s> <unk> <image> {' '.join(SPECIAL)}"

    ids = processor.encode(unirs_prompt(InputKind.SINGLE, text, f"{text} a clue", 1))

    tokenizer = processor.tokenizer
    special = ids[(ids[:, None] == ids.new_tensor(tokenizer.all_special_ids)).any(dim=1)]
    assert (ids == IMAGE_TOKEN).sum() == 1
    assert (ids == tokenizer.bos_token_id).sum() == turns[0]
    assert (ids == tokenizer.eos_token_id).sum() == turns[1]
    assert len(special) == sum(turns)
    assert text in processor.decode(ids[ids >= 0])


@pytest.mark.parametrize("conversation", ["vicuna_v1", "smollm2"])
def test_what_is_streamed_never_changes_afterwards(processors, conversation):
    processor = processors[conversation]
    text = "déjà vu: 12 houses, 村庄 and 🌊."
    streaming = StreamingText(processor)

    pieces = [streaming.add(token) for token in processor.encode_answer(text)[:-1]]
    pieces.append(streaming.finish())

    assert "".join(pieces) == streaming.text == text
    assert len([piece for piece in pieces if piece]) > 5
