"""Writes the small MeCab dictionary of this folder, and what the reference makes of texts with it.

    pip install transformers==5.23.0 fugashi==1.5.2
    python make.py

The dictionary is written byte by byte, without MeCab; fugashi then reads it, so that `expected.jsonl` is the
reference's own answer. `char.bin` always has 262 kB, so `char.txt` holds it as runs `first last value` after the
names of the categories; the test expands it.
"""

import json
import random
import struct
import tempfile
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent
LEFT_SIZE, RIGHT_SIZE = 7, 9  # right ids of the previous word, left ids of the next one
FEATURE = b"*,*\0"

# name: (invoke, group, length)
CATEGORIES = {
    "DEFAULT": (0, 1, 0),
    "SPACE": (0, 1, 0),
    "KANJI": (0, 0, 2),
    "SYMBOL": (1, 1, 0),
    "NUMERIC": (1, 1, 3),
    "ALPHA": (1, 1, 0),
    "HIRAGANA": (0, 1, 2),
    "KATAKANA": (1, 1, 2),
    "KANJINUMERIC": (1, 1, 0),
}
RANGES = [
    (0x20, 0x20, "SPACE"), (0x09, 0x0B, "SPACE"),
    (0x21, 0x2F, "SYMBOL"), (0x30, 0x39, "NUMERIC"), (0x3A, 0x40, "SYMBOL"),
    (0x41, 0x5A, "ALPHA"), (0x5B, 0x60, "SYMBOL"), (0x61, 0x7A, "ALPHA"),
    (0x3041, 0x309F, "HIRAGANA"), (0x30A1, 0x30FF, "KATAKANA"),
    (0x30FC, 0x30FC, "KATAKANA HIRAGANA"),
    (0x4E00, 0x9FA0, "KANJI"), (0x4E00, 0x4E00, "KANJINUMERIC KANJI"),
    (0x4E8C, 0x4E8C, "KANJINUMERIC KANJI"), (0x4E09, 0x4E09, "KANJINUMERIC KANJI"),
]
SURFACES = """日 本 日本 日本語 本語 語 東 京 東京 京都 東京都 都 大 学 大学 大学生 生 学生 が を に は の も もも
すもも うち にわ にわとり はにわ わに とり いる た だ です ます ある こと も の もの 食べ 食べる べる る カ カタ
カタカナ タナ ナ テスト ア アア a ab abc b bc C 1 12 2 、 。 「 」 ! ?! ー 一 二 三 一二 𠮷 𠮷野 野 々 é""".split()


def char_info(names):
    """One u32 of char.bin: 18 bits of categories, default category, length, group, invoke."""
    first, *_ = names = names.split()
    numbers = {name: number for number, name in enumerate(CATEGORIES)}
    invoke, group, length = CATEGORIES[first]
    kinds = sum(1 << numbers[name] for name in dict.fromkeys(names))
    return kinds | numbers[first] << 18 | length << 26 | group << 30 | invoke << 31


def char_codes():
    codes = [char_info("DEFAULT")] * 0xFFFF
    for first, last, names in RANGES:
        codes[first : last + 1] = [char_info(names)] * (last + 1 - first)
    return codes


def char_bin(codes):
    names = b"".join(name.encode().ljust(32, b"\0") for name in CATEGORIES)
    return struct.pack("<I", len(CATEGORIES)) + names + struct.pack(f"<{len(codes)}I", *codes)


def char_text(codes):
    lines, first = [" ".join(CATEGORIES)], 0
    for code in range(1, len(codes) + 1):
        if code == len(codes) or codes[code] != codes[first]:
            lines.append(f"{first} {code - 1} {codes[first]}")
            first = code
    return "\n".join(lines) + "\n"


def double_array(values):
    """The trie of {key: value}, first fit: child of base b by byte c at b + c + 1, end of key at b."""
    units, bases = {0: [1, 0]}, set()

    def insert(keys, depth):
        codes = sorted({key[depth] + 1 if depth < len(key) else 0 for key in keys})
        base = 1
        while base in bases or any(base + code in units for code in codes):
            base += 1
        bases.add(base)
        for code in codes:
            units[base + code] = [0, base]
        for code in codes:
            here = [key for key in keys if (key[depth] + 1 if depth < len(key) else 0) == code]
            units[base + code][0] = insert(here, depth + 1) if code else -values[here[0]] - 1
        return base

    units[0][0] = insert(sorted(values), 0)
    size = max(units) + 258
    return b"".join(struct.pack("<iI", *units.get(index, (0, 0))) for index in range(size))


