"""Turns a prepared corpus into token ids.

    python encode_corpus.py --corpus corpus --tokenizer tokenizer.json --out encoded

Of each source come `NAME.npy`, the ids of its training documents one after another (uint16), and `NAME.starts.npy`, where
each begins, with the end of the last one. `valid.json` has the beginning of each validation document, cut by characters
so that it is the same text for every vocabulary. `tokenizer.json` is kept with them.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

VALID_CHARACTERS = 800
CHUNK = 2000
MOST_IDS = 2**16


def main() -> None:
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    if tokenizer.get_vocab_size() > MOST_IDS:
        raise SystemExit(f"{tokenizer.get_vocab_size()} ids do not fit uint16; the limit is {MOST_IDS}.")
    shutil.copyfile(arguments.tokenizer, arguments.out / "tokenizer.json")
    valid = {}
    for file in sorted(arguments.corpus.glob("*.train.txt")):
        name = file.name.removesuffix(".train.txt")
        documents = documents_of(file)[: arguments.most_documents]
        ids, starts = encode(tokenizer, documents)
        np.save(arguments.out / f"{name}.npy", ids)
        np.save(arguments.out / f"{name}.starts.npy", starts)
        valid[name] = [first_words(text) for text in documents_of(arguments.corpus / f"{name}.valid.txt")]
        characters = sum(map(len, documents))
        size = f"{len(ids)} tokens, {characters / len(ids):.3f} characters each"
        print(f"{name}: {len(documents)} documents, {size}", flush=True)
    passages = {name: [tokenizer.encode(text).ids for text in texts] for name, texts in valid.items()}
    (arguments.out / "valid.json").write_text(json.dumps(passages))


def documents_of(file: Path) -> list[str]:
    return [text for text in file.read_text().split("\n\n") if text]


def encode(tokenizer: Tokenizer, documents: list[str]) -> tuple[np.ndarray, np.ndarray]:
    parts, starts = [], [0]
    for first in range(0, len(documents), CHUNK):
        for encoding in tokenizer.encode_batch(documents[first : first + CHUNK]):
            parts.append(np.asarray(encoding.ids, dtype=np.uint16))
            starts.append(starts[-1] + len(encoding.ids))
    return np.concatenate(parts), np.asarray(starts, dtype=np.int64)


def first_words(text: str) -> str:
    return text if len(text) <= VALID_CHARACTERS else text[:VALID_CHARACTERS].rsplit(" ", 1)[0]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most-documents", type=int, default=None, help="of each source, for trials")
    return parser.parse_args()


if __name__ == "__main__":
    main()
