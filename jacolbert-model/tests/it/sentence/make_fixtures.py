"""Makes the models, the tokenizer and the reference of this folder.

    python make_fixtures.py

Made with Python 3.11 and these versions:

pip install torch==2.11.0 transformers==5.23.0 tokenizers==0.23.3 safetensors==0.8.0
pip install sentence-transformers==6.2.0 sentencepiece==0.2.3 protobuf

Three tiny random encoders: a BERT over WordPiece (the tokenizer of ../parity), an XLM-RoBERTa over a
unigram vocabulary, and a BERT over the same, as multilingual-e5-small is one. The normalizer of that
vocabulary is the whole table that sentencepiece compiles for `nmt_nfkc`, so the file is packed. What
sentence-transformers gives for the texts is the reference. Weights are exact in bf16.
"""
import io
import json
import shutil
import zipfile
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

HERE = Path(__file__).parent
PARITY = HERE.parent / "parity"
POSITIONS, HIDDEN, PIECES = 64, 16, 280
FURTHER = [
    "", " ", "ＡＢＣ１２３　ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ ㈱㌔㍍ ①②", "a\tb\u0001c\u200bd  e   f", "\u0001\u0002山", "<s> 山 </s> [CLS] [SEP]",
    "か\u3099き\u3099 e\u0301 ｶ\uff9e 👨‍👩‍👧 🇯🇵 𠮷野家", "日本" * 200, "query: 山", "富士山 " * 30,
]
NAMES = {
    "cls_token": "<s>", "sep_token": "</s>", "bos_token": "<s>", "eos_token": "</s>",
    "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
BERT_NAMES = {
    "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]",
    "mask_token": "[MASK]"}


def read_texts():
    lines = [(PARITY / name).read_text().splitlines() for name in ("passages.txt", "queries.txt")]
    return [line for part in lines for line in part], FURTHER


def make_unigram(lines):
    """As the files of multilingual-e5 are: sentencepiece's ids behind four others, a mask at the end."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=written, model_type="unigram", vocab_size=PIECES,
        character_coverage=0.98, normalization_rule_name="nmt_nfkc", num_threads=1)
    trained = sentencepiece_model_pb2.ModelProto.FromString(written.getvalue())
    pieces = [(piece.piece, piece.score) for piece in trained.pieces[3:]]
    vocabulary = [(name, 0.0) for name in ("<s>", "<pad>", "</s>", "<unk>")] + pieces + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.Precompiled(trained.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer


def pack(path, name, text):
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", compresslevel=9) as packed:
        packed.writestr(entry, text, compresslevel=9)


def make_model(kind, config, seed):
    torch.manual_seed(seed)
    model = kind(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            around = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            weight.copy_((around + 0.4 * torch.randn_like(weight)).bfloat16())
    return model


def shape(vocabulary, **further):
    return dict(
        vocab_size=vocabulary, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=24, **further)


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_model(name, model, pooling, normalize, names, further):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = model.config.to_dict()
    keep = ("model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
            "intermediate_size", "hidden_act", "max_position_embeddings", "type_vocab_size",
            "layer_norm_eps", "pad_token_id")
    write_json(folder / "config.json", {key: config[key] for key in keep})
    write_json(folder / "tokenizer_config.json", dict(names, tokenizer_class="PreTrainedTokenizerFast"))
    kinds = ["Transformer", "Pooling"] + (["Normalize"] if normalize else [])
    paths = ["", "1_Pooling", "2_Normalize"]
    write_json(folder / "modules.json", [
        {"idx": n, "name": str(n), "path": paths[n], "type": f"sentence_transformers.models.{kind}"}
        for n, kind in enumerate(kinds)])
    write_json(folder / "1_Pooling" / "config.json", pooling)
    for path, value in further.items():
        write_json(folder / path, value)
    tensors = {name: weight.bfloat16().contiguous() for name, weight in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def old_pooling(mode):
    modes = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")
    return {"word_embedding_dimension": HIDDEN, **{f"pooling_mode_{name}": name == mode for name in modes}}


def opened(name, tokenizer):
    """The folder with its tokenizer, as sentence-transformers reads it."""
    whole = HERE / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    shutil.copytree(HERE / name, whole)
    (whole / "tokenizer.json").write_text(tokenizer)
    model = SentenceTransformer(str(whole), device="cpu").float().eval()
    shutil.rmtree(whole)
    return model


@torch.no_grad()
def vectors(model, texts, mode, prefix):
    """One text alone, so that no padding of others can matter; beside them the tokens cut."""
    model[1].pooling_mode = mode
    texts = [prefix + text for text in texts]
    rows = [model.encode([text], normalize_embeddings=True, convert_to_tensor=True)[0] for text in texts]
    lengths = [len(model.tokenizer(text, truncation=False)["input_ids"]) for text in texts]
    return torch.stack(rows), [max(length - model.max_seq_length, 0) for length in lengths]


def main():
    lines, further = read_texts()
    texts = [text for text in lines if text][::4] + further
    wordpiece = (PARITY / "shared" / "tokenizer.json").read_text()
    unigram = make_unigram(lines[::3])
    num_unigrams = unigram.get_vocab_size()
    unigram = unigram.to_str(pretty=False)
    pack(HERE / "unigram.zip", "tokenizer.json", unigram)

    num_words = Tokenizer.from_str(wordpiece).get_vocab_size()
    bert = make_model(BertModel, BertConfig(**shape(
        num_words, max_position_embeddings=POSITIONS, type_vocab_size=2)), 1)
    roberta = make_model(XLMRobertaModel, XLMRobertaConfig(**shape(
        num_unigrams, max_position_embeddings=POSITIONS + 2, type_vocab_size=1, layer_norm_eps=1e-5,
        pad_token_id=1)), 2)
    small = make_model(BertModel, BertConfig(**shape(
        num_unigrams, max_position_embeddings=POSITIONS, type_vocab_size=2)), 3)

    prompts = {"query": "問: ", "document": "答: "}
    write_model("bert", bert, {"embedding_dimension": HIDDEN, "pooling_mode": "cls", "include_prompt": True},
                False, BERT_NAMES, {"sentence_bert_config.json": {"max_seq_length": 48, "do_lower_case": False}})
    write_model("xlm_roberta", roberta, old_pooling("mean_tokens"), True, NAMES, {
        "sentence_bert_config.json": {"max_seq_length": POSITIONS, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": prompts, "similarity_fn_name": "cosine"}})
    write_model("e5_small", small, old_pooling("mean_tokens"), True, NAMES, {
        "sentence_bert_config.json": {"max_seq_length": POSITIONS, "do_lower_case": False}})

    tensors, cut = {}, {}
    for name, tokenizer in (("bert", wordpiece), ("xlm_roberta", unigram), ("e5_small", unigram)):
        model = opened(name, tokenizer)
        own = model[1].pooling_mode
        asked = prompts if name == "xlm_roberta" else {"query": "", "document": ""}
        for encode, prefix in ((model.encode_query, asked["query"]), (model.encode_document, asked["document"])):
            key = f"{name}/{own}/{prefix}"
            tensors[key], cut[key] = vectors(model, texts, own, prefix)
            found = torch.tensor(encode(texts, normalize_embeddings=True))
            assert (found - tensors[key]).abs().max() < 2e-6, key
        for mode, prefix in (("mean", ""), ("cls", ""), ("mean", "query: ")):
            key = f"{name}/{mode}/{prefix}"
            tensors[key], cut[key] = vectors(model, texts, mode, prefix)
    write_json(HERE / "reference.json", {"texts": texts, "cut": cut})
    save_file({key: rows.contiguous() for key, rows in tensors.items()}, HERE / "reference.safetensors")


if __name__ == "__main__":
    main()