def word_file(kind, entries):
    """entries: {surface: [(left id, right id, cost), ..]}"""
    tokens, values = b"", {}
    for surface in sorted(entries):
        values[surface] = (len(tokens) // 16) << 8 | len(entries[surface])
        for left, right, cost in entries[surface]:
            tokens += struct.pack("<HHHhII", left, right, 0, cost, 0, 0)
    units = double_array(values)
    size = 72 + len(units) + len(tokens) + len(FEATURE)
    num_words = len(tokens) // 16
    numbers = (size ^ 0xEF718F77, 102, kind, num_words, LEFT_SIZE, RIGHT_SIZE)
    header = struct.pack("<10I", *numbers, len(units), len(tokens), len(FEATURE), 0)
    return header + b"utf8".ljust(32, b"\0") + units + tokens + FEATURE


def entry(rng):
    # Few different costs, so that many paths cost the same and the choice among equals shows.
    return (rng.randrange(RIGHT_SIZE), rng.randrange(LEFT_SIZE), rng.choice((100, 200, 300, 400)))


def dictionary(rng):
    words = {surface.encode(): [entry(rng) for _ in range(rng.choice((1, 1, 2, 3)))] for surface in SURFACES}
    unknown = {name.encode(): [entry(rng) for _ in range(rng.choice((1, 2)))] for name in CATEGORIES}
    costs = [rng.choice((-100, 0, 0, 100, 200)) for _ in range(LEFT_SIZE * RIGHT_SIZE)]
    matrix = struct.pack(f"<HH{len(costs)}h", LEFT_SIZE, RIGHT_SIZE, *costs)
    return {"sys.dic": word_file(0, words), "unk.dic": word_file(2, unknown), "matrix.bin": matrix}


def vocabulary():
    pieces = sorted({part for surface in SURFACES for part in (surface, *surface)})
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]", ""]
    continued = ["##" + piece for piece in pieces if piece not in ("a", "C", "京")]
    return specials + [piece for piece in pieces if piece not in ("べる", "ー")] + continued


def texts(rng):
    fixed = ["", " ", "\n", "日本語 ", "  日本", "日本\x00語", "\x00", "[SEP]", "日本[MASK]語", "[unused0]日本", "a\uffffb"]
    fixed += ["ア" * n for n in (3, 4, 5, 24, 25, 26, 27, 60)] + ["x" * n for n in (25, 26, 101)] + ["1" * 30, "漢" * 9]
    alphabet = list("".join(SURFACES)) + SURFACES + list(" \t\n\r\x0b\x0c\x1f\x85\u2028\u3000")
    alphabet += list("😀𠀋éßΣxyzXYZ098漢字仮名ゝヴヶっッ・…〜ｶﾞＡ①㍻㈱\ufeff\u200b\uffff") + ["[CLS]", "[", "]"]
    random_texts = ["".join(rng.choices(alphabet, k=rng.randrange(1, 24))) for _ in range(220)]
    return fixed + random_texts


def tokenizers(folder):
    from transformers import BertJapaneseTokenizer

    # The C library's default of 24 goes before this file's `max-grouping-size`, which the texts show.
    (folder / "dicrc").write_text("bos-feature = BOS/EOS\nmax-grouping-size = 3\n")

    def tokenizer(**options):
        mecab = {"mecab_dic": None, "mecab_option": f"-d {folder} -r /dev/null"}
        return BertJapaneseTokenizer(
            str(folder / "vocab.txt"), word_tokenizer_type="mecab", mecab_kwargs=mecab, **options
        )

    return {
        "ids": tokenizer(subword_tokenizer_type="wordpiece"),
        "lower_ids": tokenizer(subword_tokenizer_type="wordpiece", do_lower_case=True),
        "character_ids": tokenizer(subword_tokenizer_type="character"),
    }


def record(text, references):
    ids = {name: reference.encode(text, add_special_tokens=False) for name, reference in references.items()}
    return {"text": text, "words": references["ids"].word_tokenizer.tokenize(text), **ids}


def main():
    rng = random.Random(12)
    files = dictionary(rng)
    codes = char_codes()
    files |= {"char.txt": char_text(codes).encode(), "vocab.txt": "\n".join(vocabulary()).encode() + b"\n"}
    for name, content in files.items():
        (HERE / name).write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, content in (files | {"char.bin": char_bin(codes)}).items():
            (folder / name).write_bytes(content)
        references = tokenizers(folder)
        lines = [json.dumps(record(text, references), ensure_ascii=False, separators=(",", ":")) for text in texts(rng)]
    (HERE / "expected.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
