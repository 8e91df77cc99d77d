"""How fast is encoding on the CPU, here and elsewhere?

    pip install torch==2.11.0 transformers==5.23.0 tokenizers safetensors onnx==1.23.2 onnxruntime==1.32.0
    cargo build --release -p jacolbert-benches --example encode_time --features flex
    cargo build --release --manifest-path benches/candle/Cargo.toml --target-dir target/candle
    python benches/encode.py target/release/examples/encode_time assets/mini CORPUS.jsonl --candle target/candle/release/jacolbert-candle

PyTorch (sdpa; in bf16 as well with --torch-bf16), ONNX Runtime, candle if it is given, and each engine of ours encode
the same texts in turn, with the same weights: those of a BERT of 12 layers of 768, drawn at random over the vocabulary of the model given, and those of that model. Texts go in
and unit rows of kept tokens come out, so that each cuts its texts into tokens, too. One query of 32 tokens; 8 passages
of 256; and passages of the corpus, of which, sorted by length into batches of 32, some batches are taken evenly:
those are the batches that the others pad, while ours gets the passages in any order. Before anything is timed, the
outputs are compared: programs that differ by more than 1e-4 are not timed, but for bf16 and bytes, which are
rounded and say how far. Of our packed engines a line below tells how long their linear layers take alone, without
activations and whatever else lies between them, for as many tokens. Tokens per second and "time" are the clock's;
CPU seconds are those of a whole process, what its threads spin while they wait for each other included. All are
medians over the rounds. A peak is that of `encode_peak.rs`, taken again in each round.
"""
import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BATCH, QUERY_TOKENS, PASSAGE_TOKENS, DIM = 32, 32, 300, 128
WITHIN = 1e-4
PACKED = {f"jacolbert, {engine}" for engine in ("f32", "bf16", "int8")}
LINEAR = "linear layers alone"


def engine_options(engine):
    """The options of `encode_time` for a number format on the CPU, or for a device of Burn."""
    return ["--precision", engine] if f"jacolbert, {engine}" in PACKED else ["--device", engine]


