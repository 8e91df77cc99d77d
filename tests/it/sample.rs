//! The demonstration model and a few documents.

use std::sync::OnceLock;

use jacolbert::{Document, Retriever};
use jacolbert_testing::data::mini;
use serde_json::json;

pub(crate) type TestResult = Result<(), Box<dyn std::error::Error>>;

/// The demonstration model, loaded once.
pub(crate) fn retriever() -> &'static Retriever {
    static RETRIEVER: OnceLock<Retriever> = OnceLock::new();
    let load = || Retriever::from_dir(mini()).expect("the demonstration model loads");
    RETRIEVER.get_or_init(load)
}

pub(crate) fn documents() -> Vec<Document> {
    let document = |id: &str, subject: &str, text: &str| {
        Document::new(id, text).with_metadata(json!({ "subject": subject }))
    };
    vec![
        document("山", "地理", "富士山は静岡県と山梨県にまたがる火山で、日本で最も高い山である。"),
        document("湖", "地理", "琵琶湖は滋賀県にある日本で最も大きな湖で、多くの固有種がすむ。"),
        document("茶", "文化", "千利休は堺の商人の家に生まれ、わび茶を大成した茶人である。"),
        document("星", "天文", "土星は太陽系で二番目に大きな惑星で、氷の粒からなる環をもつ。"),
        document("空", "無", ""),
    ]
}
