"""What colbert-ai and transformers give for texts: ids, attention, kept tokens, embeddings, scores.

Made with Python 3.11 and these versions:

pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0 tokenizers==0.23.3
pip install --no-deps colbert-ai==0.2.22
pip install scipy ujson gitpython python-dotenv ninja datasets   # what colbert-ai imports

The rules are colbert-ai's own code: its two tokenizers, `ColBERT.query`, `ColBERT.doc`,
`ColBERT.mask` and `colbert_score`. Only the model under them is put together here, from
transformers' BertModel and the projection, because colbert-ai's loader compiles an extension.
"""
import json
import string
from pathlib import Path
from types import SimpleNamespace

import torch
from colbert.infra import ColBERTConfig
from colbert.modeling.colbert import ColBERT, colbert_score
from colbert.modeling.tokenization import DocTokenizer, QueryTokenizer
from safetensors.torch import load_file, save_file
from transformers import BertModel


class Reference:
    """A ColBERT of `bert`, `linear.weight` and the settings of `artifact.metadata`."""

    def __init__(self, folder, bert, projection, tokenizer):
        settings = json.loads((Path(folder) / "artifact.metadata").read_text())
        known = ("dim", "query_maxlen", "doc_maxlen", "mask_punctuation", "attend_to_mask_tokens",
                 "query_token_id", "doc_token_id")
        settings = {key: settings[key] for key in known if key in settings}
        self.config = ColBERTConfig(checkpoint=str(folder), **settings)
        self.query_tokenizer = with_tokenizer(QueryTokenizer, self.config, tokenizer)
        self.doc_tokenizer = with_tokenizer(DocTokenizer, self.config, tokenizer)
        marks = [symbol for symbol in string.punctuation] if self.config.mask_punctuation else []
        ids = [tokenizer.encode(mark, add_special_tokens=False)[0] for mark in marks]
        self.model = SimpleNamespace(
            bert=bert.eval(), linear=lambda hidden: hidden @ projection.T, device="cpu", use_gpu=False,
            skiplist={key: True for pair in zip(marks, ids) for key in pair},
            pad_token=tokenizer.pad_token_id)
        self.model.mask = lambda ids, skiplist: ColBERT.mask(self.model, ids, skiplist)

    @torch.no_grad()
    def query(self, text):
        """One text alone, so that no padding of others can matter."""
        ids, attention = self.query_tokenizer.tensorize([text])
        keep = torch.tensor(ColBERT.mask(self.model, ids, []))[0]
        assert keep.all()
        return record(text, ids, attention, keep), ColBERT.query(self.model, ids, attention)[0]

    @torch.no_grad()
    def passage(self, text):
        ids, attention = self.doc_tokenizer.tensorize([text])
        rows, keep = ColBERT.doc(self.model, ids, attention, keep_dims="return_mask")
        keep = keep[0, :, 0]
        return record(text, ids, attention, keep), rows[0][keep]

    def score(self, query, passage):
        whole = torch.ones(1, len(passage), 1, dtype=torch.bool)
        return colbert_score(query[None], passage[None], whole, config=self.config).item()

    def write(self, folder, queries, passages):
        """`reference.json`: what is whole numbers; `reference.safetensors`: rows, one after the
        other, and scores `[queries, passages]`."""
        queries = [self.query(text) for text in queries]
        passages = [self.passage(text) for text in passages]
        scores = [[self.score(q, p) for _, p in passages] for _, q in queries]
        lines = {name: [found for found, _ in group]
                 for name, group in (("queries", queries), ("passages", passages))}
        lines["skiplist_ids"] = sorted({x for x in self.model.skiplist if isinstance(x, int)})
        dump(lines, Path(folder) / "reference.json")
        save_file({"queries": torch.cat([rows for _, rows in queries]),
                   "passages": torch.cat([rows for _, rows in passages]),
                   "scores": torch.tensor(scores)}, Path(folder) / "reference.safetensors")


def load_model(folder):
    """BertModel and projection of a folder in the layout of colbert-ai, as transformers reads it."""
    folder = Path(folder)
    bert, report = BertModel.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    missing = {name for name in report["missing_keys"] if not name.startswith("pooler.")}
    assert not missing, missing
    if (folder / "model.safetensors").exists():
        tensors = load_file(folder / "model.safetensors")
    else:
        tensors = torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)
    return bert, tensors["linear.weight"].float()


def with_tokenizer(kind, config, tokenizer):
    """A tokenizer of colbert-ai around `tokenizer`; its own way of loading one asks the hub."""
    made = object.__new__(kind)
    made.tok, made.config, made.used, made.verbose = tokenizer, config, True, 0
    made.query_maxlen, made.doc_maxlen = config.query_maxlen, config.doc_maxlen
    made.Q_marker_token_id = tokenizer.convert_tokens_to_ids(config.query_token_id)
    made.D_marker_token_id = tokenizer.convert_tokens_to_ids(config.doc_token_id)
    made.pad_token_id, made.mask_token_id = tokenizer.pad_token_id, tokenizer.mask_token_id
    return made


def record(text, ids, attention, keep):
    return {"text": text, "ids": ids[0].tolist(), "attention": attention[0].tolist(),
            "keep": [int(kept) for kept in keep]}


def dump(groups, path):
    """JSON with a line per text."""
    parts = []
    for name, group in groups.items():
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in group)
        parts.append(f'"{name}": [\n{lines}\n]')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def read_lines(path):
    return Path(path).read_text().splitlines()
