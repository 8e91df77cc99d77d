"""Small tokenizers of every kind, and the ids that transformers gives with them."""
import io
import json
import logging
import tempfile
from pathlib import Path

import sentencepiece
import transformers
from files import HERE, PARITY, cases, digest, fresh, passages, queries, training_lines, update_index, write_json
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, GemmaTokenizer, PreTrainedTokenizerFast, XLMRobertaTokenizer

FOLDER = HERE / "tokenizers"
SEQUENCE = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
FURTHER = [
    "", " ", "  ", "\n", "ＡＢＣ１２３　ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ ㈱㌔㍍ ①②", "a\tb\u0001c\u200bd  e   f", "\u0001\u0002山",
    "か\u3099き\u3099 e\u0301 ｶ\uff9e 👨‍👩‍👧 🇯🇵 𠮷野家", "日本" * 40, "▁山▁", " 山 川 ", "12,345, 6,7,", "``引用'' '' ``",
    "<s> 山 </s> <pad> <mask>川 <unk>", "[CLS] 山 [SEP] [PAD] [MASK] [UNK]", "<bos>山<eos> <mask> x", "<0xE5><0x0A>",
    "the License; THE LICENSE", "é è ü ñ", "\u00a0山\u3000川\u2028海", "\ufeff山", "Ω≈ç√ ∫ ˜µ", "[Q] 山 [D] 川", "[unused0]山",
]


def train(kind, **options):
    """A SentencePiece model as bytes."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(training_lines()), model_writer=written, model_type=kind, num_threads=1,
        minloglevel=2, **options)
    return written.getvalue()


def as_xlm_roberta(folder, model):
    """tokenizer.json as transformers makes it of `sentencepiece.bpe.model`."""
    with tempfile.TemporaryDirectory() as spare:
        (Path(spare) / "sentencepiece.bpe.model").write_bytes(model)
        XLMRobertaTokenizer.from_pretrained(spare).save_pretrained(folder)


def as_gemma(folder, model):
    """As mmBERT's: <bos> before, <eos> behind, <bos> for [CLS] and <eos> for [SEP]."""
    with tempfile.TemporaryDirectory() as spare:
        (Path(spare) / "tokenizer.model").write_bytes(model)
        made = GemmaTokenizer.from_pretrained(spare).backend_tokenizer
    made.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>", pair="<bos> $A <eos> $B <eos>", special_tokens=[("<bos>", 2), ("<eos>", 1)])
    PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<bos>", eos_token="<eos>", cls_token="<bos>", sep_token="<eos>",
        pad_token="<pad>", unk_token="<unk>", mask_token=AddedToken("<mask>", lstrip=True, special=True),
    ).save_pretrained(folder)


def as_modernbert_ja(folder, model):
    """Unigram with byte fallback and no normaliser: [CLS] and [SEP] are <cls> and <sep>."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    pieces = [(processor.id_to_piece(n), processor.get_score(n)) for n in range(len(processor))]
    made = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=True))
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never", split=False)
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    finish_modernbert_ja(made, folder)


def as_modernbert_ja_bpe(folder, model):
    """The same with BPE, as the tokenizer.json of a Llama tokenizer."""
    with tempfile.TemporaryDirectory() as spare:
        (Path(spare) / "tokenizer.model").write_bytes(model)
        (Path(spare) / "tokenizer_config.json").write_text('{"tokenizer_class": "LlamaTokenizer"}')
        finish_modernbert_ja(AutoTokenizer.from_pretrained(spare).backend_tokenizer, folder)


def finish_modernbert_ja(made, folder):
    made.post_processor = processors.TemplateProcessing(
        single="<cls> $A <sep>", pair="<cls> $A <sep> $B <sep>", special_tokens=[("<cls>", 6), ("<sep>", 4)])
    PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", cls_token="<cls>", sep_token="<sep>",
        pad_token="<pad>", unk_token="<unk>", mask_token=AddedToken("<mask>", lstrip=True, special=True),
    ).save_pretrained(folder)


def as_roberta(folder):
    """BPE of bytes, as RoBERTa's and the English ModernBERT's."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    made.train_from_iterator(training_lines(), trainer)
    made.post_processor = processors.RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>",
        **{**SEQUENCE, "mask_token": AddedToken("<mask>", lstrip=True, special=True)}).save_pretrained(folder)


def as_wordpiece(folder):
    made = Tokenizer.from_file(str(PARITY / "shared" / "tokenizer.json"))
    PreTrainedTokenizerFast(
        tokenizer_object=made, cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]",
        mask_token="[MASK]").save_pretrained(folder)


def write_model(folder, name, model, config):
    """A SentencePiece model alone, beside what names the class."""
    (folder / name).write_bytes(model)
    write_json(folder / "tokenizer_config.json", config)


def reference_ids(name):
    """`ids.json` of a tokenizer: ids without special tokens, whole for a few texts, a digest for each case."""
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    texts = FURTHER + passages() + queries()
    whole = [{"text": text, "ids": ids_of(tokenizer, text)} for text in texts]
    special = tokenizer("山")["input_ids"]
    digests = "".join(digest(ids_of(tokenizer, text)) for text in cases())
    write_json(FOLDER / name / "ids.json", {
        "made_with": f"transformers {transformers.__version__}", "class": type(tokenizer).__name__,
        "with_special": special, "texts": whole, "cases": digests, **sentencepiece_ids(FOLDER / name)}, lines=True)


