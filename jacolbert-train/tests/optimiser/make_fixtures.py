"""Writes fixtures.json: ten steps of the optimisers as PyTorch and the authors of schedule-free
learning take them, for src/optimiser/mod.rs.

    pip install torch==2.11.0 schedulefree==1.4.1
    python make_fixtures.py

Three parameters, one of each role: a matrix, a bias, the projection. Weights and gradients are
exact in f32; the steps are computed in f64.
"""

import json
import pathlib

import schedulefree
import torch

torch.manual_seed(11)
STEPS = 10
LENGTHS = {"matrix": 6, "bias": 4, "projection": 5}


def f32(tensor):
    return tensor.double().round(decimals=4).float().double()


WEIGHTS = {role: f32(torch.randn(length)) for role, length in LENGTHS.items()}
GRADIENTS = [
    {role: f32(torch.randn(length) * 10.0 ** torch.randint(-3, 2, (length,)))
     for role, length in LENGTHS.items()}
    for _ in range(STEPS)
]


def groups(parameters, case):
    """One group a role: its share of learning rate and of weight decay."""
    for role, parameter in parameters.items():
        decays = role != "bias" or case["decay_biases_and_norms"]
        yield {
            "params": [parameter],
            "role": role,
            "weight_decay": case["weight_decay"] if decays else 0.0,
        }


def rate(case, role, step):
    """Warm-up, and then as it is; the projection has its own multiple."""
    warmed = min(1.0, (step + 1) / case["warmup_steps"]) if case["warmup_steps"] else 1.0
    factor = case["projection_rate"] if role == "projection" else 1.0
    return case["learning_rate"] * factor, warmed


def optimiser(parameters, case):
    options = {"betas": (case["beta_1"], case["beta_2"]), "eps": case["epsilon"]}
    listed = list(groups(parameters, case))
    for group in listed:
        group["lr"], _ = rate(case, group["role"], 0)
    if case["method"] == "AdamW":
        return torch.optim.AdamW(listed, **options)
    warmup = case["warmup_steps"]
    return schedulefree.AdamWScheduleFree(listed, warmup_steps=warmup, **options)


def steps(case):
    parameters = {role: weights.clone().requires_grad_() for role, weights in WEIGHTS.items()}
    chosen = optimiser(parameters, case)
    schedule_free = case["method"] != "AdamW"
    for step, gradients in enumerate(GRADIENTS):
        if schedule_free:
            chosen.train()
        else:
            for group in chosen.param_groups:
                peak, warmed = rate(case, group["role"], step)
                group["lr"] = peak * warmed
        for role, parameter in parameters.items():
            parameter.grad = gradients[role].clone()
        chosen.step()
        trained = {role: parameter.tolist() for role, parameter in parameters.items()}
        if schedule_free:
            chosen.eval()
        yield {
            "trained": trained,
            "in_use": {role: parameter.tolist() for role, parameter in parameters.items()},
        }


def cases():
    usual = {
        "method": "AdamW",
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-8,
        "weight_decay": 0.0,
        "decay_biases_and_norms": False,
        "projection_rate": 1.0,
        "learning_rate": 0.02,
        "warmup_steps": 0,
    }
    yield "plain", usual
    yield "decay of all", {**usual, "weight_decay": 0.3, "decay_biases_and_norms": True}
    yield "decay of matrices", {**usual, "weight_decay": 0.3, "beta_1": 0.8, "beta_2": 0.95}
    yield "projection of its own", {**usual, "projection_rate": 4.0, "warmup_steps": 4}
    free = {**usual, "method": "ScheduleFreeAdamW"}
    yield "schedule-free", free
    yield "schedule-free, warmed up", {**free, "warmup_steps": 4, "projection_rate": 0.5}
    yield "schedule-free, decay", {**free, "weight_decay": 0.3, "beta_1": 0.95, "epsilon": 1e-3}


def listed(tensors):
    return {role: tensor.tolist() for role, tensor in tensors.items()}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


def main():
    fixtures = {
        "weights": listed(WEIGHTS),
        "gradients": [listed(gradients) for gradients in GRADIENTS],
        "cases": [
            {"name": name, "options": case, "steps": list(steps(case))} for name, case in cases()
        ],
    }
    path = pathlib.Path(__file__).with_name("fixtures.json")
    lines = json.dumps(rounded(fixtures)).replace('{"name"', '\n{"name"')
    path.write_text(lines.replace('{"trained"', '\n{"trained"') + "\n")


if __name__ == "__main__":
    main()
