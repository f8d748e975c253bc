"""Writes a training's model as a Hugging Face folder in float16, with the tokenizer, for `lacuna pack build`.

    python export_model.py --run runs/causal-decayed --out models/causal
    python export_model.py --run runs/causal-decayed --average-with ../../models/bundled --share 0.3 --out models/causal

The second is for a run that went on from the weights of that pack: what comes out lies between the pack's weights and the
run's, `--share` of the way. Between two such ends the loss is often below that of both.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch

from pack_weights import pack_facts, read_weights
from shapes import make_model
from windows import token_bytes


def main() -> None:
    arguments = parse_arguments()
    settings = json.loads((arguments.run / "settings.json").read_text())
    encoded = Path(settings["encoded"])
    model = make_model(settings, len(token_bytes(encoded)))
    model.load_state_dict(torch.load(arguments.run / "state.pt", map_location="cpu", weights_only=True)["model"])
    if arguments.average_with:
        if settings.get("pack") != pack_facts(arguments.average_with):
            raise SystemExit(f"{arguments.run} did not go on from {arguments.average_with}.")
        average(model, read_weights(arguments.average_with, settings["objective"]), arguments.share)
    half = model.half()
    if not all(parameter.isfinite().all() for parameter in half.parameters()):
        raise SystemExit("A weight is too large for float16.")
    half.save_pretrained(arguments.out)
    shutil.copyfile(encoded / "tokenizer.json", arguments.out / "tokenizer.json")


@torch.no_grad()
def average(model: torch.nn.Module, others: dict[str, torch.Tensor], share: float) -> None:
    """Moves the weights to (1 − share) × others + share × own."""
    for name, own in model.named_parameters():
        own.copy_(torch.lerp(others[name], own, share))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--average-with", type=Path, help="pack that the run went on from")
    parser.add_argument("--share", type=float, help="of the run's own weights, in (0, 1)")
    arguments = parser.parse_args()
    if (arguments.average_with is None) != (arguments.share is None):
        parser.error("--average-with and --share go together.")
    if arguments.share is not None and not 0 < arguments.share < 1:
        parser.error(f"--share is {arguments.share}; it must be between 0 and 1.")
    return arguments


if __name__ == "__main__":
    main()
