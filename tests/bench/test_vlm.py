from tests.models.vlm import make_tiny_vlm
from unirs.bench.vlm import compare_vlm, write_random_vlm
from unirs.engines.transformers import load_transformers_engine
from unirs.model.vlm_folder import read_vlm_folder

QUESTIONS = ("Is there water?", "Are there houses?", "What is in the north?")


def test_both_ways_answer_the_same_and_their_times_are_compared(tmp_path):
    engine = load_transformers_engine(
        make_tiny_vlm(tmp_path / "tiny", "idefics3"), "cpu", "float32"
    )
    figures = compare_vlm(engine, QUESTIONS)
    assert figures.vlm_same_answers
    assert figures.vlm_questions == len(QUESTIONS)
    assert figures.vlm_shared_speedup > 0
    assert set(figures.to_json()) >= {"vlm_shared_seconds", "vlm_generate_seconds"}


def test_the_random_model_has_the_shape_of_a_published_one(tmp_path):
    folder = read_vlm_folder(write_random_vlm(tmp_path / "random", QUESTIONS))
    assert 190e6 < folder.parameters < 230e6
