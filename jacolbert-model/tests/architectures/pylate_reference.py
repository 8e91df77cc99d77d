"""Late-interaction checkpoints as PyLate writes them, and what PyLate gives with them."""
import bisect
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from encoders import ARCHITECTURES, DIM, in_old_form, redraw
from files import (
    HERE,
    digest,
    flags,
    fresh,
    passages,
    queries,
    read_json,
    update_index,
    without_build,
    write_json,
    write_reference,
    write_tensors,
)
from pylate import models
from safetensors.torch import load_file, save_file
from sentence_transformers.models import Transformer
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

TOKENIZERS = HERE / "tokenizers"
USUAL_NAMES = ("roberta", "distilbert", "luke")   # the others keep the names that they were saved with
DEFAULTS_OF_OLD_KEYS = {"global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "global_attn_every_n_layers": 3}
NOT_OF_THE_MODEL = ("architectures", "dtype", "transformers_version", "_name_or_path", *DEFAULTS_OF_OLD_KEYS)


def quiet():
    torch.set_num_threads(1)
    for name in ("transformers", "sentence_transformers", "pylate"):
        logging.getLogger(name).setLevel(logging.ERROR)
    disable_progress_bar()
    warnings.filterwarnings("ignore")


def bare_encoder(folder, tokenizer, config):
    """An encoder without a head, as a base to train on is published."""
    made = AutoTokenizer.from_pretrained(TOKENIZERS / tokenizer)
    AutoModel.from_config(config).save_pretrained(folder)
    made.save_pretrained(folder)


def prefixes(tokenizer):
    return ("[unused0]", "[unused1]") if tokenizer == "wordpiece" else ("[Q] ", "[D] ")


def make_checkpoint(folder, name, seed):
    tokenizer, kind, settings, length, old = ARCHITECTURES[name]
    vocabulary = len(AutoTokenizer.from_pretrained(TOKENIZERS / tokenizer))
    query_prefix, document_prefix = prefixes(tokenizer)
    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as base:
        bare_encoder(base, tokenizer, kind(vocab_size=vocabulary, **settings))
        model = models.ColBERT(base, embedding_size=DIM, query_prefix=query_prefix, document_prefix=document_prefix,
                               query_length=32, document_length=length)
    redraw(model, seed)
    model.save(str(fresh(folder)), create_model_card=False)
    without_build(folder)
    if name in USUAL_NAMES:
        rename_norms(folder / "model.safetensors")
    config = read_json(folder / "config.json")
    config.pop("_name_or_path", None)
    write_json(folder / "config.json", in_old_form(config, old) if old else config)
    write_json(folder / "config_minimal.json", without_defaults(folder))


def rename_norms(path):
    """Transformers 5.3.0 writes LayerNorm.gamma and .beta; these become .weight and .bias, as every other one writes."""
    usual = {"gamma": "weight", "beta": "bias"}
    tensors = {name: (name.rpartition("."), value) for name, value in load_file(path).items()}
    save_file({f"{start}.{usual.get(end, end)}": value for (start, _, end), value in tensors.values()}, path,
              metadata={"format": "pt"})


def without_defaults(folder):
    """The configuration less every key that has its class's default; it must load as the same."""
    whole, stored = AutoConfig.from_pretrained(folder), read_json(folder / "config.json")
    defaults = {**type(whole)().to_dict(), **DEFAULTS_OF_OLD_KEYS}
    kept = {key: value for key, value in stored.items() if key not in defaults or defaults[key] != value}
    for key in ("architectures", "dtype", "transformers_version"):
        kept.pop(key, None)
    kept["model_type"] = whole.model_type
    with tempfile.TemporaryDirectory() as spare:
        write_json(Path(spare) / "config.json", kept)
        again = AutoConfig.from_pretrained(spare).to_dict()
    assert all(again[key] == value for key, value in whole.to_dict().items() if key not in NOT_OF_THE_MODEL)
    return kept


def open_exact(folder, **settings):
    """The model in f64, so that the reference has no rounding of its own to speak of."""
    return models.ColBERT(str(folder), **settings).double()


def encode(model, text, is_query, **options):
    """Ids, attention, kept tokens and kept rows of one text alone."""
    found = model.encode([text], is_query=is_query, output_value=None, show_progress_bar=False, **options)
    ids, attention, keep = (found[key][0].astype(int) for key in ("input_ids", "attention_mask", "masks"))
    record = {"ids": ids.tolist(), "attention": flags(attention), "keep": flags(keep)}
    return record, found["token_embeddings"][0][keep.astype(bool)]


def difference_in_f32(folder, text, is_query, expected):
    """The largest difference of PyLate in f32, as it is used, from the reference in f64."""
    _, rows = encode(models.ColBERT(str(folder)), text, is_query)
    return float(np.abs(rows - expected).max())


def longest():
    """All passages as one text; each checkpoint cuts it at its own length."""
    return "".join(passages())


def architectures():
    entries = []
    for seed, name in enumerate(ARCHITECTURES):
        folder = HERE / "architectures" / name
        make_checkpoint(folder, name, seed)
        model = open_exact(folder)
        is_long = name == "modernbert_long"
        groups = {
            "queries": [encode(model, text, True) for text in queries()],
            "passages": [encode(model, text, False) for text in passages()[:8 if is_long else None]]}
        if is_long:
            long_texts(folder, model)
        else:
            groups["longest"] = [encode(model, longest(), False)]
            assert len(groups["longest"][0][0]["ids"]) == model.document_length
        write_reference(folder, groups)
        worst = max(difference_in_f32(folder, queries()[3], True, groups["queries"][3][1]),
                    difference_in_f32(folder, passages()[7], False, groups["passages"][7][1]))
        print(f"{name}: {model.document_length} tokens, PyLate in f32 differs by {worst:.1e}", flush=True)
        assert worst < 6e-6
        entries.append({"folder": f"architectures/{name}", "architecture": architecture_of(folder),
                        "skiplist": model.skiplist, **frequencies(model)})
    update_index("architecture", entries)


def frequencies(model):
    """The frequencies of rotary positions in f32, which are the reference's own rounding."""
    rotary = getattr(model[0].auto_model, "rotary_emb", None)
    kinds = sorted(rotary.layer_types) if rotary else []
    values = {kind: getattr(rotary, f"{kind}_inv_freq").float().tolist() for kind in kinds}
    return {"frequencies": values} if kinds else {}


def architecture_of(folder):
    return read_json(folder / "config.json")["model_type"]


def long_texts(folder, model):
    """Texts of 1,000, 4,000 and 8,000 tokens, and one that is cut at 8,192; every 50th kept row, and the last."""
    groups, records = {}, {}
    for tokens in (1000, 4000, 8000, 8192):
        text = long_text(model, tokens)
        (folder / f"long_{tokens}.txt").write_text(text)
        record, rows = encode(model, text, False)
        assert len(record["ids"]) == tokens
        chosen = sorted({*range(0, len(rows), 50), len(rows) - 1})
        records[f"long_{tokens}"] = {
            "tokens": tokens, "ids_digest": digest(record["ids"]), "kept": len(rows), "rows": chosen}
        groups[f"long_{tokens}"] = rows[chosen]
        print(f"long_{tokens}: PyLate in f32 differs by {difference_in_f32(folder, text, False, rows):.1e}", flush=True)
    write_json(folder / "expected_long.json", records, lines=True)
    write_tensors(folder / "expected_long.safetensors", groups)


def long_text(model, tokens):
    """Passages in an order that does not repeat, cut where the text has exactly so many tokens; 8,192: not cut."""
    generator = torch.Generator().manual_seed(tokens)
    texts = passages()
    order = [n for _ in range(40) for n in torch.randperm(len(texts), generator=generator).tolist()]
    whole = "".join(texts[n] for n in order)[:tokens * 3]
    count = lambda text: len(model.tokenizer(text)["input_ids"]) + 1
    if tokens == 8192:
        assert count(whole) > tokens
        return whole[:tokens * 2]
    ends = range(len(whole))
    for start in range(100):
        end = bisect.bisect_left(ends, tokens, lo=start, key=lambda end: count(whole[start:end]))
        if count(whole[start:end]) == tokens:
            return whole[start:end]
    raise AssertionError(f"no text of {tokens} tokens")


# Heads.


def dense(inputs, outputs, activation=None, **options):
    return models.Dense(inputs, outputs, activation_function=activation or torch.nn.Identity(), **options)


def heads():
    nn = torch.nn
    return {
        "bias": [dense(32, DIM)],
        "two": [dense(32, 56, bias=False), dense(56, DIM, bias=False)],
        "two_with_bias_and_tanh": [dense(32, 24, nn.Tanh()), dense(24, DIM)],
        "three_two_residual": [
            dense(32, 64, bias=False, use_residual=True), dense(64, 32, bias=False, use_residual=True),
            dense(32, DIM, bias=False)],
        "residual_of_same_width": [dense(32, 32, nn.GELU(), use_residual=True), dense(32, DIM, bias=False)],
        "residual_last": [dense(32, DIM, nn.SiLU(), use_residual=True)],
        "gelu": [dense(32, DIM, nn.GELU())],
        "relu": [dense(32, DIM, nn.ReLU())],
        "silu": [dense(32, DIM, nn.SiLU())],
        "sigmoid": [dense(32, DIM, nn.Sigmoid())],
        "tanh": [dense(32, DIM, nn.Tanh())],
        "leaky_relu": [dense(32, DIM, nn.LeakyReLU())],
        "elu": [dense(32, DIM, nn.ELU())],
        "mish": [dense(32, DIM, nn.Mish())],
    }


def make_heads():
    encoder, entries = HERE / "architectures" / "bert", []
    for seed, (name, chain) in enumerate(heads().items()):
        folder = fresh(HERE / "heads" / name)
        for n, module in enumerate(chain):
            redraw(module, 100 * seed + n)
        model = models.ColBERT(
            modules=[Transformer(str(encoder)), *chain], query_prefix="[unused0]", document_prefix="[unused1]",
            query_length=32, document_length=128)
        model.save(str(folder), create_model_card=False)
        without_build(folder)
        read_again = open_exact(folder)
        write_reference(folder, {
            "queries": [encode(read_again, text, True) for text in queries()[:3]],
            "passages": [encode(read_again, text, False) for text in passages()[:5]]})
        worst = difference_in_f32(folder, passages()[0], False, encode(read_again, passages()[0], False)[1])
        print(f"head {name}: PyLate in f32 differs by {worst:.1e}", flush=True)
        entries.append({"folder": f"heads/{name}", "architecture": "bert",
                        "chain": [read_json(folder / f"{n + 1}_Dense" / "config.json") for n in range(len(chain))]})
    update_index("head", entries)


# PyLate's rules of queries and passages.

RULES = {
    "plain": ("bert", {}, {}),
    "attend": ("bert", {"attend_to_expansion_tokens": True}, {}),
    "no_expansion": ("bert", {"do_query_expansion": False, "attend_to_expansion_tokens": True}, {}),
    "short_queries": ("bert", {"query_length": 9, "document_length": 14}, {}),
    "prompt_for_all": ("bert", {"prompts": {"query": "質問: ", "document": "文: "}, "default_prompt_name": "query"}, {}),
    "prompts_without_default": ("bert", {"prompts": {"query": "質問: ", "document": "文: "}}, {}),
    "lower_case": ("bert", {}, {"do_lower_case": True}),
    "skiplist": ("bert", {"skiplist_words": ["。", "の", "山", "##る", "not in the vocabulary"]}, {}),
    "no_skiplist": ("bert", {"skiplist_words": []}, {}),
    "no_prefixes": ("bert", {"query_prefix": "", "document_prefix": ""}, {}),
    "xlm_roberta": ("xlm_roberta", {}, {}),
    "modernbert_attend": ("modernbert_old", {"attend_to_expansion_tokens": True}, {}),
    "modernbert_no_expansion": ("modernbert_old", {"do_query_expansion": False}, {}),
    "mmbert": ("mmbert", {}, {}),
}


def rule_texts():
    lines = queries()
    return [lines[n] for n in (0, 13, 15, 18, 19)] + [
        "[MASK]の山 [MASK]", "山[PAD]川", "[UNK]川", "[unused0]は何", "[unused1] 山", " 前後 ", "ABC Def İΣ", "[CLS] 山 [SEP]",
        "<mask>の山 <mask>", "山<pad>川", "<unk>川", "[Q] は何", "[Q]山[D] 川", "a.b,c!「山」。", "\u3000全角\u00a0"]


def make_rules():
    entries = []
    for name, (source, pylate, transformer) in RULES.items():
        folder = fresh(HERE / "rules" / name)
        shutil.copytree(HERE / "architectures" / source, folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("expected*", "long_*"))
        change(folder / "config_sentence_transformers.json", pylate)
        change(folder / "sentence_bert_config.json", transformer)
        model = open_exact(folder)
        write_reference(folder, {
            "queries": [encode(model, text, True) for text in rule_texts()],
            "passages": [encode(model, text, False) for text in rule_texts()]})
        entries.append({"folder": f"rules/{name}", "architecture": architecture_of(folder),
                        "settings": {**pylate, **transformer}, "skiplist": model.skiplist})
    write_json(HERE / "rules" / "texts.json", rule_texts())
    update_index("rule", entries)


def change(path, values):
    write_json(path, {**read_json(path), **values})


def make():
    quiet()
    architectures()
    make_heads()
    make_rules()
