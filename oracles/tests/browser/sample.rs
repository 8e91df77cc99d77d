//! A server with a few documents.

use std::path::PathBuf;

use jacolbert::{Analyser, Document, Retriever};
use jacolbert_server::{Running, Server};
use jacolbert_testing::data::mini;
use tempfile::TempDir;

pub(crate) const QUERY: &str = "一番高い山は？";

/// A server with the folder of its collection.
pub(crate) struct Sample {
    folder: TempDir,
    retriever: Retriever,
    running: Running,
}

impl Sample {
    /// Starts a server of the collection `sample`, with a key if one is given.
    pub(crate) fn start(key: Option<&str>) -> anyhow::Result<Self> {
        let retriever = Retriever::from_dir(mini())?;
        let folder = tempfile::tempdir()?;
        let documents = [
            Document::new("山", "富士山は静岡県と山梨県にまたがる火山で、日本で最も高い山である。"),
            Document::new("湖", "琵琶湖は滋賀県にある日本で最も大きな湖で、多くの固有種がすむ。"),
            Document::new(
                "<b>星</b>",
                "<script>alert(1)</script>土星は太陽系で二番目に大きな惑星である。",
            ),
        ];
        let indexer = retriever.indexer(folder.path().join("index")).words(Analyser::Characters);
        let collection = indexer.run(documents)?.collection;
        let wordless = [Document::new("湖", "琵琶湖は大きい。")];
        let wordless = retriever.index(folder.path().join("wordless"), wordless)?.collection;
        let server = Server::new().address(([127, 0, 0, 1], 0).into());
        let server = server.collection("sample", collection).collection("wordless", wordless);
        let server = match key {
            Some(key) => server.key(key),
            None => server,
        };
        Ok(Self { folder, retriever, running: server.start()? })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    /// Deletes the folder under the server.
    pub(crate) fn delete(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_dir_all(self.folder.path().join("index"))?)
    }

    /// A file with the explanation of the best hit, and the text of that hit.
    pub(crate) fn explanation(&self) -> anyhow::Result<(PathBuf, String)> {
        let collection = self.retriever.open(self.folder.path().join("index"))?;
        let hits = collection.search(QUERY, 1)?;
        let explanation = collection.explain(QUERY, hits[0].passage_id)?;
        let path = self.folder.path().join("explanation.html");
        std::fs::write(&path, explanation.to_html())?;
        Ok((path, hits[0].content.clone()))
    }
}
