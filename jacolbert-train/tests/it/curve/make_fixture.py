"""Writes model/, rows.tsv and curve.json: 200 steps of a tiny ColBERT as PyTorch trains it, for
curve/mod.rs.

    pip install torch==2.10.0 transformers==4.49.0 safetensors==0.8.0
    python make_fixture.py

The encoder is transformers' BertModel; initial weights are exact in f32, all is computed in f64.
Dropout is off. Rows are taken in the order of the file, with their first passages.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

HERE = pathlib.Path(__file__).parent
STEPS, BATCH, N_WAY, ROWS = 200, 8, 3, 160
QUERY_LENGTH, PASSAGE_LENGTH = 10, 14
LEARNING_RATE, WARMUP, WEIGHT_DECAY, MAX_NORM = 4e-4, 20, 0.05, 1.5
PROJECTION_RATE = 2.0

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"]
MARKS = ["!", ","]
WORDS = [f"w{number}" for number in range(50)]
VOCABULARY = SPECIAL + MARKS + WORDS
ID = {token: number for number, token in enumerate(VOCABULARY)}


class ColBert(torch.nn.Module):
    def __init__(self, config, dim):
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        self.linear = torch.nn.Linear(config.hidden_size, dim, bias=False)

    def forward(self, ids, attention, keep):
        hidden = self.bert(ids, attention_mask=attention).last_hidden_state
        rows = self.linear(hidden) * keep.unsqueeze(-1)
        return torch.nn.functional.normalize(rows, dim=-1)


def config():
    return BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=16,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.1,
    )


def make_rows():
    """A positive shares three words with its query, a negative up to two."""
    def words(n):
        return [WORDS[number] for number in torch.randint(len(WORDS), (n,))]

    def passage(query, shared):
        chosen = [query[number] for number in torch.randperm(len(query))[:shared]]
        chosen += words(int(torch.randint(3, 7, (1,))))
        chosen = [chosen[number] for number in torch.randperm(len(chosen))]
        mark = MARKS[int(torch.randint(2, (1,)))]
        return " ".join(chosen[:3] + [mark] + chosen[3:])

    for _ in range(ROWS):
        query = words(int(torch.randint(4, 8, (1,))))
        negatives = [passage(query, int(torch.randint(3, (1,)))) for _ in range(N_WAY - 1)]
        yield [" ".join(query), passage(query, 3), *negatives]


def encode_query(text):
    ids = [ID["[CLS]"], ID["[unused0]"], *[ID[word] for word in text.split()]]
    ids = ids[: QUERY_LENGTH - 1] + [ID["[SEP]"]]
    masks = QUERY_LENGTH - len(ids)
    return ids + [ID["[MASK]"]] * masks, [1] * len(ids) + [0] * masks, [1] * QUERY_LENGTH


def encode_passage(text):
    ids = [ID["[CLS]"], ID["[unused1]"], *[ID[word] for word in text.split()]]
    ids = ids[: PASSAGE_LENGTH - 1] + [ID["[SEP]"]]
    keep = [int(VOCABULARY[number] not in MARKS) for number in ids]
    fill = [0] * (PASSAGE_LENGTH - len(ids))
    return ids + fill, [1] * len(ids) + fill, keep + fill


def tensors(encoded):
    return [torch.tensor(part) for part in zip(*encoded)]


def max_sim(queries, passages, keep):
    similarity = torch.einsum("qid,pjd->qpij", queries, passages)
    similarity = similarity.masked_fill(keep[None, :, None, :] == 0, -9999.0)
    return similarity.max(dim=-1).values.sum(dim=-1)


def loss_of(scores):
    """Cross-entropy over a query's own passages, and ColBERT's over those of the others."""
    losses = []
    for i, row in enumerate(scores):
        own = row[i * N_WAY : (i + 1) * N_WAY]
        others = torch.cat([row[: i * N_WAY], row[(i + 1) * N_WAY :]])
        candidates = torch.cat([own[:1], others])
        losses.append(torch.logsumexp(own, 0) + torch.logsumexp(candidates, 0) - 2 * own[0])
    return torch.stack(losses).mean()


def groups(model):
    for name, parameter in model.named_parameters():
        rate = LEARNING_RATE * (PROJECTION_RATE if name.startswith("linear") else 1.0)
        decay = WEIGHT_DECAY if parameter.dim() > 1 else 0.0
        yield {"params": [parameter], "lr": rate, "peak": rate, "weight_decay": decay}


def factor(step):
    if step < WARMUP:
        return (step + 1) / WARMUP
    return (STEPS - step) / (STEPS - WARMUP)


def train(model, rows):
    optimiser = torch.optim.AdamW(list(groups(model)), betas=(0.9, 0.999), eps=1e-8)
    for step in range(STEPS):
        first = step * BATCH % ROWS
        batch = rows[first : first + BATCH]
        passages = tensors([encode_passage(text) for row in batch for text in row[1:]])
        queries = model(*tensors([encode_query(row[0]) for row in batch]))
        loss = loss_of(max_sim(queries, model(*passages), passages[2]))
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor(step)
        optimiser.step()
        yield {"loss": loss.item(), "norm": norm.item()}


def tokenizer():
    added = [
        {"id": number, "content": token, "special": True, "single_word": False,
         "lstrip": False, "rstrip": False, "normalized": False}
        for number, token in enumerate(SPECIAL[:5])
    ]
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None,
        "added_tokens": added, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None, "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": ID},
    }


def save_model(model):
    folder = HERE / "model"
    folder.mkdir(exist_ok=True)
    names = "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size"
    names += " hidden_act max_position_embeddings type_vocab_size layer_norm_eps"
    names += " hidden_dropout_prob attention_probs_dropout_prob initializer_range"
    shape = {name: getattr(model.bert.config, name) for name in names.split()}
    settings = {"dim": 16, "query_maxlen": QUERY_LENGTH, "doc_maxlen": PASSAGE_LENGTH,
                "mask_punctuation": True, "attend_to_mask_tokens": False}
    files = {
        "config.json": {"model_type": "bert", **shape},
        "artifact.metadata": {"similarity": "cosine", **settings},
        "tokenizer.json": tokenizer(),
    }
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value) + "\n")
    weights = {name: value.float().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def main():
    torch.manual_seed(23)
    torch.set_num_threads(1)
    model = ColBert(config(), 16)
    model.linear.weight.data.normal_(std=0.1)
    rows = list(make_rows())
    save_model(model)
    (HERE / "rows.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    torch.set_default_dtype(torch.float64)
    curve = list(train(model.double(), rows))
    curve = {key: [float(f"{point[key]:.8g}") for point in curve] for key in ("loss", "norm")}
    (HERE / "curve.json").write_text(json.dumps(curve) + "\n")
    print(curve["loss"][::20], curve["loss"][-1], curve["norm"][::20])


if __name__ == "__main__":
    main()
