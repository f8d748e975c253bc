"""Writes a training's model as a Hugging Face folder in float16, with the tokenizer, for `lacuna pack build`.

    python export_model.py --run runs/causal-decayed --out models/causal
"""

import argparse
import json
import shutil
from pathlib import Path

import torch

from shapes import make_model
from windows import token_bytes


def main() -> None:
    arguments = parse_arguments()
    settings = json.loads((arguments.run / "settings.json").read_text())
    encoded = Path(settings["encoded"])
    model = make_model(settings, len(token_bytes(encoded)))
    model.load_state_dict(torch.load(arguments.run / "state.pt", map_location="cpu", weights_only=True)["model"])
    half = model.half()
    if not all(parameter.isfinite().all() for parameter in half.parameters()):
        raise SystemExit("A weight is too large for float16.")
    half.save_pretrained(arguments.out)
    shutil.copyfile(encoded / "tokenizer.json", arguments.out / "tokenizer.json")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
