"""Learns a byte-level BPE vocabulary from a seeded sample of a prepared corpus.

    python train_tokenizer.py --corpus corpus --mix mix.json --vocabulary 6144 --out tokenizer.json

Ids 0 to 3 are `<|pad|>`, `<|bos|>`, `<|eos|>`, `<|mask|>`. No space is put before a text and nothing is normalised, so
that decoding gives back every byte. A word carries the space in front of it.
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL_TOKENS = ["<|pad|>", "<|bos|>", "<|eos|>", "<|mask|>"]


def main() -> None:
    arguments = parse_arguments()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=arguments.vocabulary,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(sample(arguments), trainer)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.out))


def sample(arguments) -> Iterator[str]:
    """Documents of each source, about as many bytes of it as its weight in the mix asks for."""
    mix = json.loads(arguments.mix.read_text())
    documents = {name: (arguments.corpus / f"{name}.train.txt").read_text().split("\n\n") for name in mix}
    weights = {name: repeats * sum(map(len, documents[name])) for name, repeats in mix.items()}
    for name in mix:
        wanted = arguments.megabytes * 1e6 * weights[name] / sum(weights.values())
        random.Random(name).shuffle(documents[name])
        while wanted > 0:
            for document in documents[name]:
                yield document
                wanted -= len(document)
                if wanted <= 0:
                    break


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--mix", type=Path, required=True)
    parser.add_argument("--vocabulary", type=int, required=True)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
