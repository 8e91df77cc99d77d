//! The names of a model's parameters in a checkpoint.

/// Parts of paths in the Burn module with their replacements in a file, applied from top to bottom.
#[cfg(feature = "burn")]
const PARTS: [(&str, &str); 13] = [
    ("bert.layers.", "bert.encoder.layer."),
    ("embeddings.words.", "embeddings.word_embeddings."),
    ("embeddings.positions.", "embeddings.position_embeddings."),
    ("embeddings.segments.", "embeddings.token_type_embeddings."),
    ("embeddings.norm.", "embeddings.LayerNorm."),
    ("attention.query.", "attention.self.query."),
    ("attention.key.", "attention.self.key."),
    ("attention.value.", "attention.self.value."),
    ("attention.output.", "attention.output.dense."),
    ("attention.norm.", "attention.output.LayerNorm."),
    ("feed_forward.inner.", "intermediate.dense."),
    ("feed_forward.outer.", "output.dense."),
    ("feed_forward.norm.", "output.LayerNorm."),
];

/// The name in a file of the parameter at `path`: `bert.layers.0.attention.norm.gamma` is
/// `bert.encoder.layer.0.attention.output.LayerNorm.weight`.
#[cfg(feature = "burn")]
pub(crate) fn stored_name(path: &str) -> String {
    let name = PARTS.iter().fold(path.to_string(), |name, (ours, stored)| {
        if name.contains(ours) { name.replacen(ours, stored, 1) } else { name }
    });
    match name.rsplit_once('.') {
        Some((layer, "gamma")) => format!("{layer}.weight"),
        Some((layer, "beta")) => format!("{layer}.bias"),
        _ => name,
    }
}

/// The name of `stored` in files from before 2019, if it differs.
pub(super) fn old_name(stored: &str) -> Option<String> {
    let (layer, parameter) = stored.rsplit_once("LayerNorm.")?;
    let old = if parameter == "weight" { "gamma" } else { "beta" };
    Some(format!("{layer}LayerNorm.{old}"))
}

/// The projection's matrix.
pub(crate) const PROJECTION: &str = "linear.weight";

/// The prefix of the encoder's names, unless a file only holds an encoder.
pub(super) const BERT: &str = "bert.";
/// That prefix in a RoBERTa.
pub(super) const ROBERTA: &str = "roberta.";

/// Whether `name`, in colbert-ai's notation, is a tensor of the encoder.
pub(super) fn is_of_encoder(name: &str) -> bool {
    name.starts_with(BERT)
}

/// The name of colbert-ai's `name` in a file whose encoder has the prefix `prefix`.
pub(super) fn prefixed(name: &str, prefix: &str) -> String {
    name.strip_prefix(BERT).map_or_else(|| name.into(), |bare| format!("{prefix}{bare}"))
}

/// Whether a model must use the stored tensor `name`: every tensor of the encoder, except a buffer of position
/// numbers. Poolers and heads of other tasks are ignored.
pub(super) fn needs_a_place(name: &str, prefix: &str) -> bool {
    let is_part = |bare: &str| bare.starts_with("embeddings.") || bare.starts_with("encoder.");
    let is_weight = name.starts_with("linear.") || name.strip_prefix(prefix).is_some_and(is_part);
    is_weight && !name.ends_with(".position_ids")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "burn")]
    #[test]
    fn every_kind_of_parameter_has_its_stored_name() {
        let check = |path, stored| assert_eq!(stored_name(path), stored);
        check("bert.embeddings.words.weight", "bert.embeddings.word_embeddings.weight");
        check("bert.embeddings.norm.beta", "bert.embeddings.LayerNorm.bias");
        check("bert.layers.11.attention.key.bias", "bert.encoder.layer.11.attention.self.key.bias");
        check(
            "bert.layers.0.attention.output.weight",
            "bert.encoder.layer.0.attention.output.dense.weight",
        );
        check(
            "bert.layers.0.attention.norm.gamma",
            "bert.encoder.layer.0.attention.output.LayerNorm.weight",
        );
        check(
            "bert.layers.2.feed_forward.inner.bias",
            "bert.encoder.layer.2.intermediate.dense.bias",
        );
        check(
            "bert.layers.2.feed_forward.outer.weight",
            "bert.encoder.layer.2.output.dense.weight",
        );
        check("bert.layers.2.feed_forward.norm.beta", "bert.encoder.layer.2.output.LayerNorm.bias");
        check("linear.weight", "linear.weight");
    }

    #[test]
    fn only_layer_norms_have_old_names() {
        let old = old_name("bert.embeddings.LayerNorm.weight");
        assert_eq!(old.as_deref(), Some("bert.embeddings.LayerNorm.gamma"));
        assert_eq!(old_name("linear.weight"), None);
    }
}
