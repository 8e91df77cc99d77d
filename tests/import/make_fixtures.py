"""Makes the folder `ragatouille`: an index that RAGatouille wrote, and what colbert-ai finds in it.

    python make_fixtures.py
    # ragatouille 0.0.9.post2, colbert-ai 0.2.22, langchain 0.3.30, llama-index 0.14.25, torch 2.11.0,
    # transformers 4.49.0, faiss-cpu 1.15.1, psutil (which RAGatouille needs and does not name)

The model is `assets/mini`, the documents are those of `examples/collection`. One document is long and becomes
several passages; after indexing two documents are added and one is deleted, in place, as RAGatouille does with
a collection of 5,000 passages and more. `hits.json` holds, for some questions, all passages, best first, with
the scores that MaxSim gives them over the rows that colbert-ai decodes.
"""
import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch
from ragatouille import RAGPretrainedModel
from ragatouille.models.index import PLAIDModelIndex

from colbert import IndexUpdater
from colbert.indexing.codecs.residual import ResidualCodec
from colbert.indexing.loaders import load_doclens
from colbert.infra import ColBERTConfig
from colbert.modeling.checkpoint import Checkpoint

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MODEL = ROOT / "assets" / "mini"
WHOLE = ["fuji-1", "biwa-1", "shinano-1", "sakyu-1", "xavier-1"]
JOINED = {"planets": ["mars-1", "jupiter-1", "saturn-1"]}
DELETED, ADDED = "shinano-1", ["unagi-1", "typhoon-1"]
QUESTIONS = ["日本で最も高い山は？", "日本最大の湖は？", "環をもつ惑星は？", "台風とは何か？"]


def collection():
    lines = (ROOT / "examples/collection/passages.jsonl").read_text().splitlines()
    return {passage["id"]: passage for passage in map(json.loads, lines)}


def trim_lists(path):
    """A small index has its lists padded with zeros, which colbert-ai's updater takes for passage 0."""
    passage_ids, lengths = torch.load(path / "ivf.pid.pt")
    torch.save((passage_ids[:lengths.sum()].clone(), lengths), path / "ivf.pid.pt")


persist_to_disk = IndexUpdater.persist_to_disk


def reopened(path):
    return RAGPretrainedModel.from_index(str(path), verbose=0)


def build(work):
    passages = collection()
    texts = {name: passages[name]["text"] for name in WHOLE}
    texts |= {name: "".join(passages[part]["text"] for part in parts) for name, parts in JOINED.items()}
    metadata = [{"title": passages.get(name, {}).get("title", "惑星")} for name in texts]
    model = RAGPretrainedModel.from_pretrained(str(MODEL), index_root=str(work), verbose=0)
    path = Path(model.index(
        collection=list(texts.values()), document_ids=list(texts), document_metadatas=metadata,
        index_name="fixture", max_document_length=120))
    trim_lists(path)
    PLAIDModelIndex._should_rebuild = staticmethod(lambda *_: False)
    added = [passages[name] for name in ADDED]
    reopened(path).add_to_index(
        [passage["text"] for passage in added], ADDED,
        [{"title": passage["title"]} for passage in added], split_documents=False)
    # Not before: after a deletion colbert-ai counts its tokens wrong, and what it adds is lost.
    reopened(path).delete_from_index([DELETED])
    return path


def persist_without_garbage(self):
    """What pads the tensors is saved with them; it would be whatever was in memory."""
    self.searcher.ranker.embeddings.codes[-512:] = 0
    self.searcher.ranker.embeddings.residuals[-512:] = 0
    persist_to_disk(self)


def decoded_passages(path):
    codec = ResidualCodec.load(str(path))
    chunks = range(len(list(path.glob("*.codes.pt"))))
    rows = [codec.decompress(ResidualCodec.Embeddings.load(str(path), chunk)) for chunk in chunks]
    return torch.split(torch.cat(rows).float(), load_doclens(str(path)))


def hits(path):
    passages = {n: rows for n, rows in enumerate(decoded_passages(path)) if len(rows) > 0}
    checkpoint = Checkpoint(str(MODEL), colbert_config=ColBERTConfig.load_from_checkpoint(str(MODEL)))
    found = []
    for question in QUESTIONS:
        query = checkpoint.queryFromText([question])[0].float()
        scores = {n: float((query @ rows.T).max(1).values.sum()) for n, rows in passages.items()}
        best = sorted(scores, key=scores.get, reverse=True)
        found.append({"question": question, "passages": best, "scores": [scores[n] for n in best]})
    return found


def keep(path):
    target = HERE / "ragatouille"
    shutil.rmtree(target, ignore_errors=True)
    # What is never opened is left out.
    unused = ["ivf.pid.pt", "avg_residual.pt", "plan.json"]
    shutil.copytree(path, target, ignore=shutil.ignore_patterns(*unused))
    metadata = json.loads(target.joinpath("metadata.json").read_text())
    metadata["config"] = {key: metadata["config"][key] for key in ("dim", "nbits", "doc_maxlen")}
    target.joinpath("metadata.json").write_text(json.dumps(metadata, indent=1) + "\n")


def main():
    torch.manual_seed(11)
    IndexUpdater.persist_to_disk = persist_without_garbage
    with tempfile.TemporaryDirectory() as work:
        path = build(Path(work))
        found = hits(path)
        keep(path)
    (HERE / "ragatouille/hits.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
