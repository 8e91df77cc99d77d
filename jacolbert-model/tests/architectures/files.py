"""Texts that the fixtures are made of, and files as they are written."""
import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
PARITY = HERE.parent / "it" / "parity"
CASES = REPOSITORY.parent / "shared" / "data" / "tokenizer" / "cases.jsonl"


def passages():
    return (PARITY / "passages.txt").read_text().splitlines()


def queries():
    return (PARITY / "queries.txt").read_text().splitlines()


def training_lines():
    """What the small vocabularies are trained on: every second text, and English."""
    licence = (REPOSITORY / "LICENSE-APACHE").read_text()
    english = [" ".join(part.split()) for part in licence.split("\n\n")][:40]
    return (passages() + queries())[::2] + english


def cases():
    """Texts of the tokenizer's cases, or none where that file is not beside the repository."""
    if not CASES.exists():
        return []
    return [json.loads(line)["text"] for line in CASES.read_text().splitlines()]


def digest(ids):
    """The first 6 hexadecimal digits of SHA-256 over the ids as little-endian u32."""
    return hashlib.sha256(np.array(ids, dtype="<u4").tobytes()).hexdigest()[:6]


def flags(values):
    """A digit for each token: attended or not, kept or not."""
    return "".join(str(int(value)) for value in values)


def fresh(path):
    """An empty folder at `path`."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def write_json(path, value, lines=False):
    """JSON; with `lines`, a line for each value of the outermost list or map."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not lines:
        text = json.dumps(value, ensure_ascii=False, indent=1)
    elif isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {line(one)}" for key, one in value.items()]
        text = "{\n" + ",\n".join(parts) + "\n}"
    else:
        text = line(value)
    path.write_text(text + "\n")


def line(value):
    """A list of records as a line a record, anything else as one line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


def read_json(path):
    return json.loads(Path(path).read_text())


def write_tensors(path, tensors):
    """Safetensors of f32 values, in order of their names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert all(np.isfinite(values).all() for values in tensors.values())
    save_file({name: np.ascontiguousarray(tensors[name], dtype=np.float32) for name in sorted(tensors)}, path)


def write_reference(folder, groups):
    """Of the texts of each group: records to `expected.json`, kept rows one after the other to `expected.safetensors`."""
    records = {name: [record for record, _ in group] for name, group in groups.items()}
    write_json(folder / "expected.json", records, lines=True)
    write_tensors(folder / "expected.safetensors",
                  {name: np.concatenate([rows for _, rows in group]) for name, group in groups.items()})


def without_build(folder):
    """Takes the build of PyTorch, such as +cpu, out of the versions that a model was saved with."""
    path = folder / "config_sentence_transformers.json"
    path.write_text(re.sub(r'("pytorch": "[^"+]*)\+[^"]*"', r'\1"', path.read_text()))


KINDS = [
    "tokenizer", "architecture", "gradient", "head", "rule", "sentence_transformers", "colbert_ai", "sentence_encoder"]


def update_index(kind, entries):
    """Puts the entries of one kind in place of those that `fixtures.json` has of it."""
    path = HERE / "fixtures.json"
    index = [one for one in (read_json(path) if path.exists() else []) if one["kind"] != kind]
    index += [{"kind": kind, **entry} for entry in entries]
    index.sort(key=lambda one: (KINDS.index(one["kind"]), one["folder"]))
    write_index(index)


def write_index(index):
    text = "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in index) + "\n]\n"
    (HERE / "fixtures.json").write_text(text)


def finish_index():
    """Lists the files of each fixture, and removes those that an earlier one has: they are borrowed from there."""
    index, seen = read_json(HERE / "fixtures.json"), {}
    for entry in index:
        folder = HERE / entry["folder"]
        entry["files"], entry["borrows"] = [], {}
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            name, key = str(path.relative_to(folder)), path.read_bytes()
            if key in seen and not name.startswith("expected"):
                entry["borrows"][name] = seen[key]
                path.unlink()
            else:
                seen.setdefault(key, f"{entry['folder']}/{name}")
                entry["files"].append(name)
    write_index(index)


def assemble(entry, target):
    """The whole folder of a fixture: its own files and those that it borrows."""
    sources = {name: HERE / entry["folder"] / name for name in entry["files"]}
    sources |= {name: HERE / source for name, source in entry["borrows"].items()}
    for name, source in sources.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target / name)
