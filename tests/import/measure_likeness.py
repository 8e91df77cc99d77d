"""Measures what `src/import/vector_check.rs` decides by: how like the vectors of an index are to what a model
makes of the texts, where both belong together and where they do not.

    python measure_likeness.py       # with the packages that make_fixtures.py names

The passages are those of `examples/collection`, the model is `assets/mini`, the index colbert-ai's. "Unrelated" are
the same vectors turned round in space.
"""
import json
import os
import tempfile
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch

from colbert import Indexer
from colbert.indexing.codecs.residual import ResidualCodec
from colbert.indexing.loaders import load_doclens
from colbert.infra import ColBERTConfig, Run, RunConfig
from colbert.modeling.checkpoint import Checkpoint

ROOT = Path(__file__).parent.parent.parent
MODEL = str(ROOT / "assets" / "mini")


def encoded(texts, **settings):
    config = ColBERTConfig.from_existing(
        ColBERTConfig.load_from_checkpoint(MODEL), ColBERTConfig(**settings))
    passages = Checkpoint(MODEL, colbert_config=config).docFromText(texts, bsize=32, keep_dims=False)
    return [rows.float() for rows in (passages[0] if isinstance(passages, tuple) else passages)]


def decoded(texts, nbits):
    with tempfile.TemporaryDirectory() as work:
        run = RunConfig(nranks=1, experiment="likeness", root=work, avoid_fork_if_possible=True)
        with Run().context(run):
            config = ColBERTConfig(nbits=nbits, kmeans_niters=4, doc_maxlen=250, index_bsize=16)
            indexer = Indexer(checkpoint=MODEL, config=config)
            indexer.index(name="likeness", collection=texts, overwrite=True)
            path = Path(indexer.get_index())
        codec = ResidualCodec.load(str(path))
        chunks = range(len(list(path.glob("*.codes.pt"))))
        rows = [codec.decompress(ResidualCodec.Embeddings.load(str(path), chunk)) for chunk in chunks]
        return torch.split(torch.cat(rows).float(), load_doclens(str(path)))


def likeness(stored, made):
    return (stored[:len(made)] @ made.T).max(1).values.mean().item()


def main():
    torch.manual_seed(1)
    lines = (ROOT / "examples/collection/passages.jsonl").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    whole, cut = encoded(texts), encoded(texts, doc_maxlen=32)
    turn, _ = torch.linalg.qr(torch.randn(128, 128))
    table = []
    for nbits in (1, 2, 4):
        stored = decoded(texts, nbits)
        for name, made in [
            ("own text", whole), ("own text, cut at 32 tokens by the model", cut),
            ("next text", whole[1:] + whole[:1]), ("unrelated", [rows @ turn for rows in whole]),
        ]:
            all = [likeness(a, b) for a, b in zip(stored, made)]
            table.append(f"{nbits} bits, {name}: {min(all):.3f} to {max(all):.3f}")
    print("\n".join(table))


if __name__ == "__main__":
    main()