def sentencepiece_ids(folder):
    """What the library SentencePiece itself gives with a model alone, where transformers may give other ids."""
    models = sorted(folder.glob("*.model"))
    if not models or folder.name == "bert_japanese":
        return {}
    processor = sentencepiece.SentencePieceProcessor(model_file=str(models[0]))
    whole = [processor.encode(text) for text in FURTHER + passages() + queries()]
    return {"sentencepiece_texts": [{"ids": ids} for ids in whole],
            "sentencepiece_cases": "".join(digest(processor.encode(text)) for text in cases())}


def ids_of(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def print_difference(name, path):
    """`path` has a line of JSON for each case: our ids. Prints the first that differs from transformers'."""
    tokenizer = AutoTokenizer.from_pretrained(FOLDER / name)
    for number, (text, found) in enumerate(zip(cases(), Path(path).read_text().splitlines(), strict=True)):
        expected = ids_of(tokenizer, text)
        if json.loads(found) != expected:
            print(f"case {number}: {text!r}\nexpected {expected}\nfound    {found}")
            print(f"expected {tokenizer.convert_ids_to_tokens(expected)}")
            return
    print("all ids are the same")


def make():
    logging.getLogger("transformers").setLevel(logging.ERROR)
    fresh(FOLDER)
    unigram = train("unigram", vocab_size=420, character_coverage=0.98, normalization_rule_name="nmt_nfkc")
    plain = {"normalization_rule_name": "identity", "remove_extra_whitespaces": False, "byte_fallback": True}
    gemma = train("bpe", vocab_size=800, character_coverage=0.98, add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2,
                  unk_id=3, bos_piece="<bos>", eos_piece="<eos>", user_defined_symbols=["<mask>", "▁▁", "▁▁▁"], **plain)
    specials = {"unk_id": 0, "bos_id": 1, "eos_id": 2, "pad_id": 3, "control_symbols": ["<sep>", "<mask>", "<cls>"]}
    modern = train("unigram", vocab_size=800, character_coverage=0.98, add_dummy_prefix=False, **specials, **plain)
    modern_bpe = train("bpe", vocab_size=800, character_coverage=0.98, **specials, **plain)
    japanese = train("unigram", vocab_size=420, character_coverage=0.99, normalization_rule_name="nmt_nfkc",
                     control_symbols=["[CLS]", "[SEP]", "[MASK]"], unk_piece="<unk>", pad_id=0, unk_id=1, bos_id=-1,
                     eos_id=-1, pad_piece="[PAD]")
    as_xlm_roberta(fresh(FOLDER / "xlm_roberta"), unigram)
    as_gemma(fresh(FOLDER / "gemma_bpe"), gemma)
    as_modernbert_ja(fresh(FOLDER / "modernbert_ja"), modern)
    as_modernbert_ja_bpe(fresh(FOLDER / "modernbert_ja_bpe"), modern_bpe)
    as_roberta(fresh(FOLDER / "roberta"))
    as_wordpiece(fresh(FOLDER / "wordpiece"))
    write_model(fresh(FOLDER / "model_unigram"), "sentencepiece.bpe.model", unigram,
                {"tokenizer_class": "XLMRobertaTokenizer", **SEQUENCE})
    write_model(fresh(FOLDER / "model_bpe"), "tokenizer.model", gemma, {"tokenizer_class": "GemmaTokenizer"})
    write_model(fresh(FOLDER / "model_unigram_bytes"), "tokenizer.model", modern,
                {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "cls_token": "<cls>", "sep_token": "<sep>",
                 "pad_token": "<pad>", "mask_token": "<mask>"})
    write_model(fresh(FOLDER / "bert_japanese"), "spiece.model", japanese, {
        "tokenizer_class": "BertJapaneseTokenizer", "do_lower_case": False, "word_tokenizer_type": "mecab",
        "subword_tokenizer_type": "sentencepiece", "mecab_kwargs": {"mecab_dic": "unidic_lite"}, "unk_token": "<unk>"})
    write_model(fresh(FOLDER / "mluke"), "sentencepiece.bpe.model", unigram, {
        "tokenizer_class": "MLukeTokenizer", "model_max_length": 512, **SEQUENCE, "bos_token": "<s>", "eos_token": "</s>",
        "additional_special_tokens": ["<ent>", "<ent2>", "<ent>", "<ent2>"]})
    write_json(FOLDER / "mluke" / "entity_vocab.json", {"[PAD]": 0, "[UNK]": 1, "[MASK]": 2, "[MASK2]": 3})
    names = sorted(path.name for path in FOLDER.iterdir())
    for name in names:
        if name != "mluke":
            reference_ids(name)
    update_index("tokenizer", [{"folder": f"tokenizers/{name}"} for name in names])


def make_mluke():
    """Transformers 5 gives `sentencepiece.bpe.model` other ids than the published models were trained with."""
    assert transformers.__version__.startswith("4.")
    reference_ids("mluke")
