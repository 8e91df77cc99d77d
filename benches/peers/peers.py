"""The peers that are Python packages: one build, or searches asked for on standard input.

Started by the binary `peers`, which see (`src/job.rs`): each message to it is one line of JSON
behind a mark, since peers print too.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

MARK = "@peers "


def say(**message):
    print(MARK + json.dumps(message), flush=True)


class MemoryMeter:
    """Memory that a stretch of work adds at its peak to what the process held before."""

    def __init__(self):
        # 5 sets VmHWM back to VmRSS: man 5 proc_pid_clear_refs.
        Path("/proc/self/clear_refs").write_text("5")
        self.before = self.status("VmRSS:")

    def peak_above(self):
        return max(0, self.status("VmHWM:") - self.before)

    @staticmethod
    def status(field):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
        raise OSError(f"/proc/self/status has no {field}")


def cpu_seconds():
    """CPU seconds of all threads and of ended children, user and system."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


class Collection:
    """The files of `encode`; whole passages until there are `tokens` tokens, or all."""

    def __init__(self, folder, tokens=None):
        self.folder = Path(folder)
        self.lengths = np.load(self.folder / "doclens.npy")
        if tokens is not None:
            ends = np.cumsum(self.lengths)
            self.lengths = self.lengths[: int(np.searchsorted(ends, tokens)) + 1]
        self.num_tokens = int(self.lengths.sum())

    def embeddings(self):
        """`f32 [tokens, dim]`, in memory."""
        mapped = np.load(self.folder / "embeddings.npy", mmap_mode="r")
        return np.array(mapped[: self.num_tokens])

    def token_ids(self):
        mapped = np.load(self.folder / "token_ids.npy", mmap_mode="r")
        return np.array(mapped[: self.num_tokens])

    def queries(self, n):
        """`f32 [n, query tokens, dim]`, evenly spaced over all."""
        mapped = np.load(self.folder / "queries.npy", mmap_mode="r")
        n = min(n, len(mapped))
        return np.array(mapped[[place * len(mapped) // n for place in range(n)]])


class FastPlaid:
    """fast-plaid; one thread, its defaults where the spec says nothing else."""

    def __init__(self, settings, index):
        import torch
        from fast_plaid import search

        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        self.torch, self.search_module = torch, search
        self.settings, self.index = settings, str(index)
        self.engine = None

    def load_input(self, collection):
        """A list of tensors, as its documentation has it; they share one block of memory."""
        rows = self.torch.from_numpy(collection.embeddings())
        return list(rows.split(collection.lengths.tolist()))

    def build(self, passages):
        engine = self.search_module.FastPlaid(self.index, device="cpu")
        engine.create(documents_embeddings=passages, nbits=self.settings["bits"])

    def open(self):
        self.engine = self.search_module.FastPlaid(self.index, device="cpu")

    def search(self, queries, k):
        params = {"n_processes": 1, "show_progress": False}
        if "rescored" in self.settings:
            params["n_full_scores"] = self.settings["rescored"]
        if "probes" in self.settings:
            params["n_ivf_probe"] = self.settings["probes"]
        found = self.engine.search(self.torch.from_numpy(queries), top_k=k, **params)
        return [[passage for passage, _ in hits] for hits in found]


class Tachiom:
    """TACHIOM; one thread, its defaults where the spec says nothing else."""

    def __init__(self, settings, index):
        import tachiom

        self.tachiom = tachiom
        self.settings, self.index = settings, Path(index)
        self.engine = None

    def load_input(self, collection):
        """Arrays of the types that it takes: bit patterns of f16, u32 and i32."""
        rows = collection.embeddings().astype(np.float16).view(np.uint16)
        lengths = collection.lengths.astype(np.int32)
        return rows, collection.token_ids().astype(np.uint32), lengths

    def build(self, passages):
        engine = self.tachiom.Tachiom.build_from_arrays(*passages)
        self.index.mkdir(parents=True, exist_ok=True)
        engine.save(str(self.index / "tachiom.bin"))

    def open(self):
        self.engine = self.tachiom.Tachiom.load(str(self.index / "tachiom.bin"))

    def search(self, queries, k):
        params = {"num_threads": 1}
        if "rescored" in self.settings:
            params["k_docs_to_score"] = self.settings["rescored"]
        if "probes" in self.settings:
            params["k_centroids"] = self.settings["probes"]
        params["k_docs_to_score"] = max(k, params.get("k_docs_to_score", 500))
        rows = np.ascontiguousarray(queries.reshape(-1, queries.shape[-1]))
        _, found = self.engine.batch_search(rows, len(queries), k, **params)
        absent = np.iinfo(np.uint32).max
        return [[int(passage) for passage in hits if passage != absent] for hits in found]


ENGINES = {"fast-plaid": FastPlaid, "tachiom": Tachiom}


def engine_of(spec, index):
    name, _, settings = spec.partition(":")
    pairs = (setting.split("=") for setting in settings.split(",") if setting)
    return ENGINES[name]({key: int(value) for key, value in pairs}, index)


def build(args):
    engine = engine_of(args.engine, args.index)
    passages = engine.load_input(Collection(args.data, args.tokens))
    memory = MemoryMeter()
    start, before = time.perf_counter(), cpu_seconds()
    engine.build(passages)
    spent, seconds = cpu_seconds() - before, time.perf_counter() - start
    say(cpu_seconds=spent, seconds=seconds, peak_bytes=memory.peak_above())


def serve(args):
    queries = Collection(args.data).queries(args.queries)
    engine = engine_of(args.engine, args.index)
    memory = MemoryMeter()
    start = time.perf_counter()
    engine.open()
    say(seconds=time.perf_counter() - start)
    for line in sys.stdin:
        ask = json.loads(line)
        before = cpu_seconds()
        hits = engine.search(queries[ask["from"] : ask["to"]], ask["k"])
        spent = cpu_seconds() - before
        say(cpu_seconds=spent, peak_bytes=memory.peak_above(), hits=hits)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["build", "serve"])
    parser.add_argument("--engine", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--index", required=True)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--tokens", type=int)
    args = parser.parse_args()
    {"build": build, "serve": serve}[args.command](args)


if __name__ == "__main__":
    main()
