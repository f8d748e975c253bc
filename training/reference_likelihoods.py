"""Log-likelihoods of fills as the reference implementation gives them: an oracle for tests.

Knows Hugging Face checkpoints; knows nothing of packs. Temperature 1, special ids removed and renormalised, natural
logarithms, float32.

Usage: python training/reference_likelihoods.py --causal DIR --masked DIR --texts FILE --out FILE
The text file has one text a line; open positions are drawn with a fixed seed at rates 0.1 to 0.9.
"""

import argparse
import json
import random

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
    draw = random.Random(20)
    items = []
    with open(arguments.texts, encoding="utf-8") as texts:
        for index, line in enumerate(texts.read().splitlines()):
            tokens = tokenizer.encode(line, add_special_tokens=False).ids
            rate = RATES[index % len(RATES)]
            count = max(1, round(rate * len(tokens)))
            opened = sorted(draw.sample(range(len(tokens)), count))
            with torch.no_grad():
                terms = score(tokens, opened, (causal, masked), (mask_id, special))
            items.append({"rate": rate, "tokens": tokens, "open": opened, **terms})
    with open(arguments.out, "w", encoding="utf-8") as out:
        json.dump({"items": items}, out, separators=(",", ":"))
        out.write("\n")


def score(tokens, opened, models, ids):
    """Sums and terms of the autoregressive model and of MARIA with the untrained fusion (mean of the two logits)."""
    causal, masked = models
    mask_id, special = ids
    start = causal.config.bos_token_id
    causal_logits = causal(torch.tensor([[start, *tokens]])).logits[0, :-1]  # (T, V): row i predicts i
    hidden = [mask_id if position in set(opened) else token for position, token in enumerate(tokens)]
    masked_logits = masked(torch.tensor([hidden])).logits[0]  # (T, V)
    rows = {"autoregressive": causal_logits, "maria": (causal_logits + masked_logits) / 2}
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
    return parser.parse_args()


if __name__ == "__main__":
    main()
