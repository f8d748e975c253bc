"""Makes a run of `pretrain.py` that goes on from the weights of a pack, where the run that they come from is gone.

    python begin_from_pack.py --pack ../../models/bundled --settings causal.json --encoded encoded --run runs/causal \
        --seed 2 --rate-share 0.2

A pack has weights, as float16, and nothing of the optimizers: the rate warms up again, to the given share of the
settings'. Give a seed of its own, so that the run does not begin with the texts and masks that the weights have seen; a
masked model is asked about the rates that its settings end with. The corpus must be encoded with the pack's tokenizer,
and the shape be that of the settings.
"""

import argparse
import json
from pathlib import Path

from checkpoint import save_state, write_whole
from pack_weights import pack_facts, read_weights
from pretrain import new_progress, new_settings, tokenizer_hash
from run_lock import lock_run
from shapes import make_model, make_optimizers
from windows import token_bytes


def main() -> None:
    arguments = parse_arguments()
    settings = settings_of(arguments)
    if settings["tokenizer"] != tokenizer_hash(arguments.pack):
        raise SystemExit(f"{arguments.encoded} was not encoded with the tokenizer of {arguments.pack}.")
    model = make_model(settings, len(token_bytes(arguments.encoded)))
    weights = read_weights(arguments.pack, settings["objective"])
    own = {name: values.shape for name, values in model.named_parameters()}
    if own != {name: values.shape for name, values in weights.items()}:
        raise SystemExit(f"The shape of {arguments.pack} is not that of {arguments.settings}.")
    model.load_state_dict(weights, strict=False)
    arguments.run.mkdir(parents=True)
    with lock_run(arguments.run):
        save_state(arguments.run, new_progress(), model, make_optimizers(model, settings))
        write_whole(arguments.run / "settings.json", lambda path: path.write_text(json.dumps(settings, indent=2) + "\n"))


def settings_of(arguments) -> dict:
    settings = new_settings(arguments.settings, arguments.encoded)
    settings |= {"seed": arguments.seed, "pack": pack_facts(arguments.pack)}
    settings |= {name: settings[name] * arguments.rate_share for name in ("rate", "outerRate")}
    if "rates" in settings:
        settings["rates"] = settings["rates"][-1:]
    return settings


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("pack", "settings", "encoded", "run"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True, help="of texts and masks; another than that of the weights")
    parser.add_argument("--rate-share", type=float, default=1.0, help="of the settings' learning rates")
    arguments = parser.parse_args()
    if arguments.run.exists():
        parser.error(f"{arguments.run} exists; this makes a new one.")
    return arguments


if __name__ == "__main__":
    main()
