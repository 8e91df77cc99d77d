"""Makes everything in this folder that is not a script or a list of texts.

    python make_fixtures.py          # versions: see reference.py

One tiny random BERT with a projection, stored in every layout that a published model may have. All
weights are exact in bf16 and in f16, so that one reference holds for all layouts. Made again, every
file is the same, but `bin_before_1_6`: that format names storages by their address.
"""
import json
import shutil
from collections import Counter, OrderedDict
from pathlib import Path

import torch
from reference import Reference, read_lines
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

HERE = Path(__file__).parent
SHARED, LAYOUTS = HERE / "shared", HERE / "layouts"
HIDDEN, DIM, QUERY_MAXLEN, DOC_MAXLEN = 32, 16, 32, 96
VOCABULARY = 640
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]


def make_tokenizer(texts):
    """WordPiece over words that are one kanji or a run of one script.

    The vocabulary is counted here, because the trainers of `tokenizers` break ties by chance.
    """
    normalizer = normalizers.NFKC()
    runs = Regex(r"\p{Han}|\p{Hiragana}+|[\p{Katakana}ー]+|\p{Latin}+|\d+")
    words = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Split(runs, "isolated")])
    counts = Counter()
    for text in texts[::2]:   # the other half has unknown words
        for word, _ in words.pre_tokenize_str(normalizer.normalize_str(text)):
            counts.update(pieces(word))
    common = sorted(counts, key=lambda piece: (-counts[piece], piece))[:VOCABULARY]
    entries = list(dict.fromkeys(SPECIAL + list('!"#$%&()*+,-./:;<=>?@[]_') + common))
    tokenizer = Tokenizer(models.WordPiece(
        {piece: n for n, piece in enumerate(entries)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, words
    tokenizer.add_special_tokens(SPECIAL[:5])   # markers are ordinary entries of the vocabulary
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def pieces(word):
    """What a vocabulary may have of `word`: its beginnings, and what follows them."""
    for start in range(len(word)):
        for end in range(start + 1, min(start + 3, len(word)) + 1):
            yield ("##" if start else "") + word[start:end]


def exact(values):
    """`values` rounded to what bf16 and f16 both hold."""
    rounded = values.to(torch.bfloat16)
    rounded = torch.where(rounded.abs() < 2 ** -14, 0, rounded)
    assert torch.equal(rounded.to(torch.float16).float(), rounded.float())
    return rounded.float()


def make_model(vocab_size):
    torch.manual_seed(20)
    config = BertConfig(
        vocab_size=vocab_size, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=48, max_position_embeddings=DOC_MAXLEN, type_vocab_size=2)
    bert = BertModel(config)
    with torch.no_grad():
        for name, weight in bert.named_parameters():
            around = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            weight.copy_(exact(around + 0.3 * torch.randn_like(weight)))
    return bert, exact(0.3 * torch.randn(DIM, HIDDEN))


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_shared(bert, tokenizer):
    config = bert.config.to_dict()
    keep = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "hidden_act",
            "intermediate_size", "max_position_embeddings", "type_vocab_size", "layer_norm_eps",
            "model_type")
    write_json(SHARED / "config.json", {key: config[key] for key in keep})
    write_json(SHARED / "artifact.metadata", {
        "dim": DIM, "similarity": "cosine", "query_maxlen": QUERY_MAXLEN, "doc_maxlen": DOC_MAXLEN,
        "mask_punctuation": True, "attend_to_mask_tokens": False, "query_token_id": "[unused0]",
        "doc_token_id": "[unused1]"})
    tokenizer.save(str(SHARED / "tokenizer.json"), pretty=False)


def folder(name):
    path = LAYOUTS / name
    path.mkdir(parents=True)
    return path


def save_bin(tensors, path, **options):
    torch.save(OrderedDict(tensors), path, **options)


def old_names(tensors):
    rename = lambda name: name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
        "LayerNorm.bias", "LayerNorm.beta")
    return {rename(name): value for name, value in tensors.items()}


def as_views(tensors):
    """The same values, but as transposed views, as slices of one storage, and with offsets."""
    views, norms = {}, [n for n in tensors if "LayerNorm" in n or n.endswith("bias")]
    joined = torch.cat([torch.full((3,), 7.0, dtype=tensors[norms[0]].dtype)] + [tensors[n] for n in norms])
    start = 3
    for name in norms:
        views[name] = joined[start:start + len(tensors[name])]
        start += len(tensors[name])
    for name, value in tensors.items():
        if name not in views:
            views[name] = value.T.contiguous().T if "dense" in name else value
    every_second = torch.zeros(DIM, 2 * HIDDEN, dtype=tensors["linear.weight"].dtype)
    every_second[:, 1::2] = tensors["linear.weight"]
    views["linear.weight"] = every_second[:, 1::2]
    assert not views["linear.weight"].is_contiguous()
    return views


def write_pylate(path, encoder, encoder_folder):
    write_json(path / "modules.json", [
        {"idx": 0, "name": "0", "path": encoder_folder, "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Dense", "type": "pylate.models.Dense.Dense"}])
    write_json(path / "1_Dense" / "config.json", {
        "in_features": HIDDEN, "out_features": DIM, "bias": False,
        "activation_function": "torch.nn.modules.linear.Identity", "use_residual": False})
    write_json(path / "config_sentence_transformers.json", {
        "model_type": "ColBERT", "similarity_fn_name": "MaxSim", "query_prefix": "[unused0]",
        "document_prefix": "[unused1]", "query_length": QUERY_MAXLEN, "document_length": DOC_MAXLEN,
        "attend_to_expansion_tokens": False, "do_query_expansion": True,
        "skiplist_words": list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")})
    (path / encoder_folder).mkdir(exist_ok=True)
    save_file(encoder, path / encoder_folder / "model.safetensors")


def write_layouts(bert, projection):
    bare = {name: value.clone() for name, value in bert.state_dict().items()}
    encoder = {n: v for n, v in bare.items() if not n.startswith("pooler.")}
    linear = {"linear.weight": projection}
    whole = {"bert." + n: v for n, v in encoder.items()} | linear
    pooled = {"bert." + n: v for n, v in bare.items()} | linear
    half = lambda tensors: {n: v.half() for n, v in tensors.items()}
    brain = lambda tensors: {n: v.bfloat16() for n, v in tensors.items()}
    positions = {"bert.embeddings.position_ids": torch.arange(DOC_MAXLEN)[None]}

    save_file(whole, folder("f32") / "model.safetensors", metadata={"format": "pt"})
    save_file(half(whole), folder("f16") / "model.safetensors", metadata={"format": "pt"})
    save_file(brain(pooled), folder("bf16") / "model.safetensors", metadata={"format": "pt"})
    save_file(old_names(half(pooled)), folder("old_names") / "model.safetensors")
    save_file(half(encoder) | half(linear), folder("no_prefix") / "model.safetensors")
    save_bin(pooled | positions, folder("bin_f32") / "pytorch_model.bin")
    save_bin(as_views(half(whole)), folder("bin_views_f16") / "pytorch_model.bin")
    save_bin(old_names(brain(whole)), folder("bin_old_names_bf16") / "pytorch_model.bin")
    save_bin(half(whole) | positions, folder("bin_before_1_6") / "pytorch_model.bin",
             _use_new_zipfile_serialization=False)
    path = folder("pylate")
    write_pylate(path, half(bare), "")
    save_file(half(linear), path / "1_Dense" / "model.safetensors")
    path = folder("pylate_folders")
    write_pylate(path, {"bert." + n: v for n, v in half(bare).items()}, "0_Transformer")
    save_bin(linear, path / "1_Dense" / "pytorch_model.bin")


def main():
    for path in (SHARED, LAYOUTS):
        shutil.rmtree(path, ignore_errors=True)
    passages, queries = read_lines(HERE / "passages.txt"), read_lines(HERE / "queries.txt")
    tokenizer = make_tokenizer(passages)
    bert, projection = make_model(tokenizer.get_vocab_size())
    write_shared(bert, tokenizer)
    write_layouts(bert, projection)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]")
    Reference(SHARED, bert, projection, fast).write(HERE, queries, passages)


if __name__ == "__main__":
    main()
