"""BLEU of sentence pairs and of their set, by sacreBLEU: an oracle for tests.

Usage: python training/make_bleu_reference.py --out FILE
"""

import argparse
import json

from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

PAIRS = [
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("The cat sat on the mat.", "the cat sat on a mat."),
    ("the the the the the the the", "the cat is on the mat"),
    (
        "It is a guide to action which ensures that the military always obeys the commands of the party",
        "It is a guide to action that ensures that the military will forever heed Party commands",
    ),
    ("quick brown", "quick brown fox"),
    ("fox", "fox"),
    ("bird", "fox"),
    ("", "nothing was filled"),
    ("far too many words for so short a gap", "one"),
    ("It cost $3.50, i.e. 1,000 (or 5%)!", "It cost $3.60, i.e. 1,000 (or 5%)!"),
    ('a well-known 3-day "trip" - over', 'a well-known 4-day "trip" - over'),
    ("Ünïcödé naïve café – “so”", "Ünïcödé naïve cafe – “so”"),
    ("a b c x d e f", "a b c d e f"),
    ("end.of,line 3.5,x ,5", "end.of,line 3.5,x ,6"),
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    metric = BLEU(smooth_method="exp", tokenize="13a", effective_order=True)
    tokenize = Tokenizer13a()
    rows = [
        {
            "candidate": candidate,
            "reference": reference,
            "tokens": tokenize(candidate).split(),
            "score": metric.sentence_score(candidate, [reference]).score / 100,
        }
        for candidate, reference in PAIRS
    ]
    candidates, references = zip(*PAIRS)
    corpus = metric.corpus_score(list(candidates), [list(references)])
    with open(arguments.out, "w", encoding="utf-8") as out:
        json.dump(
            {"signature": str(metric.get_signature()), "pairs": rows, "corpus": corpus.score / 100},
            out,
            ensure_ascii=False,
            indent=1,
        )
        out.write("\n")


if __name__ == "__main__":
    main()
