"""Writes tiny checkpoints with what the reference implementation computes for them.

    pip install torch transformers safetensors
    python training/make_goldens.py test/fixtures/golden

Weights are random, so nobody's licence applies. `expected.safetensors` holds `input_ids` (2, 48) int64, `hidden`
(2, 48, D) float32, which is what the last linear layer reads, and `logits` (2, 48, V) float32, computed in float32 with
eager attention. Norm weights and biases, which start as ones and zeros, are made random too: else a graph without them
would pass.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

LENGTH = 48
SMALL = dict(
    vocab_size=300, hidden_size=32, intermediate_size=56, num_hidden_layers=3, num_attention_heads=4,
    max_position_embeddings=128, bos_token_id=1, eos_token_id=2, pad_token_id=None,
)
LLAMA3_ROPE = dict(
    rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32,
)
MODERNBERT = {**SMALL, "pad_token_id": 0, "cls_token_id": 1, "sep_token_id": 2, "num_hidden_layers": 4}

# Name: architecture, settings of its configuration, changes to the written config.json (None takes a key out).
GOLDENS = {
    "llama-3-rope": ("Llama", {**SMALL, "num_key_value_heads": 1, "rope_parameters": LLAMA3_ROPE}, {}),
    "llama-3-rope-older-form": (
        "Llama",
        {**SMALL, "tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True, "rope_parameters": LLAMA3_ROPE},
        {
            "rope_parameters": None,
            "rope_theta": LLAMA3_ROPE["rope_theta"],
            "rope_scaling": {key: value for key, value in LLAMA3_ROPE.items() if key != "rope_theta"},
        },
    ),
    "olmo-grouped": ("Olmo", {**SMALL, "num_key_value_heads": 2, "attention_bias": True}, {}),
    "olmo2": ("Olmo2", {**SMALL, "rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0}}, {}),
    "olmo2-grouped": (
        "Olmo2",
        {**SMALL, "num_key_value_heads": 2, "attention_bias": True, "tie_word_embeddings": True, "rms_norm_eps": 1e-2},
        {},
    ),
    "modernbert-decoder-older-form": (
        "ModernBertDecoder",
        {
            **MODERNBERT, "local_attention": 10, "norm_bias": True, "attention_bias": True, "mlp_bias": True,
            "classifier_bias": True, "tie_word_embeddings": False, "decoder_bias": False,
            "rope_parameters": {
                "full_attention": {"rope_type": "default", "rope_theta": 900.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 50.0},
            },
        },
        {
            "rope_parameters": None, "layer_types": None, "sliding_window": None, "global_rope_theta": 900.0,
            "local_rope_theta": 50.0, "global_attn_every_n_layers": 3,
        },
    ),
}


def make(folder: Path, architecture: str, settings: dict, changes: dict) -> None:
    torch.manual_seed(len(folder.name))
    config = getattr(transformers, f"{architecture}Config")(**settings)
    config._attn_implementation = "eager"
    model = getattr(transformers, f"{architecture}ForCausalLM")(config).float().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(1 + torch.randn_like(parameter) * 0.3 if parameter.dim() == 1 else torch.randn_like(parameter) * 0.15)
        ids = torch.randint(3, config.vocab_size, (2, LENGTH))
        last = model.get_output_embeddings()
        read = []
        last.register_forward_hook(lambda _, inputs, __: read.append(inputs[0]))
        logits = model(ids).logits
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    written = json.loads((folder / "config.json").read_text())
    written = {key: value for key, value in {**written, **changes}.items() if changes.get(key, 0) is not None}
    (folder / "config.json").write_text(json.dumps(written, indent=2) + "\n")
    expected = {"input_ids": ids, "hidden": read[0].contiguous(), "logits": logits.contiguous()}
    save_file(expected, folder / "expected.safetensors")


if __name__ == "__main__":
    for name, (architecture, settings, changes) in GOLDENS.items():
        make(Path(sys.argv[1]) / name, architecture, settings, changes)
