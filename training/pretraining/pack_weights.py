"""The weights of a pack's model, by the names of the checkpoint that it was built from.

Knows how `lacuna pack build --storage f16` lays weights out; knows no training.
"""

from pathlib import Path

import numpy as np
import onnx
import torch

GRAPHS = {"causal": ("causal-backbone", "causal-head"), "masked": ("masked-backbone", "masked-head")}
HALF = ":f16"


def read_weights(pack: Path, objective: str) -> dict[str, torch.Tensor]:
    """By the checkpoint's names. A tensor whose name is several, joined by `+`, has their rows below one another."""
    bytes_of_pack = np.memmap(pack / "weights.bin", np.uint8, "r")
    weights = {}
    for graph in GRAPHS[objective]:
        for tensor in onnx.load(pack / f"{graph}.onnx", load_external_data=False).graph.initializer:
            if tensor.name.endswith(HALF):
                place = {entry.key: entry.value for entry in tensor.external_data}
                first, size = int(place["offset"]), int(place["length"])
                values = np.frombuffer(bytes_of_pack[first : first + size], np.float16).reshape(tensor.dims)
                weights |= parts_of(tensor.name.removesuffix(HALF), torch.from_numpy(values.astype(np.float32)))
    return weights


def parts_of(name: str, rows: torch.Tensor) -> dict[str, torch.Tensor]:
    names = name.split("+")
    return dict(zip(names, rows.chunk(len(names)), strict=True))
