"""How long does a run of ten million lines take to be read and scored, and in how much memory?

    pip install ranx pytrec_eval-terrier
    cargo build --release -p jacolbert-eval --example evaluate_trec
    python benches/eval_lines.py target/release/examples/evaluate_trec [lines] [repeats]

The run has 1,000 documents a query, with scores in descending order and some of them equal; the qrels have 20 judged
documents a query, of which the run has a half. Each contestant reads both files and computes recall@10, MRR@10 and
nDCG@10 in a process of its own, one after the other; the table has the least wall time and the highest resident memory of
the repeats, and the means. Those of jacolbert-eval and pytrec_eval must agree to 1e-6 (the script fails if they do not);
ranx orders equal scores by no rule (see jacolbert-eval/tests/agreement), so that its own may differ. pytrec_eval's files are read by
`pytrec_eval.parse_run` and `parse_qrel`, ranx's by `Run.from_file` and `Qrels.from_file`, whose first call compiles;
that time, taken on a run of one query, is given by itself and is part of ranx's wall time too.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEPTH = 1_000
METRICS = ["recall@10", "mrr@10", "ndcg@10"]


def write(folder, num_lines, seed=0):
    """A run of so many lines and its qrels."""
    chance = random.Random(seed)
    run, qrels = folder / "run.trec", folder / "qrels.trec"
    with run.open("w") as results, qrels.open("w") as judgements:
        for query in range(max(1, num_lines // DEPTH)):
            documents = [f"passage-{number}#0" for number in chance.sample(range(7_000_000), DEPTH)]
            score = 40.0
            for rank, document in enumerate(documents, 1):
                score -= chance.choice([0.0, 0.01, 0.02])
                results.write(f"query-{query} Q0 {document} {rank} {score:.4f} system\n")
            judged = documents[:20:2] + [f"unseen-{number}#0" for number in range(10)]
            for document in judged:
                judgements.write(f"query-{query} 0 {document} {chance.randint(0, 3)}\n")
    return run, qrels


def with_pytrec_eval(run, qrels):
    import pytrec_eval
    with open(qrels) as file:
        qrels = pytrec_eval.parse_qrel(file)
    with open(run) as file:
        run = pytrec_eval.parse_run(file)
    # MRR has no cutoff in trec_eval: what is below rank 10 is set to 0 here.
    names = {"recall@10": "recall_10", "mrr@10": "recip_rank", "ndcg@10": "ndcg_cut_10"}
    values = pytrec_eval.RelevanceEvaluator(qrels, {"recall.10", "recip_rank", "ndcg_cut.10"}).evaluate(run)
    values = list(values.values())
    mean = lambda name: sum(value[name] for value in values) / len(values)
    means = {ours: mean(theirs) for ours, theirs in names.items()}
    means["mrr@10"] = sum(v["recip_rank"] if v["recip_rank"] >= 0.1 else 0.0 for v in values) / len(values)
    return means


def with_ranx(run, qrels):
    import ranx
    means = ranx.evaluate(ranx.Qrels.from_file(qrels, kind="trec"), ranx.Run.from_file(run, kind="trec"),
                          ["recall@10", "mrr@10", "ndcg@10"], make_comparable=True)
    return {name: float(value) for name, value in means.items()}


def measured(command):
    """Wall time in s, highest resident memory in MB and the output of a process and its children."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command} failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024, json.loads(out)


def means_of(out):
    report = out[0] if isinstance(out, list) else out
    return report["means"] if "means" in report else report


def main():
    binary = sys.argv[1]
    num_lines = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with tempfile.TemporaryDirectory() as folder:
        run, qrels = write(Path(folder), num_lines)
        print(f"{num_lines:,} lines, {run.stat().st_size / 1e6:,.0f} MB")
        worker = [sys.executable, __file__, "--worker"]
        contestants = {
            "jacolbert-eval": [binary, str(qrels), ",".join(METRICS), str(run), "--json", "--ties-as-trec-eval"],
            "pytrec_eval": worker + ["pytrec_eval", str(run), str(qrels)],
            "ranx": worker + ["ranx", str(run), str(qrels)],
        }
        best = {}
        for _ in range(repeats):
            for name, command in contestants.items():
                result = measured(command)
                known = best.get(name, (float("inf"), 0.0, None))
                best[name] = (min(known[0], result[0]), max(known[1], result[1]), means_of(result[2]))
        small = Path(folder) / "small"
        small.mkdir()
        compiling, _, _ = measured(worker + ["ranx", *map(str, write(small, DEPTH))])
    for name, (seconds, megabytes, means) in best.items():
        figures = ", ".join(f"{metric} {means[metric]:.6f}" for metric in METRICS)
        print(f"{name:<15} {seconds:7.1f} s {megabytes:8,.0f} MB  {figures}")
    print(f"ranx on one query: {compiling:.1f} s")
    reference = best["jacolbert-eval"][2]
    for metric in METRICS:
        if abs(best["pytrec_eval"][2][metric] - reference[metric]) > 1e-6:
            raise SystemExit(f"pytrec_eval has another {metric}")


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        evaluate = {"pytrec_eval": with_pytrec_eval, "ranx": with_ranx}[sys.argv[2]]
        print(json.dumps(evaluate(sys.argv[3], sys.argv[4])))
    else:
        main()
