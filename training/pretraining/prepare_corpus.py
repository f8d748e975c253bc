"""Cleans given texts for pretraining: no duplicates, nothing of the evaluation texts, some documents kept for validation.

    python prepare_corpus.py --text FILE … --exclude FILE … --out corpus

A text is UTF-8 (`.txt`, or `.txt.xz`), one paragraph a line, documents set apart by empty lines. Of each FILE come
`NAME.train.txt` and `NAME.valid.txt`; `corpus.json` tells sizes and hashes. Paragraphs of 80 characters or more occur
once in all files together; a document goes where more than `--overlap` of its 13-word runs occur in an excluded text.
Which documents are kept for validation depends on their own text and nothing else.
"""

import argparse
import hashlib
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path

RUN_WORDS = 13
# Shorter paragraphs, such as "Yes," she said., are the same in many texts and stay.
DUPLICATE_CHARACTERS = 80
VALID_SHARE = 0.04
VALID_MOST = 48


def main() -> None:
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    excluded = {run for file in arguments.exclude for document in read_documents(file) for run in runs_of(document)}
    seen: set[int] = set()
    sources = {}
    for file in arguments.text:
        kept, dropped = [], 0
        for document in read_documents(file):
            document = without_duplicates(document, seen)
            if document and overlap(document, excluded) <= arguments.overlap:
                kept.append(document)
            else:
                dropped += 1
        name = file.name.removesuffix(".xz").removesuffix(".txt")
        sources[name] = {"from": file.name, "dropped": dropped, **write_splits(arguments.out / name, kept)}
        print(name, sources[name], flush=True)
    (arguments.out / "corpus.json").write_text(json.dumps(sources, indent=2) + "\n")


def read_documents(file: Path) -> Iterator[str]:
    text = (lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else open(file, encoding="utf-8")).read()
    return (document.strip() for document in re.split(r"\n{2,}", text) if document.strip())


def without_duplicates(document: str, seen: set[int]) -> str:
    kept = []
    for paragraph in document.split("\n"):
        if len(paragraph) >= DUPLICATE_CHARACTERS:
            key = hash_of(paragraph)
            if key in seen:
                continue
            seen.add(key)
        kept.append(paragraph)
    return "\n".join(kept).strip()


def runs_of(document: str) -> Iterator[int]:
    words = re.findall(r"\w+", document.lower())
    return (hash(tuple(words[start : start + RUN_WORDS])) for start in range(len(words) - RUN_WORDS + 1))


def overlap(document: str, excluded: set[int]) -> float:
    if not excluded:
        return 0.0
    runs = list(runs_of(document))
    return sum(run in excluded for run in runs) / max(1, len(runs))


def write_splits(path: Path, documents: list[str]) -> dict:
    """The documents with the lowest hashes are for validation."""
    count = min(VALID_MOST, round(VALID_SHARE * len(documents)))
    valid = set(sorted(range(len(documents)), key=lambda index: hash_of(documents[index]))[:count])
    told = {}
    for split, chosen in (("train", False), ("valid", True)):
        texts = [document for index, document in enumerate(documents) if (index in valid) == chosen]
        content = "".join(f"{text}\n\n" for text in texts).encode()
        Path(f"{path}.{split}.txt").write_bytes(content)
        told[split] = {
            "documents": len(texts),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    return told


def hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, nargs="+", required=True)
    parser.add_argument("--exclude", type=Path, nargs="*", default=[])
    parser.add_argument("--overlap", type=float, default=0.02)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
