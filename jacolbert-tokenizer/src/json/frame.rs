//! The tokens around a text, as the post-processor of a `tokenizer.json` puts them.

use serde_json::Value;

/// The ids of the tokens that go around every text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Goes before a text: `[CLS]` of a BERT, `<s>` of an XLM-RoBERTa.
    pub class: u32,
    /// Goes after a text: `[SEP]` or `</s>`.
    pub separator: u32,
}

impl Frame {
    /// The frame that the post-processor `value` adds, `None` if it is not one token before a text and one after it.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value["type"].as_str()? {
            "TemplateProcessing" => Self::of_template(value),
            "BertProcessing" | "RobertaProcessing" => {
                Some(Self { class: id(&value["cls"][1])?, separator: id(&value["sep"][1])? })
            }
            "Sequence" => value["processors"].as_array()?.iter().rev().find_map(Self::of),
            _ => None,
        }
    }

    fn of_template(value: &Value) -> Option<Self> {
        let [class, text, separator] = value["single"].as_array()?.as_slice() else { return None };
        text.get("Sequence")?;
        let special = |part: &Value| match value["special_tokens"]
            [part["SpecialToken"]["id"].as_str()?]["ids"]
            .as_array()?
            .as_slice()
        {
            [one] => id(one),
            _ => None,
        };
        Some(Self { class: special(class)?, separator: special(separator)? })
    }
}

fn id(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(single: &[&str]) -> Value {
        let part = |name: &&str| match *name {
            "$A" => json!({ "Sequence": { "id": "A", "type_id": 0 } }),
            name => json!({ "SpecialToken": { "id": name, "type_id": 0 } }),
        };
        let single: Vec<Value> = single.iter().map(part).collect();
        let special = json!({
            "<s>": { "id": "<s>", "ids": [0], "tokens": ["<s>"] },
            "</s>": { "id": "</s>", "ids": [2], "tokens": ["</s>"] },
            "two": { "id": "two", "ids": [0, 2], "tokens": ["<s>", "</s>"] },
        });
        json!({ "type": "TemplateProcessing", "single": single, "special_tokens": special })
    }

    #[test]
    fn one_token_before_and_one_after_a_text_are_a_frame_and_nothing_else_is() {
        let frame = Some(Frame { class: 0, separator: 2 });
        let check = |value: Value, expected| assert_eq!(Frame::of(&value), expected, "{value}");
        check(template(&["<s>", "$A", "</s>"]), frame);
        check(json!({ "type": "BertProcessing", "cls": ["<s>", 0], "sep": ["</s>", 2] }), frame);
        let several = [json!({ "type": "ByteLevel" }), template(&["<s>", "$A", "</s>"])];
        check(json!({ "type": "Sequence", "processors": several }), frame);
        for single in [&["$A"][..], &["$A", "</s>"], &["<s>", "</s>", "$A"], &["two", "$A", "</s>"]]
        {
            check(template(single), None);
        }
        check(template(&["<s>", "$A", "[nothing]"]), None);
        check(template(&["<s>", "$A", "$A", "</s>"]), None);
        check(Value::Null, None);
        check(json!({ "type": "ByteLevel" }), None);
    }
}
