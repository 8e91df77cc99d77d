"""Compares jacolbert-eval with ranx and pytrec_eval on random runs, query by query.

    pip install ranx pytrec_eval-terrier
    cargo build --release -p jacolbert-eval --example evaluate_trec
    python agree.py <target folder>/release/examples/evaluate_trec [pairs] [seed]

The pairs have tied scores (exactly, and only as f32), queries that the run or the qrels lack, documents that are not
judged, grades from -1 to 3 and queries without a relevant document. Every value of every query is compared; what differs
by more than 1e-9 is listed by metric, with an example. The exit status is 1 if there is any.
"""

import json
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pytrec_eval
import ranx

PYTREC_EVAL = {
    "map": "map", "map@10": "map_cut_10", "mrr": "recip_rank", "precision@10": "P_10", "recall@5": "recall_5",
    "recall@10": "recall_10", "ndcg": "ndcg", "ndcg@10": "ndcg_cut_10", "success@10": "success_10",
    "success@1": "success_1", "r_precision": "Rprec",
}
RANX = {
    "map": "map", "map@10": "map@10", "mrr": "mrr", "mrr@3": "mrr@3", "precision@10": "precision@10",
    "precision": "precision", "recall@5": "recall@5", "recall": "recall", "ndcg": "ndcg", "ndcg@10": "ndcg@10",
    "ndcg_exp@10": "ndcg_burges@10", "success@1": "hit_rate@1", "r_precision": "r-precision",
}
ASKED = {"map_cut.10", "map", "recip_rank", "P.10", "recall.5,10", "ndcg", "ndcg_cut.10", "success.1,10", "Rprec"}


def pair(chance):
    """Qrels and a run as dictionaries."""
    documents = [f"d{number}" for number in range(60)]
    queries = [f"q{number}" for number in range(chance.randint(2, 12))]
    qrels, run = {}, {}
    for query in queries:
        if chance.random() < 0.9:
            judged = chance.sample(documents, chance.randint(1, 25))
            grades = [0] if chance.random() < 0.1 else [-1, 0, 0, 1, 1, 2, 3]
            qrels[query] = {document: chance.choice(grades) for document in judged}
        if chance.random() < 0.9:
            ranked = chance.sample(documents, chance.randint(1, 40))
            run[query] = {document: score(chance) for document in ranked}
    both = queries[0]
    qrels.setdefault(both, {"d1": 1})
    run.setdefault(both, {"d1": 1.0})
    return qrels, run


def score(chance):
    """One of few values; some differ as f64 and are equal as f32."""
    return chance.randint(1, 9) / 7 + chance.choice([0.0, 0.0, 0.0, 1e-12])


def write(folder, qrels, run):
    lines = [f"{q} 0 {d} {grade}\n" for q, judged in qrels.items() for d, grade in judged.items()]
    (folder / "qrels").write_text("".join(lines))
    lines = [f"{q} Q0 {d} 0 {score!r} tag\n" for q, ranked in run.items() for d, score in ranked.items()]
    (folder / "run").write_text("".join(lines))


def ours(program, folder, metrics, *flags):
    command = [program, folder / "qrels", ",".join(metrics), folder / "run", "--json", *flags]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["queries"]


def of_pytrec_eval(qrels, run):
    values = pytrec_eval.RelevanceEvaluator(qrels, ASKED).evaluate(run)
    return {query: {name: by[theirs] for name, theirs in PYTREC_EVAL.items()} for query, by in values.items()}


def of_ranx(qrels, run):
    """Values of runs whose order is told by distinct scores, since ranx's sort is not stable (see README.md)."""
    run = {query: in_order(ranked) for query, ranked in run.items() if query in qrels}
    qrels = {query: qrels[query] for query in run}
    values = ranx.evaluate(qrels, run, list(RANX.values()), return_mean=False)
    return {query: {name: float(values[theirs][at]) for name, theirs in RANX.items()} for at, query in enumerate(run)}


def in_order(ranked):
    """Best first, equal scores in the order of the input."""
    return {document: -rank for rank, document in enumerate(sorted(ranked, key=ranked.get, reverse=True))}


def compare(who, found, expected, differences):
    count = 0
    for query in found.keys() ^ expected.keys():
        differences[who, "queries"].append(query)
    for query in found.keys() & expected.keys():
        for metric, value in expected[query].items():
            count += 1
            if abs(found[query][metric] - value) > 1e-9:
                differences[who, metric].append((query, found[query][metric], value))
    return count


def main():
    program = sys.argv[1]
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    # All pairs are evaluated at once, their queries told apart by the pair's number: each call of ranx takes long.
    qrels, run = {}, {}
    for number in range(pairs):
        for part, whole in zip(pair(chance), (qrels, run)):
            whole.update({f"{number}-{query}": documents for query, documents in part.items()})

    differences = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, qrels, run)
        found = ours(program, folder, PYTREC_EVAL, "--ties-as-trec-eval")
        counts = {"pytrec_eval": compare("pytrec_eval", found, of_pytrec_eval(qrels, run), differences)}
        # ranx has no say about a query without results: ours gives it zero.
        found = ours(program, folder, RANX)
        assert all(value == 0 for query in found.keys() - run.keys() for value in found[query].values())
        found = {query: values for query, values in found.items() if query in run}
        counts["ranx"] = compare("ranx", found, of_ranx(qrels, run), differences)

    for who, count in counts.items():
        differing = sum(len(found) for (whose, _), found in differences.items() if whose == who)
        print(f"{who}: {count} values of {pairs} pairs compared, {differing} differ")
    for (who, metric), found in sorted(differences.items()):
        print(f"  {who} {metric}: {len(found)}, such as {found[0]}")
    sys.exit(bool(differences))


main()
