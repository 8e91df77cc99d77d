"""Does transformers read a folder that `Checkpoint::save` wrote, and give the reference's numbers?

    cargo run --release -p jacolbert-model --example save_as_colbert_ai -- FROM TO
    python check_saved.py TO         # versions: see reference.py

FROM is any folder of `layouts/` with the files of `shared/` beside its own.
"""
import sys
import tempfile
from pathlib import Path

import torch
from reference import Reference, load_model, read_lines
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerFast

HERE = Path(__file__).parent


def main(folder):
    bert, projection = load_model(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(Path(folder) / "tokenizer.json"), pad_token="[PAD]", unk_token="[UNK]",
        cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    expected = load_file(HERE / "reference.safetensors")
    with tempfile.TemporaryDirectory() as out:
        Reference(folder, bert, projection, tokenizer).write(
            out, read_lines(HERE / "queries.txt"), read_lines(HERE / "passages.txt"))
        found = load_file(Path(out) / "reference.safetensors")
        same_ids = (Path(out) / "reference.json").read_text() == (HERE / "reference.json").read_text()
    print(f"ids, attention and kept tokens are the same: {same_ids}")
    differences = {name: (found[name] - expected[name]).abs().max().item() for name in expected}
    print(differences)
    assert same_ids and all(torch.tensor(differences[name]) < 1e-5 for name in expected)


if __name__ == "__main__":
    main(sys.argv[1])
