"""Makes `reference.json`: what PyTorch computes with the files beside this script.

    python make_reference.py [NAME=BEIR_FOLDER ...]
    # torch 2.11.0, transformers 5.23.0, colbert-ai 0.2.22, tokenizers, safetensors

The texts are those of the present `reference.json`. Ids, kept tokens, embeddings and scores are
colbert-ai's, as `jacolbert-model/tests/it/parity/reference.py` has them. With BEIR folders it also
finds recall by exhaustive search, titles not used; without, recall stays as it is.
"""
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "jacolbert-model/tests/it/parity"))

import torch
from transformers import PreTrainedTokenizerFast

from reference import Reference, load_model

NOTE = ("exhaustive MaxSim in f32 of the stored f16 weights; query: [CLS] [unused0] text [SEP] padded to 32 with "
        "[MASK], attention 0 on [MASK]; passage: [CLS] [unused1] text [SEP], at most 512 ids; text of BEIR corpus "
        "without title; rows of skipped punctuation removed")


def rounded(rows):
    return [[round(value, 6) for value in row] for row in rows.tolist()]


def texts_of(path):
    lines = map(json.loads, Path(path).read_text().splitlines())
    return {line["_id"]: line["text"] for line in lines}


def recall(reference, folder):
    """Shares of the questions whose passage is among the first 1, 5 and 10."""
    folder = Path(folder)
    passages, queries = texts_of(folder / "corpus.jsonl"), texts_of(folder / "queries.jsonl")
    judged = [line.split("\t") for line in (folder / "qrels/test.tsv").read_text().splitlines()[1:]]
    rows = [reference.passage(text)[1] for text in passages.values()]
    place = {name: number for number, name in enumerate(passages)}
    owner = torch.repeat_interleave(torch.arange(len(rows)), torch.tensor([len(row) for row in rows]))
    rows, found = torch.cat(rows), {1: 0, 5: 0, 10: 0}
    for query, passage, _ in judged:
        similarities = reference.query(queries[query])[1] @ rows.T
        best = torch.full((len(similarities), len(place)), -1e4)
        best.scatter_reduce_(1, owner.expand_as(similarities), similarities, "amax")
        scores = best.sum(0)
        better = (scores > scores[place[passage]]).sum().item()
        for k in found:
            found[k] += better < k
    return {f"R@{k}": round(hits / len(judged), 4) for k, hits in found.items()}


def main():
    torch.set_num_threads(1)
    before = json.loads((HERE / "reference.json").read_text())
    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE)
    reference = Reference(HERE, *load_model(HERE), tokenizer)
    groups = {"queries": [], "passages": []}
    rows = {"queries": [], "passages": []}
    for group, encode in (("queries", reference.query), ("passages", reference.passage)):
        for text in (record["text"] for record in before[group]):
            record, embeddings = encode(text)
            groups[group].append(record | {"embeddings": rounded(embeddings)})
            rows[group].append(embeddings)
    scores = [[round(reference.score(q, p), 4) for p in rows["passages"]] for q in rows["queries"]]
    folders = [argument.split("=", 1) for argument in sys.argv[1:]]
    measured = {name: recall(reference, folder) for name, folder in folders}
    after = {"note": NOTE, "skiplist_ids": sorted({x for x in reference.model.skiplist if isinstance(x, int)}),
             "recall": before.get("recall", {}) | measured, **groups, "scores": scores}
    (HERE / "reference.json").write_text(json.dumps(after, ensure_ascii=False) + "\n")
    print(after["recall"])


if __name__ == "__main__":
    main()
