"""The state of a training on disk: whole or not there.

Knows files; knows no model. Batches and masks are drawn from the step and a seed, so no random state needs keeping.
"""

import json
import os
from pathlib import Path

import torch

PART = ".part"


def write_whole(path: Path, write) -> None:
    """Calls `write` with a path beside `path`, which then takes its place; what was there stays where that fails."""
    beside = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        write(beside)
        with open(beside, "rb") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def forget_parts(folder: Path) -> None:
    """Removes what processes that were killed had not written to its end; nothing else may be writing there."""
    for part in folder.glob(f"*{PART}"):
        part.unlink()


def save_state(folder: Path, progress: dict, model, optimizers) -> None:
    state = {
        "progress": progress,
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
    }
    write_whole(folder / "state.pt", lambda path: torch.save(state, path))


def load_state(folder: Path, model, optimizers) -> dict:
    """Puts a saved state into model and optimizers. Returns the progress."""
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    return state["progress"]


def append_line(path: Path, entry: dict) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
