"""Makes scipy.json: passages of a few rows, their clusters by SciPy and the means of these.

    python make_fixture.py          # numpy 2.4.6, scipy 1.17.1; made again, the file is the same

Rows are unit vectors around a few directions, as an encoder's are, written in as many digits as f32
has. Distances, clustering and cut are those of PyLate: `1 - cosine`, condensed, "ward", "maxclust".
"""
import json
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

HERE = Path(__file__).parent
DIM = 8
TOKENS = [1, 2, 3, 4, 5, 6, 7, 9, 12, 17, 24, 40, 41]


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def numbers(rows):
    """`rows` in the fewest digits that are the same f32."""
    return [[float(str(value)) for value in row] for row in np.asarray(rows, np.float32)]


def passage(rng, tokens):
    topics = rng.normal(size=(1 + tokens // 4, DIM))
    return unit(topics[rng.integers(len(topics), size=tokens)] + 0.5 * rng.normal(size=(tokens, DIM)))


def clusters(rows, most):
    if most >= len(rows):
        return list(range(len(rows)))
    exact = rows.astype(np.float64)
    exact /= np.linalg.norm(exact, axis=-1, keepdims=True)
    distances = np.maximum(1 - exact @ exact.T, 0).round(12)    # equal rows are at 0, not near it
    tree = linkage(squareform(distances, checks=False), method="ward")
    labels = fcluster(tree, t=most, criterion="maxclust").tolist()
    return [labels.index(label) for label in labels]


def pooled(rows, labels):
    means = [rows[[n for n, label in enumerate(labels) if label == first]].mean(axis=0)
             for first in sorted(set(labels))]
    return unit(np.array(means))


def case(rows, factor, protected):
    rest = rows[protected:]
    labels = clusters(rest, max(len(rest) // factor, 1))
    same = len(set(labels)) == len(rest)
    values = rows if same else np.concatenate([rows[:protected], pooled(rest, labels)])
    return {"factor": factor, "protected": protected, "rows": numbers(values)}


def main():
    rng = np.random.default_rng(2409)
    passages = [passage(rng, tokens) for tokens in TOKENS]
    twins = passage(rng, 9)
    passages.append(twins[[0, 1, 0, 2, 3, 3, 4, 0, 5, 6, 7, 3, 8]])     # some rows are equal
    passages.append(twins[[0, 1, 1, 1, 0, 2, 0, 0, 1]])     # so many that no cut gives 4 clusters
    cases = [{"rows": numbers(rows),
              "pooled": [case(rows, factor, protected)
                         for factor in (1, 2, 3, 4) for protected in (0, 1)]}
             for rows in passages]
    text = json.dumps({"dim": DIM, "passages": cases}, separators=(",", ":"))
    HERE.joinpath("scipy.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
