"""Trains one of the two models from scratch; goes on where it stopped.

    python pretrain.py --settings causal.json --encoded encoded --run runs/causal --minutes 90
    python pretrain.py --run runs/causal --decay-steps 600 --out runs/causal-decayed

The learning rate warms up and stays; with `--decay-steps` a run in a new folder takes another run's state and brings the
rate down to 0, and the other may go on later from where it was. A run's folder has `settings.json`, `state.pt`,
`log.jsonl`, and `lock`, which keeps a second process out. The state is written every few minutes, on SIGTERM and SIGINT,
and at the end.
"""

import argparse
import hashlib
import json
import math
import shutil
import signal
import time
from pathlib import Path

from allocator import restart_with_settings

if __name__ == "__main__":
    restart_with_settings()

import torch

from checkpoint import append_line, forget_parts, load_state, save_state, write_whole
from objectives import OBJECTIVES, bits_per_byte, loss
from run_lock import lock_run
from shapes import make_model, make_optimizers, parameter_count, rate_share
from windows import Windows, read_passages, token_bytes

LOG_STEPS = 20


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.set_float32_matmul_precision("high")
    folder = arguments.out or arguments.run
    folder.mkdir(parents=True, exist_ok=True)
    with lock_run(folder):
        forget_parts(folder)
        open_run(folder, arguments)
        training = Training(folder, torch.device(arguments.device))
        print(f"{parameter_count(training.model):,} weights, from step {training.progress['step']}", flush=True)
        last = min(last_step(training.settings), arguments.until_step)
        training.run(last, arguments.minutes, arguments.save_minutes)


def open_run(folder: Path, arguments) -> None:
    """Writes the settings of a run that is new, last, and another run's state before them."""
    if (folder / "settings.json").exists():
        refuse_other(json.loads((folder / "settings.json").read_text()), folder, arguments)
        return
    if arguments.out:
        write_whole(folder / "state.pt", lambda path: shutil.copyfile(arguments.run / "state.pt", path))
        settings = json.loads((arguments.run / "settings.json").read_text())
        step = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)["progress"]["step"]
        settings["schedule"] |= {"decayFrom": step, "decaySteps": arguments.decay_steps}
    else:
        settings = new_settings(arguments.settings, arguments.encoded)
    write_whole(folder / "settings.json", lambda path: path.write_text(json.dumps(settings, indent=2) + "\n"))


def new_settings(settings: Path, encoded: Path) -> dict:
    """Of a file, with the corpus that they are for."""
    corpus = {"encoded": str(encoded.resolve()), "tokenizer": tokenizer_hash(encoded)}
    return json.loads(settings.read_text()) | corpus


def new_progress() -> dict:
    return {"step": 0, "tokens": 0, "seconds": 0.0, "cpuSeconds": 0.0, "place": {"epoch": 0, "window": 0}}


def refuse_other(settings: dict, folder: Path, arguments) -> None:
    """Ends the program where a run is to go on with other settings than it was begun with: they would be ignored."""
    asked = json.loads(arguments.settings.read_text()) if arguments.settings else {}
    if arguments.encoded:
        asked["encoded"] = str(arguments.encoded.resolve())
    different = [name for name, value in asked.items() if settings.get(name) != value]
    if arguments.settings:
        different += [name for name in settings if name not in asked and name not in ("encoded", "tokenizer")]
    if arguments.decay_steps not in (None, settings["schedule"].get("decaySteps")):
        different.append("decaySteps")
    if different:
        raise SystemExit(f"{folder} was begun with another {', '.join(different)}: give the same, or take another folder.")


def tokenizer_hash(encoded: Path) -> str:
    return hashlib.sha256((encoded / "tokenizer.json").read_bytes()).hexdigest()


