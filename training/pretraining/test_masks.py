"""Which tokens are masked: by the rate, alone or as words."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

HERE = Path(__file__).parent
BUNDLED = HERE.parents[1] / "models" / "bundled"
sys.path.insert(0, str(HERE))

from objectives import IGNORED, Masked, mask, word_numbers  # noqa: E402
from windows import EOS, MASK, word_edges  # noqa: E402


def by_token(ids: np.ndarray) -> np.ndarray:
    return np.broadcast_to(np.arange(ids.shape[1]), ids.shape)


def test_masks_as_many_ordinary_tokens_as_the_rate_says():
    ids = np.random.default_rng(1).integers(4, 99, (8, 40))
    ids[:, 7] = EOS
    inputs, targets = mask(ids, by_token(ids), (0.5, 0.5), np.random.default_rng(2))
    assert ((inputs == MASK) == (targets != IGNORED)).all()
    assert ((inputs == MASK).sum(1) == round(0.5 * 39)).all()
    assert (inputs[:, 7] == EOS).all()


def test_masks_words_whole_but_the_last():
    edges = word_edges(BUNDLED)
    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    text = 'She said, "It\'s unfathomable.\nThe astonished" archaeologists left.'
    ids = np.asarray([tokenizer.encode(text, add_special_tokens=False).ids])
    numbers = word_numbers(ids, edges)
    words = ["".join(tokenizer.decode([token]) for token in ids[0][numbers[0] == n]) for n in range(numbers.max() + 1)]
    assert words[:3] == ["She", " said", ","]
    assert {" unfathomable", " archaeologists", " astonished", "The"} <= set(words)
    rows = np.repeat(ids, 50, axis=0)
    _, targets = mask(rows, np.repeat(numbers, 50, axis=0), (0.3, 0.7), np.random.default_rng(3))
    cuts = cut_words(targets.numpy(), numbers)
    assert max(cuts) == 1 and 0 < sum(cuts)
    # Of a word that is cut, the first tokens are masked.
    is_open = targets.numpy() != IGNORED
    is_within = numbers[0, 1:] == numbers[0, :-1]
    assert not (is_open[:, 1:] & ~is_open[:, :-1] & is_within).any()


def cut_words(targets: np.ndarray, numbers: np.ndarray) -> list[int]:
    """How many words of each row are masked in part."""
    return [
        sum(len(set(row[of == number] == IGNORED)) - 1 for number in range(of.max() + 1))
        for row, of in zip(targets, np.broadcast_to(numbers, targets.shape))
    ]


@pytest.mark.parametrize("share, least, most", [(0, 0, 0), (0.5, 19, 41), (1, 60, 60)])
def test_masks_words_in_the_share_of_windows_that_is_asked_for(share, least, most):
    settings = {"rates": [[0, 0.3, 0.7]], "length": 64, "lengths": {"64": 1}}
    objective = Masked({**settings, "wordShare": share, "encoded": BUNDLED})
    ids = np.random.default_rng(1).integers(4, 4096, (60, 64))
    _, targets = objective.batch(ids, 0, 5)
    cuts = cut_words(targets.numpy(), word_numbers(ids, objective.edges))
    # By tokens, several words of a window are cut.
    by_word = sum(count <= 1 for count in cuts)
    assert least <= by_word <= most
