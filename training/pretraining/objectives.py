"""The two objectives: what of a window is shown, what is asked for, and how a model is judged.

Knows Hugging Face models and ids; knows no optimizer. Losses are natural logarithms per asked token; validation is bits
per byte of the asked tokens' text, which may be compared across vocabularies.
"""

import math
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import PreTrainedModel

from precision import has_bfloat16
from windows import BOS, FIRST_ORDINARY, MASK, PAD, word_edges

IGNORED = -100
VALID_RATES = (0.15, 0.5, 0.85)
VALID_BATCH = 16


class Lengths:
    """Lengths that windows are cut into, each with its share of the batches."""

    def __init__(self, shares: dict[str | int, float], longest: int) -> None:
        self.lengths = [int(length) for length in shares]
        # Else a window would be joined from pieces of two.
        assert all(longest % length == 0 for length in self.lengths), f"{self.lengths} must divide {longest}."
        self.shares = np.array(list(shares.values())) / sum(shares.values())

    def draw(self, random: np.random.Generator) -> int:
        return int(random.choice(self.lengths, p=self.shares))


class Causal:
    """Each token from those before it. Every window begins with `<|bos|>`, as every text will.

    Windows are cut shorter in some batches, by `lengths`, {length: share}, where there are any.
    """

    needs_bos = True
    spare = 1

    def __init__(self, settings: dict) -> None:
        self.lengths = Lengths(settings.get("lengths", {settings["length"]: 1}), settings["length"])

    def batch(self, windows: np.ndarray, step: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        ids, length = torch.from_numpy(windows), self.lengths.draw(np.random.default_rng([seed, step]))
        inputs, targets = ids[:, :-1].reshape(-1, length).clone(), ids[:, 1:].reshape(-1, length).clone()
        inputs[:, 0] = BOS
        targets[targets == BOS] = IGNORED
        return inputs, targets

    def passages(self, passages: list[list[int]]) -> dict[str, list[tuple[list[int], list[int]]]]:
        return {"all": [([BOS, *ids[:-1]], ids) for ids in passages]}

    @staticmethod
    def logits(model: PreTrainedModel, inputs, asked, attention_mask=None) -> torch.Tensor:
        """(asked positions, V); `asked` are places in the flattened inputs."""
        hidden = model.model(input_ids=inputs, attention_mask=attention_mask, use_cache=False)[0]
        hidden = hidden.reshape(-1, hidden.shape[-1])[asked]
        # The causal ModernBERT has a head before its last layer; Llama and OLMo 2 have none.
        if hasattr(model, "decoder"):
            return model.decoder(model.lm_head(hidden))
        return model.lm_head(hidden)


class Masked:
    """Masked tokens from all others, with no frame around a text.

    The mask rate of a window is uniform; its bounds move linearly between the points of `rates`, [step, lower, upper], and
    stay at the last. Windows are cut shorter in some batches, by `lengths`, {length: share}. `wordShare` of the windows have
    whole words masked, as texts have that people fill.
    """

    needs_bos = False
    spare = 0

    def __init__(self, settings: dict) -> None:
        self.steps, self.lower, self.upper = zip(*settings["rates"])
        self.lengths = Lengths(settings["lengths"], settings["length"])
        self.word_share = settings.get("wordShare", 0)
        self.edges = word_edges(Path(settings["encoded"]))

    def batch(self, windows: np.ndarray, step: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        random = np.random.default_rng([seed, step])
        length = self.lengths.draw(random)
        ids = windows.reshape(-1, length)
        words = word_numbers(ids, self.edges)
        by_word = random.random(len(ids)) < self.word_share
        units = np.where(by_word[:, None], words, np.arange(length))
        return mask(ids, units, self.rate_bounds(step), random)

    def rate_bounds(self, step: int) -> tuple[float, float]:
        return float(np.interp(step, self.steps, self.lower)), float(np.interp(step, self.steps, self.upper))

    def passages(self, passages: list[list[int]]) -> dict[str, list[tuple[list[int], list[int]]]]:
        told = {}
        for rate in VALID_RATES:
            told[str(rate)] = []
            for index, ids in enumerate(passages):
                units = np.arange(len(ids))[None]
                inputs, targets = mask(np.asarray([ids]), units, (rate, rate), np.random.default_rng([index]))
                told[str(rate)].append((inputs[0].tolist(), targets[0].tolist()))
        return told

    @staticmethod
    def logits(model: PreTrainedModel, inputs, asked, attention_mask=None) -> torch.Tensor:
        """As of `Causal`."""
        hidden = model.model(input_ids=inputs, attention_mask=attention_mask)[0]
        return model.decoder(model.head(hidden.reshape(-1, hidden.shape[-1])[asked]))


def mask(
    ids: np.ndarray, units: np.ndarray, bounds: tuple[float, float], random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Masks max(1, round(rate × ordinary tokens)) of each row, unit after unit in a random order; of the last, as many of
    its first tokens as are left. `units` (rows, T) has the number of each token's unit in its row. A row's rate is uniform
    within bounds, one of as many equal parts of them as there are rows."""
    count = len(ids)
    rates = bounds[0] + (bounds[1] - bounds[0]) * (random.permutation(count) + random.random(count)) / count
    keys = np.take_along_axis(random.random(ids.shape), units, axis=1)
    keys = np.where(ids < FIRST_ORDINARY, 2.0, keys)
    ordinary = (ids >= FIRST_ORDINARY).sum(axis=1)
    opened = np.minimum(ordinary, np.maximum(1, np.round(rates * ordinary))).astype(int)
    is_open = keys.argsort(axis=1, kind="stable").argsort(axis=1) < opened[:, None]
    inputs, targets = torch.from_numpy(ids), torch.from_numpy(is_open)
    return torch.where(targets, MASK, inputs), torch.where(targets, inputs, IGNORED)


def word_numbers(ids: np.ndarray, edges: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(rows, T) number of each token's word in its row; what stands between words counts as one."""
    begins, ends = edges
    is_first = begins[ids]
    is_first[:, 1:] |= ends[ids[:, :-1]]
    is_first[:, 0] = True
    return is_first.cumsum(axis=1) - 1


def autocast(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device.type))


def loss(objective, model: PreTrainedModel, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean over windows of −log p per asked token: each mask rate weighs the same, as in the bound of a masked diffusion
    (1 / t times the sum of a window whose rate is t)."""
    flat = targets.reshape(-1)
    is_asked = targets != IGNORED
    asked = is_asked.reshape(-1).nonzero().squeeze(1)
    counts = is_asked.sum(dim=1)
    with autocast(inputs.device):
        logits = objective.logits(model, inputs, asked)
    losses = functional.cross_entropy(logits.float(), flat[asked], reduction="none")
    return (losses / counts[asked // targets.shape[1]]).sum() / len(counts)


@torch.no_grad()
def bits_per_byte(objective, model: PreTrainedModel, passages: dict, sizes: np.ndarray) -> dict[str, dict[str, float]]:
    """By case of the objective and source, `mean` being over sources."""
    device = next(model.parameters()).device
    model.eval()
    told: dict[str, dict[str, float]] = {}
    for source, ids in passages.items():
        for case, items in objective.passages(ids).items():
            batches = (items[at : at + VALID_BATCH] for at in range(0, len(items), VALID_BATCH))
            nats = sum(batch_nats(objective, model, batch, device) for batch in batches)
            size = sum(sizes[token] for _, targets in items for token in targets if token != IGNORED)
            told.setdefault(case, {})[source] = round(nats / math.log(2) / int(size), 4)
    for sources in told.values():
        sources["mean"] = round(sum(sources.values()) / len(sources), 4)
    model.train()
    return told


def batch_nats(objective, model: PreTrainedModel, items: list, device: torch.device) -> float:
    """Sum of −log p over the asked tokens of passages, shorter ones padded."""
    length = max(len(inputs) for inputs, _ in items)
    inputs = torch.tensor([[*row, *[PAD] * (length - len(row))] for row, _ in items], device=device)
    targets = torch.tensor([[*row, *[IGNORED] * (length - len(row))] for _, row in items], device=device)
    asked = (targets.reshape(-1) != IGNORED).nonzero().squeeze(1)
    with autocast(device):
        logits = objective.logits(model, inputs, asked, (inputs != PAD).long())
    return functional.cross_entropy(logits.float(), targets.reshape(-1)[asked], reduction="sum").item()


OBJECTIVES = {"causal": Causal, "masked": Masked}
