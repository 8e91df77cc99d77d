"""XLM-RoBERTa in colbert-ai's layout, written by its own class, and what its own rules give with it."""
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from colbert.infra import ColBERTConfig
from colbert.modeling.hf_colbert import class_factory
from encoders import DIM, redraw
from files import HERE, PARITY, flags, fresh, passages, queries, read_json, update_index, write_json, write_reference
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig

sys.path.insert(0, str(PARITY))
from reference import Reference


def make():
    torch.set_num_threads(1)
    folder = fresh(HERE / "colbert_ai" / "xlm_roberta")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(HERE / "tokenizers" / "xlm_roberta" / "tokenizer.json"), cls_token="<s>", sep_token="</s>",
        bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>")
    with tempfile.TemporaryDirectory() as base:
        config = read_json(HERE / "architectures" / "xlm_roberta" / "config.json")
        write_json(Path(base) / "config.json", {**config, "vocab_size": len(tokenizer)})
        kind = class_factory(base)
        settings = ColBERTConfig(dim=DIM, query_maxlen=32, doc_maxlen=128, mask_punctuation=True)
        model = kind(XLMRobertaConfig.from_pretrained(base), settings)
        redraw(model, 2000)
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    shutil.copy(HERE / "tokenizers" / "xlm_roberta" / "tokenizer.json", folder)   # differs in how it is spaced
    write_json(folder / "artifact.metadata", {
        "dim": DIM, "similarity": "cosine", "query_maxlen": 32, "doc_maxlen": 128, "mask_punctuation": True,
        "attend_to_mask_tokens": False, "query_token_id": "[unused0]", "doc_token_id": "[unused1]"})
    projection = load_file(folder / "model.safetensors")["linear.weight"].double()
    encoder = getattr(model, model.base_model_prefix).double().eval()
    reference = Reference(folder, encoder, projection, tokenizer)
    texts = {"queries": queries(), "passages": passages()}
    groups = {"queries": [reference.query(text) for text in texts["queries"]],
              "passages": [reference.passage(text) for text in texts["passages"]]}
    write_reference(folder, {name: [compact(one) for one in group] for name, group in groups.items()})
    update_index("colbert_ai", [{"folder": "colbert_ai/xlm_roberta", "architecture": "xlm-roberta",
                                 "prefix": model.base_model_prefix, "skiplist": sorted(
                                     {n for n in reference.model.skiplist if isinstance(n, int)})}])


def compact(one):
    record, rows = one
    return {"ids": record["ids"], "attention": flags(record["attention"]), "keep": flags(record["keep"])}, rows.numpy()
