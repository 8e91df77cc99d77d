"""Writes fixtures.json: losses and their gradients as PyTorch computes them, for losses/mod.rs.

    pip install torch==2.15.0
    python make_fixtures.py

Inputs are rounded to f32; values and gradients are computed from them in f64.
B is the number of queries, n the number of passages of each; column 0 of a query's own passages
is its positive, and passages of a batch are laid out query by query.
"""

import json
import pathlib

import torch

torch.manual_seed(7)
torch.set_num_threads(1)


# The formulas.


def cross_entropy(rows, labels):
    """Mean over the rows of: log of the summed exponentials, minus the labelled score."""
    labelled = rows[torch.arange(len(rows)), labels]
    return (torch.logsumexp(rows, dim=1) - labelled).mean()


def n_way(scores):
    return cross_entropy(scores, torch.zeros(len(scores), dtype=torch.long))


def min_max(rows):
    low = rows.min(dim=1, keepdim=True).values
    high = rows.max(dim=1, keepdim=True).values
    return (rows - low) / (high - low + 1e-8)


def distillation(scores, teacher, normalisation):
    if normalisation == "min_max":
        scores, teacher = min_max(scores), min_max(teacher)
    student, teacher = scores.log_softmax(dim=1), teacher.log_softmax(dim=1)
    return (teacher.exp() * (teacher - student)).sum() / len(scores)


def in_batch_colbert(scores):
    """Each query's positive against all passages of the other queries, one row at a time."""
    queries = len(scores)
    n = scores.shape[1] // queries
    losses = []
    for i, row in enumerate(scores):
        candidates = torch.cat([row[i * n : i * n + 1], row[: i * n], row[(i + 1) * n :]])
        assert len(candidates) == queries * n - n + 1
        losses.append(torch.logsumexp(candidates, dim=0) - candidates[0])
    return torch.stack(losses).mean()


def in_batch_pylate(scores, temperature):
    n = scores.shape[1] // len(scores)
    return cross_entropy(scores / temperature, torch.arange(len(scores)) * n)


def own(scores):
    n = scores.shape[1] // len(scores)
    return torch.stack([row[i * n : (i + 1) * n] for i, row in enumerate(scores)])


def unit_rows(rows, keep):
    """Masked rows become zero, all others get length 1."""
    rows = rows * keep.unsqueeze(-1)
    return rows / rows.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def max_sim(queries, query_keep, passages, passage_keep):
    """[B, B*n]: for each token of a query its best similarity in the passage, summed."""
    queries, passages = unit_rows(queries, query_keep), unit_rows(passages, passage_keep)
    similarity = torch.einsum("qid,pjd->qpij", queries, passages)
    similarity = similarity.masked_fill(~passage_keep[None, :, None, :], -9999.0)
    return similarity.max(dim=-1).values.sum(dim=-1)


# The cases.


def f32(rows):
    """A tensor whose f64 values are exact in f32."""
    return torch.as_tensor(rows, dtype=torch.float64).float().double()


def random(*shape, scale=1.0):
    return f32((torch.randn(*shape) * scale).double().round(decimals=3))


def with_gradients(loss, inputs):
    inputs = {name: tensor.clone().requires_grad_() for name, tensor in inputs.items()}
    value = loss(**inputs)
    value.backward()
    gradients = {name: tensor.grad.tolist() for name, tensor in inputs.items()}
    return {"loss": value.item(), "gradients": gradients}


def score_cases(name, scores, losses):
    for label, (extra, loss) in losses.items():
        result = with_gradients(lambda scores: loss(scores), {"scores": scores})
        yield {
            "name": f"{label}, {name}",
            **extra,
            "scores": scores.tolist(),
            "loss": result["loss"],
            "gradient": result["gradients"]["scores"],
        }


def n_way_scores():
    for queries in (1, 3, 5):
        for n in (1, 2, 4):
            yield f"{queries} x {n}", random(queries, n, scale=3)
    yield "far apart", f32([[-90.0, 90.0, 0.0], [90.0, -90.0, 30.0], [500.0, 500.5, 499.0]])
    yield "a passage without a token", f32([[12.5, -319968.0], [-319968.0, 9.25]])
    yield "all equal", f32([[7.0, 7.0, 7.0, 7.0], [0.0, 0.0, 0.0, 0.0]])


