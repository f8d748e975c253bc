"""Windows of an encoded corpus in a seeded order: the same for the same seed, at any place, on any machine.

Knows token ids and the mix; knows no objective. An epoch joins the documents of the mix in a shuffled order, `<|eos|>`
after each, cuts them into windows, and shuffles these too, so that neighbours in a batch are of different documents.
"""

import json
import math
from pathlib import Path

import numpy as np

PAD, BOS, EOS, MASK = 0, 1, 2, 3
FIRST_ORDINARY = 4


class Windows:
    """Windows of `length` ids, `[bos] document [eos]` one after another where `bos` is asked for."""

    def __init__(self, folder: Path, mix: dict[str, float], *, length: int, seed: int, bos: bool) -> None:
        self.sources = {name: (np.load(folder / f"{name}.npy"), np.load(folder / f"{name}.starts.npy")) for name in mix}
        self.mix, self.length, self.seed, self.bos = mix, length, seed, bos
        self.epoch = -1

    def take(self, place: dict, count: int) -> np.ndarray:
        """The next `count` windows (count, length); moves `place`, which is {"epoch", "window"}, behind them."""
        taken = []
        while len(taken) < count:
            self._open(place["epoch"])
            if place["window"] == len(self.order):
                place.update(epoch=place["epoch"] + 1, window=0)
                continue
            start = self.order[place["window"]] * self.length
            taken.append(self.stream[start : start + self.length])
            place["window"] += 1
        return np.stack(taken).astype(np.int64)

    def _open(self, epoch: int) -> None:
        if epoch == self.epoch:
            return
        documents = [
            (name, document)
            for index, (name, repeats) in enumerate(self.mix.items())
            for document in self._chosen(name, repeats, (index, epoch))
        ]
        order = np.random.default_rng([self.seed, epoch, 0]).permutation(len(documents))
        parts = [part for index in order for part in self._framed(*documents[index])]
        self.stream = np.concatenate(parts)
        count = len(self.stream) // self.length
        if count == 0:
            raise SystemExit(f"The corpus has {len(self.stream)} ids, fewer than the {self.length} of a window.")
        self.order = np.random.default_rng([self.seed, epoch, 1]).permutation(count)
        self.epoch = epoch

    def _chosen(self, name: str, repeats: float, key: tuple[int, int]) -> list[int]:
        """Documents of one source: whole turns, and a part that moves on from epoch to epoch until all have come."""
        index, epoch = key
        count = len(self.sources[name][1]) - 1
        whole = math.floor(repeats)
        part = round((repeats - whole) * count)
        order = np.random.default_rng([self.seed, index, 2]).permutation(count)
        return [*range(count)] * whole + list(np.take(order, range(epoch * part, (epoch + 1) * part), mode="wrap"))

    def _framed(self, name: str, document: int) -> list[np.ndarray]:
        ids, starts = self.sources[name]
        text = ids[starts[document] : starts[document + 1]]
        eos = np.asarray([EOS], np.uint16)
        return [np.asarray([BOS], np.uint16), text, eos] if self.bos else [text, eos]


def read_passages(folder: Path, length: int) -> dict[str, list[list[int]]]:
    """Validation passages of each source, at most `length` ids each."""
    passages = json.loads((folder / "valid.json").read_text())
    return {name: [ids[:length] for ids in all_ids if len(ids) > 1] for name, all_ids in passages.items()}


def word_edges(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """(V) whether a word begins with each id, whatever is before it, and (V) whether one begins after it, whatever that is:
    because the id begins, or ends, with what is neither letter nor digit: "don't" is two words."""
    vocabulary = read_vocabulary(folder)
    begins, ends = np.ones((2, max(vocabulary.values()) + 1), bool)
    for token, index in vocabulary.items():
        if index >= FIRST_ORDINARY:
            begins[index], ends[index] = is_between(token[0]), is_between(token[-1])
    return begins, ends


def is_between(character: str) -> bool:
    """Of byte-level BPE's characters: space, line feed, tab and return are ĠĊĉč. Bytes above 127, so curly quotes and dashes
    too, are taken for letters."""
    return character in "ĠĊĉč" or character.isascii() and not character.isalnum()


def read_vocabulary(folder: Path) -> dict[str, int]:
    return json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]


def token_bytes(folder: Path) -> np.ndarray:
    """(V) bytes of text that each id stands for; 0 for the special ones."""
    vocabulary = read_vocabulary(folder)
    sizes = np.zeros(max(vocabulary.values()) + 1, np.int64)
    for token, index in vocabulary.items():
        # Byte-level BPE writes each byte as one character.
        sizes[index] = 0 if index < FIRST_ORDINARY else len(token)
    return sizes
