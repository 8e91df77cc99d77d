//! A server with a few documents.

use std::sync::OnceLock;

use jacolbert::{Collection, Document, Retriever};
use jacolbert_server::{Limits, Running, Server};
use jacolbert_testing::data::mini;
use serde_json::json;
use tempfile::TempDir;

use crate::client::Client;

pub(crate) const QUERY: &str = "日本で一番高い山は？";
pub(crate) const SEARCH: &str = "/v1/collections/sample/search";
pub(crate) const DOCUMENTS: &str = "/v1/collections/sample/documents";

/// A server with its folder.
pub(crate) struct Sample {
    pub(crate) folder: TempDir,
    pub(crate) running: Running,
    pub(crate) client: Client,
}

/// The demonstration model, loaded once.
pub(crate) fn retriever() -> &'static Retriever {
    static RETRIEVER: OnceLock<Retriever> = OnceLock::new();
    let load = || Retriever::from_dir(mini()).expect("the demonstration model loads");
    RETRIEVER.get_or_init(load)
}

pub(crate) fn documents() -> Vec<Document> {
    let document = |id: &str, year: u32, text: &str| {
        Document::new(id, text).with_metadata(json!({ "year": year }))
    };
    vec![
        document("山", 2001, "富士山は静岡県と山梨県にまたがる火山で、日本で最も高い山である。"),
        document("湖", 2002, "琵琶湖は滋賀県にある日本で最も大きな湖で、多くの固有種がすむ。"),
        document("茶/利休", 2003, "千利休は堺の商人の家に生まれ、わび茶を大成した茶人である。"),
        document("星", 2004, "土星は太陽系で二番目に大きな惑星で、氷の粒からなる環をもつ。"),
    ]
}

/// The collection in a new folder.
pub(crate) fn collection() -> (TempDir, Collection) {
    let folder = tempfile::tempdir().expect("a folder");
    let indexed = retriever().index(folder.path(), documents()).expect("it is indexed");
    (folder, indexed.collection)
}

/// A server at a free port.
pub(crate) fn server() -> Server {
    Server::new().address(([127, 0, 0, 1], 0).into())
}

/// A running server of the collection `sample`.
pub(crate) fn sample() -> Sample {
    sample_of(Limits::default())
}

pub(crate) fn sample_of(limits: Limits) -> Sample {
    let (folder, collection) = collection();
    let running = server().collection("sample", collection).limits(limits).start();
    let running = running.expect("it starts");
    let client = Client::new(running.address());
    Sample { folder, running, client }
}
