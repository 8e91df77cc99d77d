//! The post-processor of a `tokenizer.json`, as far as it puts a frame around a text.

use serde_json::Value;

use crate::Frame;

/// The frame that `post_processor` adds, `None` if it is not one token before a text and one after it.
pub(super) fn frame(post_processor: &Value) -> Option<Frame> {
    match post_processor["type"].as_str()? {
        "TemplateProcessing" => frame_of_template(post_processor),
        "BertProcessing" | "RobertaProcessing" => Some(Frame {
            class: id(&post_processor["cls"][1])?,
            separator: id(&post_processor["sep"][1])?,
        }),
        "Sequence" => post_processor["processors"].as_array()?.iter().rev().find_map(frame),
        _ => None,
    }
}

fn frame_of_template(template: &Value) -> Option<Frame> {
    let [class, text, separator] = template["single"].as_array()?.as_slice() else { return None };
    text.get("Sequence")?;
    let special = |part: &Value| {
        let name = part["SpecialToken"]["id"].as_str()?;
        match template["special_tokens"][name]["ids"].as_array()?.as_slice() {
            [one] => id(one),
            _ => None,
        }
    };
    Some(Frame { class: special(class)?, separator: special(separator)? })
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
        let expected = Some(Frame { class: 0, separator: 2 });
        let check = |value: Value, expected| assert_eq!(frame(&value), expected, "{value}");
        check(template(&["<s>", "$A", "</s>"]), expected);
        check(json!({ "type": "BertProcessing", "cls": ["<s>", 0], "sep": ["</s>", 2] }), expected);
        let several = [json!({ "type": "ByteLevel" }), template(&["<s>", "$A", "</s>"])];
        check(json!({ "type": "Sequence", "processors": several }), expected);
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