class Training:
    """Model, optimizers, data and progress of a run."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        settings = self.settings = json.loads((folder / "settings.json").read_text())
        encoded = Path(settings["encoded"])
        self.folder, self.device = folder, device
        # Another vocabulary of the same size would fit the weights, and mean nothing to them.
        if settings.get("tokenizer", tokenizer_hash(encoded)) != tokenizer_hash(encoded):
            raise SystemExit(f"{encoded} was encoded anew with another tokenizer since {folder} was begun.")
        self.objective = OBJECTIVES[settings["objective"]](settings)
        self.sizes = token_bytes(encoded)
        self.passages = read_passages(encoded, settings["length"])
        self.model = make_model(settings, len(self.sizes)).to(device)
        self.optimizers = make_optimizers(self.model, settings)
        self.progress = new_progress()
        self.losses: list[float] = []
        if (folder / "state.pt").exists():
            self.progress = load_state(folder, self.model, self.optimizers)
        self.windows = Windows(
            encoded,
            settings["mix"],
            length=settings["length"] + self.objective.spare,
            seed=settings["seed"],
            bos=self.objective.needs_bos,
        )

    def run(self, last_step: float, minutes: float, save_minutes: float) -> None:
        """Steps until the last one, until `minutes` of processor time are spent, or until a signal; then saves."""
        asked_to_stop: list[bool] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: asked_to_stop.append(True))
        begin = saved = time.process_time()
        while self.progress["step"] < last_step and not asked_to_stop and time.process_time() - begin < 60 * minutes:
            self.step()
            if self.progress["step"] % self.settings["validateSteps"] == 0:
                self.validate()
            if time.process_time() - saved > 60 * save_minutes:
                self.save()
                saved = time.process_time()
        self.save()
        if not asked_to_stop:
            self.validate()

    def step(self) -> None:
        settings, progress = self.settings, self.progress
        start, start_cpu = time.monotonic(), time.process_time()
        step = progress["step"]
        share = rate_share(step, settings["schedule"])
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group.setdefault("full_rate", group["lr"])
            group["lr"] = share * group["full_rate"]
        windows = self.windows.take(progress["place"], settings["windowsPerStep"])
        inputs, targets = (ids.to(self.device) for ids in self.objective.batch(windows, step, settings["seed"]))
        batch_loss = loss(self.objective, self.model, inputs, targets)
        batch_loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        progress["step"] += 1
        progress["tokens"] += inputs.numel()
        self.losses.append(batch_loss.item())
        progress["seconds"] += time.monotonic() - start
        progress["cpuSeconds"] += time.process_time() - start_cpu
        if progress["step"] % LOG_STEPS == 0:
            self.log({"loss": round(sum(self.losses) / len(self.losses), 4), "rateShare": round(share, 4)})
            self.losses.clear()

    def validate(self) -> None:
        self.log({"bitsPerByte": bits_per_byte(self.objective, self.model, self.passages, self.sizes)})

    def save(self) -> None:
        save_state(self.folder, self.progress, self.model, self.optimizers)

    def log(self, entry: dict) -> None:
        """One line to the log, and its short form to the terminal."""
        progress = {key: self.progress[key] for key in ("step", "tokens")}
        seconds = {key: round(self.progress[key], 1) for key in ("seconds", "cpuSeconds")}
        append_line(self.folder / "log.jsonl", {**progress, **seconds, **entry})
        told = {case: sources["mean"] for case, sources in entry.get("bitsPerByte", {}).items()} or entry
        print(progress["step"], progress["tokens"], seconds["cpuSeconds"], told, flush=True)


def last_step(settings: dict) -> float:
    schedule = settings["schedule"]
    return schedule["decayFrom"] + schedule["decaySteps"] if "decaySteps" in schedule else math.inf


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of the run, new or old")
    parser.add_argument("--settings", type=Path, help="of a new run")
    parser.add_argument("--encoded", type=Path, help="folder of encode_corpus.py, of a new run")
    parser.add_argument("--decay-steps", type=int, help="decay from the state of --run, into --out")
    parser.add_argument("--out", type=Path, help="folder of the decay")
    parser.add_argument("--until-step", type=int, default=math.inf)
    parser.add_argument("--minutes", type=float, default=math.inf, help="of processor time")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    problem = problem_of(arguments)
    if problem:
        parser.error(problem)
    return arguments


def problem_of(arguments) -> str | None:
    """What is missing or makes no sense together; None where nothing is."""
    if (arguments.out is None) != (arguments.decay_steps is None):
        return "--decay-steps and --out go together."
    if arguments.out:
        if arguments.decay_steps < 1:
            return f"--decay-steps is {arguments.decay_steps}; it must be at least 1."
        if arguments.settings or arguments.encoded:
            return "--settings and --encoded are of a new run; a decay has those of --run."
        if arguments.out.resolve() == arguments.run.resolve():
            return "--out is the folder of --run; a decay needs one of its own."
        if not (arguments.run / "state.pt").exists() and not (arguments.out / "settings.json").exists():
            return f"{arguments.run} has no state.pt to decay from."
    elif not (arguments.run / "settings.json").exists() and not (arguments.settings and arguments.encoded):
        return f"{arguments.run} is new: it needs --settings and --encoded."
    return None


if __name__ == "__main__":
    main()
