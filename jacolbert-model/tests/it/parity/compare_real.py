"""What Python gives for a published model, for the example `compare` to hold ours against.

    pip install fugashi==1.5.2 unidic-lite==1.0.8    # besides what reference.py needs
    python compare_real.py answerdotai/JaColBERTv2.5 OUT  # or a folder that has the model

    cargo run --release -p jacolbert-model --example compare -- \\
        OUT/model OUT $(python -c 'import unidic_lite; print(unidic_lite.DICDIR)')

OUT gets `reference.json` and `reference.safetensors` for the texts of this folder, and the link
`model` to where the model lies. Needs the hub unless the model is there already.
"""
import sys
from pathlib import Path

from reference import Reference, load_model, read_lines
from transformers import AutoTokenizer

HERE = Path(__file__).parent
FILES = ["*.json", "vocab.txt", "artifact.metadata", "model.safetensors", "pytorch_model.bin"]


def main(model, out):
    folder, out = Path(model), Path(out)
    if not folder.is_dir():
        from huggingface_hub import snapshot_download
        folder = Path(snapshot_download(model, allow_patterns=FILES))
    out.mkdir(parents=True, exist_ok=True)
    link = out / "model"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.resolve(), target_is_directory=True)
    bert, projection = load_model(folder)
    reference = Reference(folder, bert, projection, AutoTokenizer.from_pretrained(folder))
    reference.write(out, read_lines(HERE / "queries.txt"), read_lines(HERE / "passages.txt"))
    print(f"wrote the reference of {folder} to {out}")


if __name__ == "__main__":
    main(*sys.argv[1:])
