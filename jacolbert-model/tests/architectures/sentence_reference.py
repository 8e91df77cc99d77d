"""Checkpoints as Sentence Transformers 6 writes them, and what it gives with them."""
import logging
import shutil
import string
import tempfile
from pathlib import Path

import numpy as np
import torch
from encoders import DIM, redraw
from files import (
    HERE,
    assemble,
    flags,
    fresh,
    passages,
    queries,
    read_json,
    update_index,
    without_build,
    write_reference,
)
from safetensors.torch import load_file
from sentence_transformers import MultiVectorEncoder
from sentence_transformers.base.modules import Dense, Transformer
from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask
from sentence_transformers.sentence_transformer.modules import Normalize
from transformers.utils.logging import disable_progress_bar

KEYS = {"module_input_name": "token_embeddings"}


def quiet():
    torch.set_num_threads(1)
    disable_progress_bar()
    for name in ("transformers", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)


def bare(source, folder):
    """An encoder without a head: the files of a PyLate checkpoint that are the encoder's."""
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(HERE / "architectures" / source / name, folder)


def dense(inputs, outputs, activation=None, **options):
    return Dense(inputs, outputs, activation_function=activation or torch.nn.Identity(), **KEYS, **options)


def checkpoints():
    """Source of the encoder, options of Transformer, Dense modules, options of MultiVectorMask, prompts."""
    marks = list(string.punctuation)
    fixed = {"strategy": "fixed", "length": 32}
    return {
        "fixed": ("bert", {"query_expansion": fixed, "document_length": 128}, [dense(32, DIM, bias=False)],
                  {"skiplist_words": marks}, {"query": "[unused0] ", "document": "[unused1] "}),
        "fixed_attend": ("bert", {"query_expansion": {**fixed, "attend": True, "length": 12}, "document_length": 20},
                         [dense(32, DIM, bias=False)], {"skiplist_words": ["。", "の", "not in the vocabulary"]}, {}),
        "min": ("bert", {"query_expansion": {"strategy": "min", "length": 8, "token": "[UNK]"}, "query_length": 24,
                         "max_seq_length": 64},
                [dense(32, 40, torch.nn.GELU(), use_residual=True), dense(40, DIM)],
                {"skiplist_words": ["。"], "skiplist_tasks": ["query", "document"]},
                {"query": "質問: ", "document": "文: "}),
        "no_expansion": ("roberta", {"query_length": 20, "document_length": 40, "do_lower_case": True},
                         [dense(32, DIM, torch.nn.Tanh())], {}, {"query": "問: "}),
        "modernbert": ("modernbert_old", {"query_expansion": fixed, "document_length": 512},
                       [dense(48, 48, bias=False, use_residual=True), dense(48, DIM, bias=False)],
                       {"skiplist_words": marks}, {"query": "[Q] ", "document": "[D] "}),
    }


def make():
    quiet()
    entries = []
    for seed, (name, (source, options, chain, mask, prompts)) in enumerate(checkpoints().items()):
        folder = fresh(HERE / "sentence_transformers" / name)
        for n, module in enumerate(chain):
            redraw(module, 10000 + 100 * seed + n)
        with tempfile.TemporaryDirectory() as base:
            bare(source, base)
            modules = [Transformer(base, **options), *chain, MultiVectorMask(**mask), Normalize(**KEYS)]
            MultiVectorEncoder(modules=modules, prompts=prompts).save(str(folder), create_model_card=False)
        without_build(folder)
        model = MultiVectorEncoder(str(folder)).double()
        write_groups(folder, model)
        entries.append({"folder": f"sentence_transformers/{name}",
                        "architecture": read_json(folder / "config.json")["model_type"], "settings": options})
    update_index("sentence_transformers", entries)


def write_groups(folder, model):
    texts = {"queries": queries(), "passages": passages()[30:58]}
    write_reference(folder, {
        name: [encode(model, text, name == "queries") for text in group] for name, group in texts.items()})


def encode(model, text, is_query):
    """Ids, attention and kept tokens of one text alone, and its kept rows."""
    task = "query" if is_query else "document"
    prompt = model.prompts.get(task)
    features = model.preprocess([text], prompt=prompt, task=task)
    record = {"ids": features["input_ids"][0].tolist(), "attention": flags(features["attention_mask"][0])}
    with torch.inference_mode():
        kept = model(dict(features), task=task)["attention_mask"][0]
    rows = (model.encode_query if is_query else model.encode_document)([text])[0]
    record["keep"] = flags(kept)
    assert record["keep"].count("1") == len(rows)
    return record, rows.numpy()


def compare_with_pylate():
    """What the same folder gives in PyLate and in Sentence Transformers 6: prints texts that differ."""
    quiet()
    for entry in read_json(HERE / "fixtures.json"):
        if entry["kind"] in ("architecture", "head", "rule") and not entry["folder"].endswith("_long"):
            with tempfile.TemporaryDirectory() as spare:
                assemble(entry, Path(spare))
                texts = read_json(HERE / "rules" / "texts.json") if entry["kind"] == "rule" else None
                print(f"{entry['folder']}: {differences(Path(spare), texts)}", flush=True)


def differences(folder, texts):
    model, expected = MultiVectorEncoder(str(folder)).double(), read_json(folder / "expected.json")
    rows = load_file(folder / "expected.safetensors")
    found, worst = [], 0.0
    for name, own in (("queries", queries()), ("passages", passages())):
        at = 0
        for text, record in zip(texts or own, expected[name]):
            ours, values = encode(model, text, name == "queries")
            count = record["keep"].count("1")
            unlike = [key for key in ours if ours[key] != record[key]]
            if unlike:
                found.append((name, text, unlike))
            else:
                worst = max(worst, np.abs(values - rows[name][at:at + count].numpy()).max())
            at += count
    return f"{len(found)} texts differ in ids or masks, rows of the others by {worst:.1e}; first: {found[:6]}"