def teacher_cases():
    for queries in (1, 2, 5):
        for n in (1, 3, 4):
            shape = (queries, n)
            yield f"{queries} x {n}", random(*shape, scale=3), random(*shape, scale=2)
    yield "equal teacher scores", random(3, 4, scale=5), torch.full((3, 4), 0.75).double()
    yield "teacher far apart", random(2, 4, scale=5), random(2, 4, scale=80)
    yield "student far apart", random(2, 4, scale=80), random(2, 4, scale=5)
    yield "teacher and student alike", f32([[1.0, 2.5, -3.0]]), f32([[1.0, 2.5, -3.0]])


def all_scores():
    for queries in (1, 2, 3, 5):
        for n in (1, 2, 4):
            yield f"{queries} x {n}", random(queries, queries * n, scale=3)
    yield "far apart", random(3, 6, scale=100)
    yield "all equal", torch.full((3, 6), 21.5).double()


def distillation_cases():
    for name, scores, teacher in teacher_cases():
        losses = {
            kind: (
                {"normalisation": kind, "teacher": teacher.tolist()},
                lambda scores, kind=kind: distillation(scores, teacher, kind),
            )
            for kind in ("none", "min_max")
        }
        yield from score_cases(name, scores, losses)


def in_batch_cases():
    losses = {"colbert": ({"form": "colbert"}, in_batch_colbert)}
    for temperature in (1.0, 0.5, 4.0):
        losses[f"pylate at {temperature}"] = (
            {"form": "pylate", "temperature": temperature},
            lambda scores, temperature=temperature: in_batch_pylate(scores, temperature),
        )
    for name, scores in all_scores():
        yield from score_cases(name, scores, losses)


def recipe_cases():
    """Sums of terms, from the scores of all passages of the batch."""
    scores, teacher = random(3, 12, scale=3), random(3, 4, scale=2)
    recipes = {
        "cross-entropy and colbert": lambda scores: n_way(own(scores)) + in_batch_colbert(scores),
        "distillation and half of pylate": lambda scores: distillation(
            own(scores), teacher, "min_max"
        )
        + 0.5 * in_batch_pylate(scores, 2.0),
    }
    losses = {
        name: ({"recipe": name, "teacher": teacher.tolist()}, loss)
        for name, loss in recipes.items()
    }
    yield from score_cases("3 x 4", scores, losses)


def keep(lengths, width):
    return torch.arange(width)[None, :] < torch.tensor(lengths)[:, None]


def embedding_cases():
    """From raw embeddings through MaxSim to the sum of two terms, and back."""
    query_keep = keep([4, 3, 4], 4)
    passage_keep = keep([5, 2, 4, 5, 1, 3], 5)
    passage_keep[0, 2] = passage_keep[3, 0] = False  # as punctuation is
    inputs = {"queries": random(3, 4, 8), "passages": random(6, 5, 8)}

    def scores(queries, passages):
        return max_sim(queries, query_keep, passages, passage_keep)

    def loss(queries, passages):
        both = scores(queries, passages)
        return n_way(own(both)) + in_batch_colbert(both)

    yield {
        "name": "cross-entropy and colbert, 3 x 2",
        **{name: tensor.tolist() for name, tensor in inputs.items()},
        "query_keep": query_keep.tolist(),
        "passage_keep": passage_keep.tolist(),
        "scores": scores(**inputs).tolist(),
        **with_gradients(loss, inputs),
    }


def n_way_cases():
    for name, scores in n_way_scores():
        yield from score_cases(name, scores, {"n-way": ({}, n_way)})


def rounded(value):
    """Ten digits of every number: enough for f32, and the file stays small."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


def main():
    fixtures = {
        "n_way": list(n_way_cases()),
        "distillation": list(distillation_cases()),
        "in_batch": list(in_batch_cases()),
        "recipe": list(recipe_cases()),
        "embeddings": list(embedding_cases()),
    }
    path = pathlib.Path(__file__).with_name("fixtures.json")
    lines = json.dumps(rounded(fixtures)).replace('{"name"', '\n{"name"')
    path.write_text(lines + "\n")


if __name__ == "__main__":
    main()
