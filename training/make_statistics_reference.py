"""Intervals, paired differences, p-values and masks of a made-up benchmark, by numpy and scipy: an oracle for tests.

Implements Philox4x32-10 and the keyed draws anew, so that both sides resample the same groups; knows nothing of the
service. Natural logarithms, float64.

Usage: python training/make_statistics_reference.py --out FILE
"""

import argparse
import hashlib
import json
import math
import random

import numpy as np
from scipy import stats

SEED = 20_260_203
RESAMPLES = 10_000
RESAMPLE_PURPOSE = 13
MASKING_PURPOSE = 12


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    items = make_items()
    groups = sorted({item["group"] for item in items})
    owners = np.array([groups.index(item["group"]) for item in items])
    picks = draw_resampling(len(groups))
    entrants = {name: figures(items, owners, picks, name) for name in ("base", "close", "worse")}
    reference = {
        "seed": str(SEED),
        "items": items,
        "cells": {name: cells(values) for name, values in entrants.items()},
        "differences": differences(entrants),
        "masks": make_masks(),
    }
    with open(arguments.out, "w", encoding="utf-8") as out:
        json.dump(reference, out, separators=(",", ":"))
        out.write("\n")


def make_items() -> list:
    """57 items of 40 groups; the entrants are correlated, as decoders on one text are."""
    draw = random.Random(20)
    items = []
    for index in range(57):
        tokens = draw.randint(1, 30)
        hardness = draw.gauss(2.0, 0.6)
        item = {
            "id": f"item-{index:02}",
            "group": f"group-{index % 40:02}",
            "open": tokens,
            "characters": 4 * tokens + draw.randint(0, 5),
        }
        for name, shift in (("base", 0.0), ("close", 0.01), ("worse", 0.3)):
            rate = max(0.1, hardness + shift + draw.gauss(0, 0.15))
            item[name] = {
                "loss": rate * tokens,
                "matches": draw.randint(0, tokens),
                "ms": draw.lognormvariate(4, 0.5),
                "ids": [draw.randint(0, 12) for _ in range(tokens)],
            }
        items.append(item)
    return items


def figures(items, owners, picks, name) -> dict:
    """Per metric: (value, value over each resample), on the scale that intervals are taken on."""
    column = lambda read: np.array([read(item) for item in items], dtype=float)
    loss = column(lambda item: item[name]["loss"])
    tokens = column(lambda item: item["open"])
    characters = column(lambda item: item["characters"])
    matches = column(lambda item: item[name]["matches"])
    entropy = column(lambda item: stats.entropy(np.unique(item[name]["ids"], return_counts=True)[1]))
    times = column(lambda item: item[name]["ms"])
    size = int(owners.max()) + 1
    members = [np.flatnonzero(owners == group) for group in range(size)]

    def ratio(numerator, denominator):
        by_group = [np.bincount(owners, weights=values, minlength=size) for values in (numerator, denominator)]
        resampled = by_group[0][picks].sum(axis=1) / by_group[1][picks].sum(axis=1)
        return numerator.sum() / denominator.sum(), resampled

    def log_quantile(percent):
        resampled = [np.percentile(times[np.concatenate([members[pick] for pick in row])], percent) for row in picks]
        return np.log(np.percentile(times, percent)), np.log(resampled)

    return {
        "PERPLEXITY": ratio(loss, tokens),
        "BITS_PER_CHARACTER": ratio(loss / math.log(2), characters),
        "TOKEN_ACCURACY": ratio(matches, tokens),
        "TOKEN_ENTROPY": ratio(entropy, np.ones_like(entropy)),
        "LATENCY_P50": log_quantile(50),
        "LATENCY_P95": log_quantile(95),
    }


LOGARITHMIC = {"PERPLEXITY", "LATENCY_P50", "LATENCY_P95"}


def shown(metric, value) -> float:
    return float(np.exp(value) if metric in LOGARITHMIC else value)


