"""One training step of each architecture: its loss, and the gradient of every tensor."""
import torch
from encoders import ARCHITECTURES
from files import HERE, passages, queries, read_json, update_index, write_json, write_tensors
from safetensors.torch import load_file
from transformers import AutoModel
from transformers.utils.logging import disable_progress_bar

SMALL = 600
PAIRS = ((0, 0), (1, 1), (2, 4), (3, 6))   # lines of queries.txt and passages.txt that belong together


def digits(text):
    return [int(digit) for digit in text]


def rows(encoder, projection, record, keep):
    hidden = encoder(input_ids=torch.tensor([record["ids"]]),
                     attention_mask=torch.tensor([digits(record["attention"])])).last_hidden_state[0]
    return torch.nn.functional.normalize(hidden @ projection.T, dim=-1)[torch.tensor(digits(keep)).bool()]


def step(folder):
    """Cross entropy of the four passages' MaxSim for each query, its own passage being the right one."""
    encoder = AutoModel.from_pretrained(folder, dtype=torch.float32).double().eval()
    projection = load_file(folder / "1_Dense" / "model.safetensors")["linear.weight"].double().requires_grad_()
    expected = read_json(folder / "expected.json")
    asked = [rows(encoder, projection, one, one["keep"]) for one in (expected["queries"][q] for q, _ in PAIRS)]
    found = [rows(encoder, projection, one, one["keep"]) for one in (expected["passages"][p] for _, p in PAIRS)]
    scores = torch.stack([torch.stack([(q @ p.T).max(dim=1).values.sum() for p in found]) for q in asked])
    loss = torch.nn.functional.cross_entropy(scores, torch.arange(len(PAIRS)))
    loss.backward()
    weights = {**dict(encoder.named_parameters()), "linear.weight": projection}
    return loss, scores, {name: weight.grad for name, weight in weights.items() if weight.grad is not None}


def make():
    disable_progress_bar()
    entries = []
    for name in ARCHITECTURES:
        folder, out = HERE / "architectures" / name, HERE / "gradients" / name
        loss, scores, gradients = step(folder)
        write_json(out / "step.json", {
            "loss": loss.item(), "scores": scores.tolist(), "pairs": PAIRS,
            "norms": {key: gradients[key].norm().item() for key in sorted(gradients)}})
        write_tensors(out / "gradients.safetensors", {
            key: value.numpy() for key, value in gradients.items() if value.numel() <= SMALL})
        print(f"gradients of {name}: loss {loss.item():.4f}, {len(gradients)} tensors", flush=True)
        entries.append({"folder": f"gradients/{name}", "architecture": read_json(folder / "config.json")["model_type"],
                        "checkpoint": f"architectures/{name}"})
    update_index("gradient", entries)
