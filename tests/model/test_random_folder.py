import torch

from unirs.model import PRESETS, load_bundle
from unirs.model.random_folder import write_random_folder


def test_a_random_folder_is_one_that_loads_and_answers_with_its_adapter(tokenizer, tmp_path):
    config = PRESETS["unirs-tiny"]()
    config.text_config.vocab_size = 512  # larger than the tokenizer's

    write_random_folder(tmp_path / "random", config, tokenizer, rank=4)

    bundle = load_bundle(tmp_path / "random")
    ids = torch.arange(3, 20).unsqueeze(0)
    with bundle.language_model("answer") as model, torch.inference_mode():
        answer = model(input_ids=ids).logits
    with bundle.language_model("clue") as model, torch.inference_mode():
        clue = model(input_ids=ids).logits
    assert answer.isfinite().all()
    assert answer.std() > 0.1
    assert not torch.equal(answer, clue)
