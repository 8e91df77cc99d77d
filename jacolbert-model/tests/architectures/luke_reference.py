"""LUKE as GLuCoSE is published: mean pooling, and MLukeTokenizer over a SentencePiece model."""
import shutil

import torch
from files import HERE, fresh, passages, queries, update_index, write_json, write_tensors
from transformers import AutoTokenizer, LukeModel


def make():
    torch.set_num_threads(1)
    folder, source = fresh(HERE / "sentence_encoder" / "luke"), HERE / "architectures" / "luke"
    for path in [source / "config.json", source / "model.safetensors", *(HERE / "tokenizers" / "mluke").iterdir()]:
        if path.name != "ids.json":
            shutil.copy(path, folder)
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"))
    write_json(folder / "modules.json", [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(kinds)])
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 96, "do_lower_case": False})
    write_json(folder / "1_Pooling" / "config.json", {
        "word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False})
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = LukeModel.from_pretrained(folder).double().eval()
    texts = queries() + passages() + ["".join(passages())]
    ids = [tokenizer(text.strip(), truncation=True, max_length=96)["input_ids"] for text in texts]
    with torch.no_grad():
        rows = [model(input_ids=torch.tensor([one])).last_hidden_state[0].mean(dim=0) for one in ids]
    write_json(folder / "expected.json", {"texts": [{"ids": one} for one in ids]}, lines=True)
    write_tensors(folder / "expected.safetensors", {"vectors": torch.stack(rows).numpy()})
    update_index("sentence_encoder", [
        {"folder": "sentence_encoder/luke", "architecture": "luke", "settings": {"max_seq_length": 96}}])