class Texts:
    """A file of texts, and how ColBERT reads them."""

    def __init__(self, model):
        from tokenizers import Tokenizer
        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self.number = self.tokenizer.token_to_id
        skipped = [self.number(mark) for mark in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"]
        self.skipped = {self.number("[UNK]") if token is None else token for token in skipped}

    def ids(self, text, is_query):
        limit = (QUERY_TOKENS if is_query else PASSAGE_TOKENS) - 3
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids[:limit]
        return [self.number("[CLS]"), self.number(f"[unused{0 if is_query else 1}]"), *ids, self.number("[SEP]")]

    def batches(self, texts, is_query):
        """Batches of the longest first: places among the texts, ids, attention, and which rows are kept."""
        ids = [self.ids(text, is_query) for text in texts]
        order = sorted(range(len(ids)), key=lambda n: -len(ids[n]))
        for first in range(0, len(order), BATCH):
            places = order[first:first + BATCH]
            width = QUERY_TOKENS if is_query else len(ids[places[0]])
            filling = self.number("[MASK]") if is_query else self.number("[PAD]")
            yield (places, [ids[n] + [filling] * (width - len(ids[n])) for n in places],
                   [[1] * len(ids[n]) + [0] * (width - len(ids[n])) for n in places],
                   [list(range(width)) if is_query else [t for t, token in enumerate(ids[n]) if token not in self.skipped]
                    for n in places])


def torch_model(model, attention):
    import torch
    from safetensors.torch import load_file
    from transformers import BertModel

    class Colbert(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = BertModel.from_pretrained(
                model, add_pooling_layer=False, dtype=torch.float32, attn_implementation=attention)
            weights = load_file(model / "model.safetensors")["linear.weight"].float()
            self.linear = torch.nn.Parameter(weights)

        def forward(self, ids, attention):
            hidden = self.bert(ids, attention_mask=attention).last_hidden_state
            return torch.nn.functional.normalize(hidden @ self.linear.T, dim=-1)

    return Colbert().eval()


def torch_engine(model, threads, in_bf16=False):
    import torch
    import transformers
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(threads)
    colbert = torch_model(model, "sdpa")
    if in_bf16:
        colbert = colbert.to(torch.bfloat16)

    def run(ids, attention):
        with torch.inference_mode():
            return colbert(torch.tensor(ids), torch.tensor(attention)).float().numpy()
    return run


def torch_bf16_engine(model, threads):
    return torch_engine(model, threads, in_bf16=True)


def onnx_engine(model, threads):
    import numpy
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(model / "model.onnx"), options)

    def run(ids, attention):
        return session.run(None, {"ids": numpy.array(ids), "attention": numpy.array(attention)})[0]
    return run


def export(model):
    import torch
    import transformers
    transformers.logging.set_verbosity_error()
    example = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {name: {0: "batch", 1: "tokens"} for name in ("ids", "attention", "rows")}
    torch.onnx.export(torch_model(model, "eager"), example, str(model / "model.onnx"), dynamo=False, opset_version=17,
                      input_names=["ids", "attention"], output_names=["rows"], dynamic_axes=axes)


def worker(kind, model, threads, files):
    """Does as the example `encode_time` does."""
    import numpy
    reader = Texts(model)
    files = [(Path(file).name.startswith("queries"), Path(file).read_text().splitlines()) for file in files]
    run = {"torch": torch_engine, "torch-bf16": torch_bf16_engine, "onnx": onnx_engine}[kind](model, threads)
    print("ready", flush=True)
    for line in sys.stdin:
        number, *out = line.split()
        is_query, texts = files[int(number)]
        rows = [None] * len(texts)
        for places, ids, attention, kept in reader.batches(texts, is_query):
            for place, matrix, kept in zip(places, run(ids, attention), kept):
                rows[place] = matrix[kept]
        if out:
            numpy.concatenate(rows).astype("<f4").tofile(out[0])
        print("done", flush=True)


class Engine:
    """A process that encodes when it is told to."""

    def __init__(self, command, threads):
        env = os.environ | {name: str(threads) for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        assert self.process.stdout.readline() == "ready\n", command

    def encode(self, number, out=""):
        return self.take(f"{number} {out}")

    def multiply(self, tokens, multiplications):
        return self.take(f"multiply {tokens}", f"done {multiplications}\n")

    def take(self, order, answer="done\n"):
        """CPU seconds and seconds."""
        start, cpu = time.perf_counter(), self.cpu()
        print(order, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == answer, self.process.args
        return self.cpu() - cpu, time.perf_counter() - start

    def cpu(self):
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def peak_memory(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def random_base(folder, given):
    """A BERT-base with random weights over the vocabulary of the model given."""
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel
    folder.mkdir()
    shutil.copy(given / "tokenizer.json", folder)
    vocabulary = json.loads((given / "config.json").read_text())["vocab_size"]
    torch.manual_seed(1)
    bert = BertModel(BertConfig(vocab_size=vocabulary), add_pooling_layer=False)
    weights = {f"bert.{name}": value for name, value in bert.state_dict().items() if "position_ids" not in name}
    weights = {name: value + 0.02 * torch.randn(value.shape) for name, value in weights.items()}
    save_file(weights | {"linear.weight": 0.02 * torch.randn(DIM, 768)}, folder / "model.safetensors")
    bert.config.save_pretrained(folder)


def with_lengths(folder, given):
    settings = json.loads((given / "artifact.metadata").read_text())
    settings |= {"query_maxlen": QUERY_TOKENS, "doc_maxlen": PASSAGE_TOKENS, "dim": DIM}
    (folder / "artifact.metadata").write_text(json.dumps(settings))


def workloads(folder, reader, corpus, batches):
    """Files of texts by name, with the tokens of each text."""
    passages = [" ".join(json.loads(line)["text"].split()) for line in Path(corpus).open()]
    by_length = sorted(passages, key=lambda text: len(reader.ids(text, False)))
    of_32 = [by_length[n:n + BATCH] for n in range(0, len(by_length), BATCH)]
    taken = [of_32[(2 * n + 1) * len(of_32) // (2 * batches)] for n in range(batches)]
    texts = {
        "queries 1x32": [passages[0][:12]],
        "passages 8x256": [cut_to(reader, " ".join(passages[n:n + 9]), 256) for n in range(0, 72, 9)],
        "passages of the corpus": list(itertools.chain(*taken)),
    }
    found = {}
    for name, lines in texts.items():
        path = folder / (name.replace(" ", "_") + ".txt")
        path.write_text("\n".join(lines) + "\n")
        is_query = name.startswith("queries")
        found[name] = path, [QUERY_TOKENS if is_query else len(reader.ids(line, False)) for line in lines]
    return found


def cut_to(reader, text, tokens):
    """The beginning of a text that has so many tokens."""
    ends = (end for end in range(1, len(text)) if len(reader.ids(text[:end], False)) == tokens)
    return text[:next(ends)]


def linear_operations(config, tokens):
    """Multiplications and additions of the layers' linear maps."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    return 2 * config["num_hidden_layers"] * (4 * hidden * hidden + 2 * hidden * inner) * tokens


def operations(config, lengths):
    """Those of all products, without padding."""
    hidden = config["hidden_size"]
    attention = config["num_hidden_layers"] * 2 * hidden * sum(length ** 2 for length in lengths)
    return linear_operations(config, sum(lengths)) + 2 * (hidden * DIM * sum(lengths) + attention)


def compare(engines, files, folder):
    import numpy
    for number, name in enumerate(files):
        outputs = {}
        for engine, process in engines.items():
            process.encode(number, folder / "out")
            outputs[engine] = numpy.fromfile(folder / "out", "<f4")
        for engine, values in outputs.items():
            expected = outputs["PyTorch"]
            assert values.shape == expected.shape, (engine, name)
            apart = abs(values - expected).max()
            if "int8" in engine or "bf16" in engine:
                rows = [matrix.reshape(-1, DIM) for matrix in (values, expected)]
                cosine = (rows[0] * rows[1]).sum(-1) / numpy.linalg.norm(rows[0], axis=-1)
                print(f"{engine}, {name}: cosines from {cosine.min():.5f}, {cosine.mean():.5f} on average", file=sys.stderr)
            else:
                assert apart < WITHIN, (engine, name, apart)


def runs_of(engines, number, tokens, multiplications):
    """What to time, by name: each engine, and the linear layers of those that can apply them alone."""
    runs = {}
    for engine, process in engines.items():
        runs[engine] = lambda process=process: process.encode(number)
        if engine in PACKED:
            runs[f"{engine}: {LINEAR}"] = lambda process=process: process.multiply(tokens, multiplications)
    return runs


def table(model, engines, files, threads, rounds, peak):
    config = json.loads((model / "config.json").read_text())
    for number, (name, (_, lengths)) in enumerate(files.items()):
        tokens = sum(lengths)
        # A query is so short that one run says little.
        repeated = 10 if tokens < 100 else 1
        runs = runs_of(engines, number, tokens, linear_operations(config, tokens) // 2)
        cpu, wall, peaks = {run: [] for run in runs}, {run: [] for run in runs}, []
        for _ in range(rounds):
            peaks.append(peak())
            for run, take in runs.items():
                taken = [take() for _ in range(repeated)]
                cpu[run].append(statistics.median(seconds for seconds, _ in taken))
                wall[run].append(statistics.median(seconds for _, seconds in taken))
        for run in runs:
            work = linear_operations(config, tokens) if run.endswith(LINEAR) else operations(config, lengths)
            ratio = statistics.median(a / b for a, b in zip(cpu[run], cpu["PyTorch"]))
            times = statistics.median(a / b for a, b in zip(wall[run], wall["PyTorch"]))
            seconds, waited = statistics.median(cpu[run]), statistics.median(wall[run])
            share = statistics.median(work / 1e9 / a / b for a, b in zip(cpu[run], peaks))
            print(f"| {model.name} | {name} | {threads} | {run} | {tokens / waited:.0f} | {seconds:.3f} "
                  f"| {ratio:.2f} | {times:.2f} | {share:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("model", type=Path)
    parser.add_argument("corpus")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=2, help="batches of 32 passages of the corpus")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--only", default="base,given", help="models")
    parser.add_argument("--engines", default="f32,bf16,int8,flex", help="of ours")
    parser.add_argument("--candle", help="the program of benches/candle")
    parser.add_argument("--torch-bf16", action="store_true", help="PyTorch in bf16, too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        source = Path(__file__).with_name("encode_peak.rs")
        subprocess.run(["rustc", "-O", "-C", "target-cpu=native", "-o", folder / "peak", source], check=True)

        def peak():
            return float(subprocess.run([folder / "peak"], check=True, capture_output=True, text=True).stdout)

        print("| model | texts | threads | engine | tokens/s | CPU s | CPU of PyTorch's | time of PyTorch's | of the peak |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
        for kind in args.only.split(","):
            model = folder / {"base": "bert-base", "given": "demonstration"}[kind]
            if kind == "base":
                random_base(model, args.model)
            else:
                shutil.copytree(args.model, model)
            with_lengths(model, args.model)
            export(model)
            files = workloads(folder, Texts(model), args.corpus, args.batches)
            paths = [str(path) for path, _ in files.values()]
            for threads in map(int, args.threads.split(",")):
                python = [sys.executable, __file__, "--worker"]
                commands = {name: [*python, kind, str(model), str(threads), *paths]
                            for name, kind in (("PyTorch", "torch"), ("ONNX Runtime", "onnx"))}
                if args.torch_bf16:
                    commands["PyTorch, bf16"] = [*python, "torch-bf16", str(model), str(threads), *paths]
                if args.candle:
                    commands["candle"] = [args.candle, "--model", str(model), *paths]
                for engine in args.engines.split(","):
                    commands[f"jacolbert, {engine}"] = [args.binary, "--model", str(model), *engine_options(engine), *paths]
                engines = {name: Engine(command, threads) for name, command in commands.items()}
                compare(engines, files, folder)
                table(model, engines, files, threads, args.rounds, peak)
                peaks = ", ".join(f"{name} {engine.peak_memory():.0f}" for name, engine in engines.items())
                print(f"peak memory in MiB: {peaks}", file=sys.stderr)
                for engine in engines.values():
                    engine.end()


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        _, _, kind, model, threads, *files = sys.argv
        worker(kind, Path(model), int(threads), files)
    else:
        main()
