"""Small encoders of each architecture: their configurations and their random weights."""
import torch
from transformers import (
    BertConfig,
    DistilBertConfig,
    ElectraConfig,
    LukeConfig,
    ModernBertConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

DIM = 16
POST_NORM = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48,
    "max_position_embeddings": 128}
ROBERTA = {**POST_NORM, "max_position_embeddings": 130, "type_vocab_size": 1, "layer_norm_eps": 1e-5}
MODERN = {
    "hidden_size": 48, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 40,
    "max_position_embeddings": 512, "local_attention": 16}
JAPANESE = {"pad_token_id": 3, "cls_token_id": 6, "sep_token_id": 4, "bos_token_id": 1, "eos_token_id": 2}
MULTILINGUAL = {"pad_token_id": 0, "cls_token_id": 1, "sep_token_id": 1, "bos_token_id": 2, "eos_token_id": 1}
BYTES = {"pad_token_id": 1, "cls_token_id": 0, "sep_token_id": 2, "bos_token_id": 0, "eos_token_id": 2}
LAYERS = ["sliding_attention", "full_attention", "sliding_attention", "sliding_attention", "full_attention"]
ROPE = {
    "full_attention": {"rope_type": "default", "rope_theta": 80000.0},
    "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}}

# Name: tokenizer, configuration, most tokens of a document, and the keys of a configuration from before
# transformers 5 that stand in place of `layer_types` and `rope_parameters`.
ARCHITECTURES = {
    "bert": ("wordpiece", BertConfig, POST_NORM, 128, None),
    "roberta": ("roberta", RobertaConfig, ROBERTA, 128, None),
    "xlm_roberta": ("xlm_roberta", XLMRobertaConfig, ROBERTA, 128, None),
    "distilbert": ("wordpiece", DistilBertConfig, {
        "dim": 32, "n_layers": 3, "n_heads": 4, "hidden_dim": 48, "max_position_embeddings": 128}, 128, None),
    "electra": ("wordpiece", ElectraConfig, {**POST_NORM, "embedding_size": 20}, 128, None),
    "luke": ("xlm_roberta", LukeConfig, {
        **ROBERTA, "entity_vocab_size": 4, "entity_emb_size": 12, "use_entity_aware_attention": True}, 128, None),
    "modernbert_old": ("modernbert_ja", ModernBertConfig, {**MODERN, **JAPANESE}, 512, {
        "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "global_attn_every_n_layers": 3}),
    "modernbert_new": ("roberta", ModernBertConfig, {
        **MODERN, **BYTES, "num_hidden_layers": 5, "layer_types": LAYERS, "rope_parameters": ROPE}, 512, None),
    "mmbert": ("gemma_bpe", ModernBertConfig, {
        **MODERN, **MULTILINGUAL, "rope_parameters": {
            kind: {"rope_type": "default", "rope_theta": 160000.0} for kind in ROPE}}, 512, {
        "global_rope_theta": 160000, "local_rope_theta": 160000, "global_attn_every_n_layers": 3,
        "position_embedding_type": "sans_pos"}),
    "modernbert_long": ("modernbert_ja_bpe", ModernBertConfig, {
        **MODERN, **JAPANESE, "local_attention": 128, "max_position_embeddings": 8192}, 8192, {
        "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "global_attn_every_n_layers": 3}),
}


@torch.no_grad()
def redraw(module, seed):
    """Random weights, all of them exact in bf16, of a size that makes attention neither flat nor a single token's."""
    generator = torch.Generator().manual_seed(seed)
    for name, weight in sorted(module.named_parameters()):
        values = torch.randn(weight.shape, generator=generator)
        if weight.dim() == 1:
            around = 1.0 if name.endswith("weight") else 0.0
            values = around + 0.2 * values
        elif "embedding" in name:
            values = 0.05 * values   # so small that the eps of the norm behind counts
        else:
            values = 1.2 * values / weight.shape[1] ** 0.5
        weight.copy_(values.bfloat16())


def in_old_form(config, old):
    """`config.json` of ModernBERT as transformers 4 wrote it."""
    kept = {key: value for key, value in config.items() if key not in ("layer_types", "rope_parameters")}
    return {**kept, **old}
