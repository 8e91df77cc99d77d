"""Makes the folders `fast_*`: indexes that fast-plaid wrote, and the rows that it decodes.

    python make_fast_fixtures.py          # fast-plaid 1.7.0, torch 2.10.0

`fast_merged` is as fast-plaid leaves it, `fast_chunks` as it is before fast-plaid merges the files of the
chunks, which earlier versions did not. `rows.npy` holds what `get_embeddings` gives, f32 `[tokens, dim]` of values
that fast-plaid computed in f16. Centroids are few and random, since k-means would make every token one of them.
"""
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from fast_plaid import search

HERE = Path(__file__).parent
DIM, PASSAGES_PER_CHUNK = 32, 5
READ = ["metadata.json", "centroids.npy", "bucket_weights.npy", "*.metadata.json", "doclens.*.json",
        "*.codes.npy", "*.residuals.npy", "merged_codes.npy", "merged_residuals.npy"]


def passages():
    torch.manual_seed(5)
    lengths = torch.randint(1, 14, (11,)).tolist()
    return [unit(torch.randn(length, DIM)) for length in lengths]


def unit(rows):
    return torch.nn.functional.normalize(rows, dim=-1)


def keep(path, name):
    target = HERE / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for pattern in READ:
        for file in path.glob(pattern):
            shutil.copy(file, target / file.name)
    return target


def main():
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "index"
        merge = search.fast_plaid._load_index_tensors_cpu
        search.fast_plaid._load_index_tensors_cpu = lambda index_path: None
        centroids = unit(torch.randn(16, DIM, generator=torch.Generator().manual_seed(6)))
        search.fast_plaid.compute_kmeans = lambda **_: centroids.half()
        index = search.FastPlaid(index=str(path), device="cpu")
        index.create(documents_embeddings=passages(), nbits=4, batch_size=PASSAGES_PER_CHUNK)
        chunks = keep(path, "fast_chunks")
        search.fast_plaid._load_index_tensors_cpu = merge
        merge(index_path=str(path))
        index = search.FastPlaid(index=str(path), device="cpu")
        rows = torch.cat(index.get_embeddings(list(range(len(passages())))))
        for target in [chunks, keep(path, "fast_merged")]:
            np.save(target / "rows.npy", rows.float().numpy())


if __name__ == "__main__":
    main()
