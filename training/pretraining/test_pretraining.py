"""The whole pipeline on a text of its own: `python -m pytest training/pretraining`."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
BUNDLED = HERE.parents[1] / "models" / "bundled"
sys.path.insert(0, str(HERE))

import torch  # noqa: E402

from export_model import average  # noqa: E402
from objectives import IGNORED, Causal, loss  # noqa: E402
from pack_weights import parts_of  # noqa: E402
from precision import Float32Muon  # noqa: E402
from run_lock import lock_run  # noqa: E402
from windows import BOS, EOS, Windows  # noqa: E402

TINY = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 64}


def call(script: str, *arguments: object) -> None:
    subprocess.run([sys.executable, HERE / script, *map(str, arguments)], check=True, cwd=HERE, stdout=subprocess.DEVNULL)


def refusal(script: str, *arguments: object) -> str:
    """What a script says that ends without doing anything."""
    done = subprocess.run([sys.executable, HERE / script, *map(str, arguments)], cwd=HERE, capture_output=True, text=True)
    assert done.returncode != 0 and "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def encoded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    draw = random.Random(1)
    words = "the a small dog cat bird sat ran sang on under near old new mat tree house and then again".split()
    documents = ["\n".join(" ".join(draw.choices(words, k=30)) + "." for _ in range(3)) for _ in range(120)]
    (folder / "tales.txt").write_text("\n\n".join([*documents, documents[0]]))
    (folder / "excluded.txt").write_text(documents[1])
    (folder / "mix.json").write_text('{"tales": 1.5}')
    call("prepare_corpus.py", "--text", folder / "tales.txt", "--exclude", folder / "excluded.txt", "--out", folder)
    tokenizer = folder / "tokenizer" / "tokenizer.json"
    call("train_tokenizer.py", "--corpus", folder, "--mix", folder / "mix.json", "--vocabulary", 300, "--out", tokenizer)
    call("encode_corpus.py", "--corpus", folder, "--tokenizer", tokenizer, "--out", folder / "encoded")
    return folder / "encoded"


def settings_file(folder: Path, name: str) -> Path:
    settings = json.loads((HERE / f"{name}.json").read_text())
    settings["config"] |= TINY
    settings |= {"mix": {"tales": 1.5}, "length": 32, "windowsPerStep": 4, "validateSteps": 20, "schedule": {"warmUpSteps": 5}}
    settings |= {"lengths": {"16": 0.5, "32": 0.5}}
    if name == "masked":
        settings |= {"rates": [[10, 0.05, 0.35], [20, 0, 1]]}
    path = folder / f"{name}.json"
    path.write_text(json.dumps(settings))
    return path


def weights(run: Path) -> dict:
    return torch.load(run / "state.pt", weights_only=True)["model"]


def same(first: Path, second: Path) -> bool:
    one, other = weights(first), weights(second)
    return all(one[name].equal(other[name]) for name in one)


def test_drops_duplicates_and_excluded_documents(encoded):
    told = json.loads((encoded.parent / "corpus.json").read_text())["tales"]
    assert told["dropped"] == 2
    assert told["train"]["documents"] + told["valid"]["documents"] == 119


@pytest.mark.parametrize("objective", ["causal", "masked"])
def test_learns_resumes_to_the_bit_decays_and_exports(encoded, tmp_path, objective):
    settings = settings_file(tmp_path, objective)
    whole, halves, decayed = tmp_path / "whole", tmp_path / "halves", tmp_path / "decayed"
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", whole, "--until-step", 40)
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", halves, "--until-step", 23)
    call("pretrain.py", "--run", halves, "--until-step", 40)
    assert same(whole, halves)
    call("pretrain.py", "--run", whole, "--decay-steps", 6, "--out", decayed)
    assert same(whole, halves) and not same(whole, decayed)
    entries = [json.loads(line) for line in (whole / "log.jsonl").read_text().splitlines()]
    losses = [entry["loss"] for entry in entries if "loss" in entry]
    assert losses[-1] < losses[0]
    call("export_model.py", "--run", decayed, "--out", tmp_path / "model")
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= {file.name for file in (tmp_path / "model").iterdir()}
    call("plot_curves.py", "--run", whole, "--run", decayed, "--out", tmp_path / "curves.svg")
    assert (tmp_path / "curves.svg").read_text().count("<polyline") in (2, 6)


def test_goes_on_in_a_warm_up_and_in_a_decay_to_the_bit(encoded, tmp_path):
    settings = settings_file(tmp_path, "causal")
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", whole, "--until-step", 8)
    # The rate is still rising.
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", halves, "--until-step", 3)
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", halves, "--until-step", 8)
    assert same(whole, halves)
    decay = ["--decay-steps", 6, "--out"]
    call("pretrain.py", "--run", whole, *decay, tmp_path / "straight")
    call("pretrain.py", "--run", halves, *decay, tmp_path / "stopped", "--until-step", 11)
    assert not same(tmp_path / "straight", tmp_path / "stopped")
    call("pretrain.py", "--run", halves, *decay, tmp_path / "stopped")
    assert same(tmp_path / "straight", tmp_path / "stopped")


def test_is_alone_in_its_folder(encoded, tmp_path):
    settings, run = settings_file(tmp_path, "causal"), tmp_path / "run"
    begin = ["pretrain.py", "--settings", settings, "--encoded", encoded, "--run", run, "--until-step", 1]
    run.mkdir()
    with lock_run(run):
        said = refusal(*begin)
        assert f"Process {os.getpid()} is training in {run}: end that one" in said
        assert [file.name for file in run.iterdir()] == ["lock"]
    (run / "state.pt.1.part").write_text("of a process that was killed")
    call(*begin)
    assert sorted(file.name for file in run.iterdir()) == ["lock", "log.jsonl", "settings.json", "state.pt"]


def test_refuses_what_it_would_have_ignored(encoded, tmp_path):
    settings, run = settings_file(tmp_path, "causal"), tmp_path / "run"
    assert "is new: it needs --settings and --encoded" in refusal("pretrain.py", "--run", run)
    assert not run.exists()
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", run, "--until-step", 1)
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(settings.read_text()) | {"rate": 0.5}))
    assert "begun with another rate: " in refusal("pretrain.py", "--settings", other, "--run", run)
    assert "another encoded: " in refusal("pretrain.py", "--encoded", tmp_path, "--run", run)
    assert "go together" in refusal("pretrain.py", "--run", run, "--decay-steps", 2)
    assert "one of its own" in refusal("pretrain.py", "--run", run, "--decay-steps", 2, "--out", run)
    call("pretrain.py", "--run", run, "--decay-steps", 2, "--out", tmp_path / "decayed")
    assert "another decaySteps: " in refusal("pretrain.py", "--run", run, "--decay-steps", 3, "--out", tmp_path / "decayed")


def test_refuses_ids_of_another_tokenizer(encoded, tmp_path):
    settings, run, copy = settings_file(tmp_path, "causal"), tmp_path / "run", tmp_path / "encoded"
    shutil.copytree(encoded, copy)
    call("pretrain.py", "--settings", settings, "--encoded", copy, "--run", run, "--until-step", 1)
    call("pretrain.py", "--settings", settings, "--encoded", copy, "--run", run, "--until-step", 2)
    (copy / "tokenizer.json").write_text((copy / "tokenizer.json").read_text() + "\n")
    assert "encoded anew with another tokenizer" in refusal("pretrain.py", "--run", run, "--until-step", 3)


@pytest.mark.parametrize("objective", ["causal", "masked"])
def test_goes_on_from_the_weights_of_a_pack(encoded, tmp_path, objective):
    settings, run, other = HERE / f"{objective}.json", tmp_path / "run", tmp_path / "encoded"
    begin = ["begin_from_pack.py", "--pack", BUNDLED, "--settings", settings, "--seed", 2, "--run", run]
    assert "not encoded with the tokenizer of" in refusal(*begin, "--encoded", encoded)
    call("encode_corpus.py", "--corpus", encoded.parent, "--tokenizer", BUNDLED / "tokenizer.json", "--out", other)
    begin += ["--encoded", other]
    assert "The shape of" in refusal(*begin[:4], settings_file(tmp_path, objective), *begin[5:])
    assert not run.exists()
    call(*begin, "--rate-share", 0.5)
    told = json.loads((run / "settings.json").read_text())
    assert told["rate"] == json.loads(settings.read_text())["rate"] / 2
    assert told["pack"]["digest"] == json.loads((BUNDLED / "pack.json").read_text())["digest"]
    norms = [values for name, values in weights(run).items() if name.endswith("norm.weight")]
    assert all((values != 1).any() for values in norms)
    assert told.get("rates") == (None if objective == "causal" else [[1000, 0, 1]])
    assert "exists; this makes a new one" in refusal(*begin)
    # Of two ends that are the same, the average is the same again, but for the rounding to float16, which it has already.
    call("export_model.py", "--run", run, "--average-with", BUNDLED, "--share", 0.3, "--out", tmp_path / "model")
    from safetensors.torch import load_file

    exported = load_file(tmp_path / "model" / "model.safetensors")
    assert all(values.float().equal(weights(run)[name]) for name, values in exported.items())


def test_averages_with_the_pack_that_a_run_went_on_from_alone(encoded, tmp_path):
    settings, run = settings_file(tmp_path, "causal"), tmp_path / "run"
    call("pretrain.py", "--settings", settings, "--encoded", encoded, "--run", run, "--until-step", 1)
    export = ["export_model.py", "--run", run, "--out", tmp_path / "model", "--average-with", BUNDLED]
    assert "did not go on from" in refusal(*export, "--share", 0.3)
    assert "must be between 0 and 1" in refusal(*export, "--share", 1.5)
    assert "go together" in refusal(*export)


def test_moves_an_average_the_given_share_of_the_way():
    model = torch.nn.Linear(2, 1)
    for values in model.parameters():
        torch.nn.init.ones_(values)
    average(model, {name: torch.zeros_like(values) for name, values in model.named_parameters()}, 0.3)
    assert model.weight.detach().allclose(torch.tensor([[0.3, 0.3]]))


def test_takes_joined_tensors_apart_in_the_order_of_their_names():
    parts = parts_of("q+k", torch.arange(4.0).reshape(2, 2))
    assert {name: values.tolist() for name, values in parts.items()} == {"q": [[0.0, 1.0]], "k": [[2.0, 3.0]]}


def test_weighs_every_window_the_same():
    logits = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(1))
    targets = torch.tensor([[1, IGNORED, IGNORED], [2, 3, 4]])

    class Fixed:
        @staticmethod
        def logits(_model, _inputs, asked):
            return logits.reshape(-1, 5)[asked]

    means = [torch.nn.functional.cross_entropy(row, wanted, ignore_index=IGNORED) for row, wanted in zip(logits, targets)]
    assert loss(Fixed, None, torch.zeros(2, 3), targets).allclose(torch.stack(means).mean())


@pytest.mark.parametrize("shape", [(24, 8), (8, 24)])
def test_steps_in_float32_as_torch_does_in_bfloat16(shape):
    ends = []
    for optimizer_class in (torch.optim.Muon, Float32Muon):
        draw = torch.Generator().manual_seed(3)
        matrix = torch.nn.Parameter(torch.randn(shape, generator=draw))
        optimizer = optimizer_class([matrix], lr=0.05, momentum=0.95, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
        begin = matrix.detach().clone()
        for _ in range(4):
            matrix.grad = torch.randn(shape, generator=draw)
            optimizer.step()
        ends.append(matrix.detach() - begin)
    # bfloat16 has eight bits: a hundredth of the way that the weights went, and float32 is not the same.
    assert 0 < (ends[0] - ends[1]).norm() < 0.02 * ends[0].norm()


def test_cuts_windows_of_the_causal_model_without_losing_a_target():
    windows = np.arange(4, 4 + 2 * 33).reshape(2, 33)
    inputs, targets = Causal({"length": 32, "lengths": {"16": 1}}).batch(windows, 0, 1)
    assert inputs.shape == targets.shape == (4, 16)
    assert (inputs[:, 0] == BOS).all() and (inputs[:, 1:] == targets[:, :-1]).all()
    assert (targets.reshape(2, 32).numpy() == windows[:, 1:]).all()
    whole, _ = Causal({"length": 32}).batch(windows, 0, 1)
    assert whole.shape == (2, 32)


def test_saves_when_it_is_told_to_stop(encoded, tmp_path):
    settings, run = settings_file(tmp_path, "causal"), tmp_path / "run"
    command = [sys.executable, HERE / "pretrain.py", "--settings", settings, "--encoded", encoded, "--run", run]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        while not process.stdout.readline().startswith("20 "):
            pass
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.returncode == 0
    assert (run / "state.pt").exists()


def test_refuses_a_corpus_shorter_than_a_window(encoded):
    windows = Windows(encoded, {"tales": 1}, length=10**6, seed=3, bos=True)
    with pytest.raises(SystemExit, match="fewer than the 1000000 of a window"):
        windows.take({"epoch": 0, "window": 0}, 1)


def test_goes_through_every_window_once_an_epoch(encoded):
    windows = Windows(encoded, {"tales": 1}, length=16, seed=3, bos=True)
    place = {"epoch": 0, "window": 0}
    first = windows.take(place, 1)
    count = len(windows.order)
    ids = np.concatenate([first, windows.take(place, count - 1)])
    assert place == {"epoch": 0, "window": count}
    whole = np.concatenate([windows.sources["tales"][0], [BOS] * 114, [EOS] * 114])
    assert abs(np.bincount(ids.ravel(), minlength=300) - np.bincount(whole, minlength=300)).sum() < 16
    assert len({row.tobytes() for row in ids}) == count
