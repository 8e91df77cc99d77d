"""Throughput of the tokenizer next to fugashi and transformers, in turn, best of some rounds of processor time.

    pip install fugashi==1.5.2 unidic-lite==1.0.8 transformers==5.23.0
    cargo build --release -p jacolbert-tokenizer --example throughput
    python throughput.py target/release/examples/throughput MODEL TEXTS.jsonl..
"""

import json
import subprocess
import sys
import time
import unicodedata

import fugashi
import unidic_lite
from transformers import BertJapaneseTokenizer


def speed(texts, run):
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        for text in texts:
            run(text)
        best = min(best, time.thread_time() - start)
    return sum(map(len, texts)) / best


def main(binary, model, *files):
    tagger = fugashi.GenericTagger(f'-d "{unidic_lite.DICDIR}" -r "{unidic_lite.DICDIR}/mecabrc"')
    reference = BertJapaneseTokenizer(
        f"{model}/vocab.txt", word_tokenizer_type="mecab", mecab_kwargs={"mecab_dic": "unidic_lite"}
    )
    for file in files:
        texts = [json.loads(line)["text"] for line in open(file, encoding="utf-8")]
        best = {}
        for _ in range(3):
            ours = json.loads(subprocess.check_output([binary, unidic_lite.DICDIR, model, file]))
            theirs = {
                "fugashi": speed(texts, lambda t: [w.surface for w in tagger(unicodedata.normalize("NFKC", t))]),
                "transformers": speed(texts, lambda t: reference.encode(t, add_special_tokens=False)),
            }
            for name in ("words", "ids"):
                best[name] = max(best.get(name, 0), ours[name])
            for name, value in theirs.items():
                best[name] = max(best.get(name, 0), value)
        print(file, {name: f"{value / 1e6:.2f} Mchar/s" for name, value in best.items()})
        print(f"  words / fugashi {best['words'] / best['fugashi']:.1f}, ids / transformers {best['ids'] / best['transformers']:.1f}")
        print("  last run:", ours)


main(*sys.argv[1:])