def cells(values) -> dict:
    return {
        metric: [shown(metric, end) for end in (value, *np.percentile(resampled, [2.5, 97.5]))]
        for metric, (value, resampled) in values.items()
    }


def differences(entrants) -> list:
    rows = []
    for metric in entrants["base"]:
        family = []
        for name in ("close", "worse"):
            value = entrants[name][metric][0] - entrants["base"][metric][0]
            resampled = entrants[name][metric][1] - entrants["base"][metric][1]
            ends = np.percentile(resampled, [2.5, 97.5])
            p = two_sided_p(resampled)
            family.append(
                {"metric": metric, "entrant": name, "estimate": [shown(metric, end) for end in (value, *ends)], "p": p}
            )
        for row, adjusted in zip(family, holm([row["p"] for row in family])):
            rows.append({**row, "adjusted": adjusted})
    return rows


def two_sided_p(resampled) -> float:
    at_most = stats.percentileofscore(resampled, 0, kind="weak") / 100 * len(resampled)
    at_least = len(resampled) - stats.percentileofscore(resampled, 0, kind="strict") / 100 * len(resampled)
    return min(1.0, 2 * (round(min(at_most, at_least)) + 1) / (len(resampled) + 1))


def holm(p_values) -> list:
    order = np.argsort(p_values, kind="stable")
    steps = np.minimum(1, np.array(p_values)[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted.tolist()


def make_masks() -> list:
    """Units that are open, for rates (exactly so many) and spans (from the start drawn)."""
    digest = hashlib.sha256(b"made up").hexdigest()
    cases = [
        ("a", "rate-0.3-word", 20, 6),
        ("b", "rate-0.5-token", 33, 17),
        ('ä "c"', "rate-0.9-word", 9, 8),
        ("d", "span-4-word", 12, 4),
        ("e", "span-2-token", 500, 2),
    ]
    masks = []
    for item, name, units, count in cases:
        seed = mask_seed(digest, item, name)
        if name.startswith("rate"):
            draws = [uniform(seed, MASKING_PURPOSE, unit) for unit in range(units)]
            opened = sorted(sorted(range(units), key=lambda unit: draws[unit])[:count])
        else:
            start = 1 + math.floor(uniform(seed, MASKING_PURPOSE, 0) * (units - count))
            opened = list(range(start, start + count))
        masks.append({"digest": digest, "item": item, "masking": name, "units": units, "open": opened})
    return masks


def mask_seed(digest, item, name) -> int:
    named = json.dumps([digest, item, name, str(SEED)], separators=(",", ":"), ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big") >> 1


def draw_resampling(size) -> np.ndarray:
    """(resamples, groups): indices of groups."""
    blocks = -(-size // 4)
    position, step = np.meshgrid(np.arange(blocks), np.arange(RESAMPLES))
    words = np.stack(philox(SEED, RESAMPLE_PURPOSE, position, step), axis=-1).reshape(RESAMPLES, -1)
    return (words[:, :size] * np.uint64(size)) >> np.uint64(32)


def uniform(seed, purpose, position) -> float:
    high, low, _, _ = (int(word) for word in philox(seed, purpose, np.array(position), np.array(0)))
    return ((high >> 6) * 2**26 + (low >> 6) + 0.5) / 2**52


def philox(seed, purpose, position, step) -> list:
    """Philox4x32-10 at counter (purpose, position, step, 0) under the two words of the seed, low one first."""
    word = np.uint64(0xFFFFFFFF)
    counter = [
        np.full(position.shape, purpose, np.uint64),
        position.astype(np.uint64),
        step.astype(np.uint64),
        np.zeros(position.shape, np.uint64),
    ]
    keys = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first = np.uint64(0xD2511F53) * counter[0]
        second = np.uint64(0xCD9E8D57) * counter[2]
        counter = [
            (second >> np.uint64(32)) ^ counter[1] ^ np.uint64(keys[0]),
            second & word,
            (first >> np.uint64(32)) ^ counter[3] ^ np.uint64(keys[1]),
            first & word,
        ]
        keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return counter


if __name__ == "__main__":
    main()
