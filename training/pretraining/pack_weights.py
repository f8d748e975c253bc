"""The weights of a pack's model, by the names of the checkpoint that it was built from.

Knows how `lacuna pack build --storage f16` lays weights out; knows no training.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

GRAPHS = {"causal": ("causal-backbone", "causal-head"), "masked": ("masked-backbone", "masked-head")}
HALF = ":f16"


def pack_facts(pack: Path) -> dict[str, str]:
    manifest = json.loads((pack / "pack.json").read_text())
    return {name: manifest[name] for name in ("id", "version", "digest")}


def read_weights(pack: Path, objective: str) -> dict[str, torch.Tensor]:
    """By the checkpoint's names. A tensor whose name is several, joined by `+`, has their rows below one another."""
    weights = {}
    for graph in GRAPHS[objective]:
        for tensor in onnx.load(pack / f"{graph}.onnx").graph.initializer:
            if tensor.name.endswith(HALF):
                rows = torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
                weights |= parts_of(tensor.name.removesuffix(HALF), rows)
    return weights


def parts_of(name: str, rows: torch.Tensor) -> dict[str, torch.Tensor]:
    names = name.split("+")
    return dict(zip(names, rows.chunk(len(names)), strict=True))
