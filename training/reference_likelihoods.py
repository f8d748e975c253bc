"""Log-likelihoods of fills as the reference implementation gives them: an oracle for tests.

Knows Hugging Face checkpoints; knows nothing of packs. Temperature 1, special ids removed and renormalised, natural
logarithms, float32.

Usage: python training/reference_likelihoods.py --causal DIR --masked DIR [--fusion FILE] --texts FILE --out FILE
The text file has one text a line; open positions are drawn with a fixed seed at rates 0.1 to 0.9. FILE of --fusion is the
`fusion.bin` of a pack that was trained with `--storage f16`; without it, MARIA has the mean of the two heads.
"""

import argparse
import json
import random

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

RATES = (0.1, 0.3, 0.5, 0.7, 0.9)


def main() -> None:
    arguments = parse_arguments()
    tokenizer = Tokenizer.from_file(f"{arguments.causal}/tokenizer.json")
    load = {"dtype": torch.float32, "attn_implementation": "eager"}
    causal = AutoModelForCausalLM.from_pretrained(arguments.causal, **load).eval()
    masked = AutoModelForMaskedLM.from_pretrained(arguments.masked, **load).eval()
    special = sorted(i for i, token in tokenizer.get_added_tokens_decoder().items() if token.special)
    mask_id = tokenizer.token_to_id("<|mask|>")
    fused = linear_fusion(arguments.fusion, causal, masked) if arguments.fusion else mean_of_heads(causal, masked)
    draw = random.Random(20)
    items = []
    with open(arguments.texts, encoding="utf-8") as texts:
        for index, line in enumerate(texts.read().splitlines()):
            tokens = tokenizer.encode(line, add_special_tokens=False).ids
            rate = RATES[index % len(RATES)]
            count = max(1, round(rate * len(tokens)))
            opened = sorted(draw.sample(range(len(tokens)), count))
            with torch.no_grad():
                terms = score(tokens, opened, (causal, masked, fused), (mask_id, special))
            items.append({"rate": rate, "tokens": tokens, "open": opened, **terms})
    with open(arguments.out, "w", encoding="utf-8") as out:
        json.dump({"items": items}, out, separators=(",", ":"))
        out.write("\n")


def mean_of_heads(causal, masked):
    """The untrained fusion: (T, D) of both models → (T, V)."""
    return lambda causal_hidden, masked_hidden: (causal.lm_head(causal_hidden) + masked.decoder(masked_hidden)) / 2


def linear_fusion(file: str, causal, masked):
    """A trained fusion, from its weights in float16: (V, D) of the causal part, (V, D) of the masked part, (V) bias."""
    weights = torch.from_numpy(np.fromfile(file, np.float16).astype(np.float32))
    widths = causal.config.hidden_size, masked.config.hidden_size
    size = len(weights) // (sum(widths) + 1)
    causal_part, masked_part, bias = weights.split([size * widths[0], size * widths[1], size])
    rows = causal_part.view(size, -1), masked_part.view(size, -1)
    return lambda causal_hidden, masked_hidden: causal_hidden @ rows[0].T + masked_hidden @ rows[1].T + bias


def score(tokens, opened, models, ids):
    """Sums and terms of the autoregressive model and of MARIA."""
    causal, masked, fused = models
    mask_id, special = ids
    start = causal.config.bos_token_id
    causal_hidden = causal.model(torch.tensor([[start, *tokens]]))[0][0, :-1]  # (T, D): row i predicts i
    hidden = [mask_id if position in set(opened) else token for position, token in enumerate(tokens)]
    masked_hidden = masked.head(masked.model(torch.tensor([hidden]))[0][0])  # (T, D)
    rows = {"autoregressive": causal.lm_head(causal_hidden), "maria": fused(causal_hidden, masked_hidden)}
    terms = {name: chosen(logits, tokens, opened, special) for name, logits in rows.items()}
    return {
        "logLikelihood": {name: sum(values) for name, values in terms.items()},
        "perPosition": terms,
    }


def chosen(logits, tokens, opened, special):
    logits = logits.clone()
    logits[:, special] = -torch.inf
    log_probs = torch.log_softmax(logits, dim=-1)
    return [log_probs[position, tokens[position]].item() for position in opened]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("causal", "masked", "texts", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--fusion")
    return parser.parse_args()


if __name__ == "__main__":
    main()
