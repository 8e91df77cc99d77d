"""What does a training step cost on the CPU, here and in PyTorch?

    pip install torch==2.11.0 transformers==5.23.0 tokenizers safetensors
    cargo build --release -p jacolbert-benches --features train --example train_step
    python benches/train_step.py target/release/examples/train_step MODEL QUERIES.tsv COLLECTION.tsv ROWS.jsonl

One thread each, the same weights, rows, order and loss (n-way and in-batch cross-entropy), dropout off. PyTorch
pads all passages of a batch to the longest, as trainers do, and once more goes through them by length, as ours
does: texts of like length together, all in one graph. The programs run in turn, with 2 and with 8 steps; what the six between cost is the step's CPU time, the peak is that
of the whole process. The losses are compared first: programs that learn something else are not compared.
ROWS are lines {"query_id", "positive_ids", "negative_ids"}; queries and collection are `number<TAB>text`.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

FEW, MANY, ROUNDS, BATCH, TOKENS_OF_A_QUERY = 2, 8, 3, 16, 32
# Passages of like length that go through the model together, as in the example `train_step`.
TOGETHER = 2


def worker(model, rows, steps, together):
    """The same training in PyTorch, so many passages together; prints the loss of each step."""
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers import BertModel

    torch.set_num_threads(1)
    settings = json.loads((model / "artifact.metadata").read_text())
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    number = tokenizer.token_to_id
    skipped = [number(mark) for mark in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"]
    skipped = {number("[UNK]") if token is None else token for token in skipped} | {number("[PAD]")}
    bert = BertModel.from_pretrained(model, add_pooling_layer=False, dtype=torch.float32)
    linear = load_file(model / "model.safetensors")["linear.weight"].float().requires_grad_()
    plain = [value for value in bert.parameters() if value.ndim == 1]
    decayed = [value for value in bert.parameters() if value.ndim > 1] + [linear]
    groups = [{"params": decayed, "weight_decay": OURS["weight_decay"]}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=OURS["rate"], betas=OURS["betas"], eps=OURS["epsilon"])
    bert.train()

    def framed(text, marker, limit):
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:limit - 3]
        return [number("[CLS]"), number(marker), *ids, number("[SEP]")]

    def padded(texts, length, filling):
        attention = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids in texts])
        return torch.tensor([ids + [filling] * (length - len(ids)) for ids in texts]), attention

    def embedded(ids, attention):
        hidden = bert(ids, attention_mask=attention).last_hidden_state
        return torch.nn.functional.normalize(hidden @ linear.T, dim=-1)

    def embedded_by_length(passages):
        order = sorted(range(len(passages)), key=lambda n: -len(passages[n]))
        width, rows = len(passages[order[0]]), []
        for first in range(0, len(order), together):
            group = [passages[n] for n in order[first:first + together]]
            part = embedded(*padded(group, len(group[0]), number("[PAD]")))
            rows.append(torch.nn.functional.pad(part, (0, 0, 0, width - part.shape[1])))
        places = sorted(range(len(order)), key=order.__getitem__)
        return torch.cat(rows)[torch.tensor(places)]

    for step in range(steps):
        batch = rows[step * BATCH:(step + 1) * BATCH]
        queries = [framed(row[0], "[unused0]", TOKENS_OF_A_QUERY) for row in batch]
        passages = [framed(text, "[unused1]", settings["doc_maxlen"]) for row in batch for text in row[1:]]
        query_rows = embedded(*padded(queries, TOKENS_OF_A_QUERY, number("[MASK]")))
        passage_rows = embedded_by_length(passages)
        ids, _ = padded(passages, passage_rows.shape[1], number("[PAD]"))
        kept = torch.tensor([[token not in skipped for token in text] for text in ids.tolist()])
        dots = torch.einsum("qid,pjd->qpij", query_rows, passage_rows)
        scores = dots.masked_fill(~kept[None, :, None], -9999).max(-1).values.sum(-1)
        own = torch.stack([scores[i, 2 * i:2 * i + 2] for i in range(BATCH)])
        hard = torch.zeros(BATCH, 2 * BATCH, dtype=torch.bool)
        hard[torch.arange(BATCH), 2 * torch.arange(BATCH) + 1] = True
        loss = torch.nn.functional.cross_entropy(own, torch.zeros(BATCH, dtype=torch.long))
        in_batch = scores.masked_fill(hard, -torch.inf)
        loss = loss + torch.nn.functional.cross_entropy(in_batch, 2 * torch.arange(BATCH))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*plain, *decayed], OURS["max_norm"])
        optimiser.step()
        print(loss.item(), flush=True)


# What the example `train_step` trains with.
OURS = {"weight_decay": 0.01, "betas": (0.9, 0.999), "epsilon": 1e-8, "max_norm": 2.0, "rate": 1e-4}


def measured(command):
    """Losses, CPU seconds and megabytes of a program."""
    alone = os.environ | {"RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=alone)
    losses = [float(line) for line in program.stdout]
    _, status, usage = os.wait4(program.pid, 0)
    assert status == 0, command
    return losses, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def texts_of(path):
    return dict(line.rstrip("\n").split("\t", 1) for line in Path(path).open())


def prepare(folder, model, queries, collection, rows):
    """The model without dropout, and as many rows as are needed, as texts."""
    shutil.copytree(model, folder / "model")
    config = json.loads((folder / "model/config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "model/config.json").write_text(json.dumps(config))
    queries, collection = texts_of(queries), texts_of(collection)
    with Path(rows).open() as lines, (folder / "rows.jsonl").open("w") as out:
        found = (json.loads(line) for line in lines)
        found = [row for row in found if row["negative_ids"]][:BATCH * MANY]
        for row in found:
            passages = [row["positive_ids"][0], row["negative_ids"][0]]
            texts = [queries[str(row["query_id"])], *(collection[str(passage)] for passage in passages)]
            out.write(json.dumps(texts, ensure_ascii=False) + "\n")


def main():
    binary, *files = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        prepare(folder, *files)
        model, rows = str(folder / "model"), str(folder / "rows.jsonl")
        ours = [binary, "--model", model, "--rows", rows, "--batch", str(BATCH), "--steps"]
        torch = [sys.executable, __file__, "--worker", model, rows]
        commands = {"ours": ours, "torch": [*torch, str(2 * BATCH)], "torch by length": [*torch, str(TOGETHER)]}
        seconds, peaks = {name: [] for name in commands}, {name: [] for name in commands}
        for _ in range(ROUNDS):
            losses = {}
            for name, command in commands.items():
                _, few, _ = measured([*command, str(FEW)])
                losses[name], many, peak = measured([*command, str(MANY)])
                seconds[name].append((many - few) / (MANY - FEW))
                peaks[name].append(peak)
            for other in losses.values():
                assert max(abs(a / b - 1) for a, b in zip(losses["ours"], other)) < 0.01, losses
        for name in seconds:
            print(f"{name}: {statistics.median(seconds[name]):.2f} CPU s a step, peak {max(peaks[name]):.0f} MiB")
        for name in ("torch", "torch by length"):
            ratio = statistics.median(a / b for a, b in zip(seconds["ours"], seconds[name]))
            print(f"ours: time {ratio:.2f} of that of {name}, memory {max(peaks['ours']) / max(peaks[name]):.2f}")


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        lines = Path(sys.argv[3]).read_text().splitlines()
        worker(Path(sys.argv[2]), [json.loads(line) for line in lines], int(sys.argv[5]), int(sys.argv[4]))
    else:
        main()
