"""Makes the folders `bits_*` and `updated`: indexes that colbert-ai wrote, and the rows that it decodes.

    python make_fixtures.py          # colbert-ai 0.2.22, torch 2.10.0, transformers 4.49.0, faiss-cpu 1.15.1

The checkpoint is a random BERT of one layer, made here and thrown away. `rows.npy` holds what
`ResidualCodec.decompress` makes of every token, f32 `[tokens, dim]`. `updated` went through colbert-ai's
`IndexUpdater`: passages were taken out and others added.
"""
import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

import colbert.index_updater
from colbert import Indexer, IndexUpdater, Searcher
from colbert.data import Collection
from colbert.indexing.codecs.residual import ResidualCodec
from colbert.indexing.loaders import load_doclens
from colbert.infra import ColBERTConfig, Run, RunConfig

HERE = Path(__file__).parent
HIDDEN, PASSAGES_PER_CHUNK = 32, 5
WORDS = [f"word{n}" for n in range(60)]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]


def write_checkpoint(path, dim):
    torch.manual_seed(7)
    path.mkdir()
    path.joinpath("vocab.txt").write_text("\n".join(SPECIAL + WORDS) + "\n")
    config = BertConfig(
        vocab_size=len(SPECIAL + WORDS), hidden_size=HIDDEN, num_hidden_layers=1,
        num_attention_heads=2, intermediate_size=32, max_position_embeddings=64)
    bert = BertModel(config)
    tensors = {"bert." + name: value for name, value in bert.state_dict().items()}
    tensors["linear.weight"] = torch.randn(dim, HIDDEN)
    save_file(tensors, path / "model.safetensors", metadata={"format": "pt"})
    config.architectures = ["HF_ColBERT"]
    config.save_pretrained(path)
    path.joinpath("tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 64}))
    ColBERTConfig(dim=dim, doc_maxlen=48, query_maxlen=16).save_for_checkpoint(str(path))


def passages(count, seed):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=rng.integers(1, 14))) for _ in range(count)]


def run_config(work):
    """In this process, so that it has the small chunks that are set below."""
    return RunConfig(nranks=1, experiment="fixture", root=str(work), avoid_fork_if_possible=True)


def build(work, name, dim, nbits):
    checkpoint = work / f"checkpoint-{dim}"
    if not checkpoint.exists():
        write_checkpoint(checkpoint, dim)
    with Run().context(run_config(work)):
        config = ColBERTConfig(nbits=nbits, kmeans_niters=4, doc_maxlen=48, index_bsize=16)
        indexer = Indexer(checkpoint=str(checkpoint), config=config)
        indexer.index(name=name, collection=passages(11, 3), overwrite=True)
        return Path(indexer.get_index()), checkpoint


def update(path, checkpoint, work):
    # A small index has its lists padded with zeros, which the updater takes for passage 0.
    passage_ids, lengths = torch.load(path / "ivf.pid.pt")
    torch.save((passage_ids[:lengths.sum()].clone(), lengths), path / "ivf.pid.pt")
    with Run().context(run_config(work)):
        searcher = Searcher(index=path.name, collection=passages(11, 3))
        updater = IndexUpdater(searcher.config, searcher, str(checkpoint))
        # What pads the tensors is saved with them; it would be whatever was in memory.
        searcher.ranker.embeddings.codes[-512:] = 0
        searcher.ranker.embeddings.residuals[-512:] = 0
        updater.remove([0, 7, 10])
        updater.add(passages(6, 4))
        updater.persist_to_disk()


def decoded(path):
    codec = ResidualCodec.load(str(path))
    chunks = range(len(list(path.glob("*.codes.pt"))))
    rows = [codec.decompress(ResidualCodec.Embeddings.load(str(path), chunk)) for chunk in chunks]
    rows = torch.cat(rows)
    assert len(rows) == sum(load_doclens(str(path)))
    return rows.numpy()


def keep(path, name):
    target = HERE / name
    shutil.rmtree(target, ignore_errors=True)
    # What is never opened is kept once.
    unused = [] if name == "updated" else ["ivf.pid.pt", "avg_residual.pt", "plan.json"]
    shutil.copytree(path, target, ignore=shutil.ignore_patterns(*unused))
    for metadata in {"metadata.json", "plan.json"} - set(unused):
        content = json.loads(target.joinpath(metadata).read_text())
        content["config"] = {key: content["config"][key] for key in ("dim", "nbits", "doc_maxlen")}
        target.joinpath(metadata).write_text(json.dumps(content, indent=1) + "\n")
    np.save(target / "rows.npy", decoded(path))


def main():
    torch.manual_seed(11)
    Collection.get_chunksize = lambda self: PASSAGES_PER_CHUNK
    colbert.index_updater.DEFAULT_CHUNKSIZE = 14
    with tempfile.TemporaryDirectory() as work:
        for nbits, dim in [(1, 32), (2, 32), (4, 32), (8, 64)]:
            path, _ = build(Path(work), f"bits_{nbits}", dim, nbits)
            keep(path, path.name)
        Collection.get_chunksize = lambda self: 14     # one chunk: the updater fails on two
        path, checkpoint = build(Path(work), "updated", 32, 2)
        update(path, checkpoint, Path(work))
        keep(path, path.name)


if __name__ == "__main__":
    main()
