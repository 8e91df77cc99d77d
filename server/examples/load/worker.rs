//! One client of the load: what it asks, and what it expects.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::client::{Client, Outcome};
use crate::expected::Expected;

const SEARCH: &str = "/v1/collections/load/search";
const DOCUMENTS: &str = "/v1/collections/load/documents";
/// Documents that a client has at most.
const MAX_DOCUMENTS: u32 = 10;
/// The pause after a request that was refused or had no answer.
const PAUSE: Duration = Duration::from_millis(50);
/// Questions about the documents that nobody changes.
const QUESTIONS: [&str; 4] = [
    "日本で最も深い湖は何という湖か？",
    "わび茶を大成した茶人は誰か？",
    "富士山が最後に噴火したのはいつか？",
    "琵琶湖の水はどの川から流れ出るか？",
];

/// A client of the load.
pub(crate) struct Worker {
    number: usize,
    client: Client,
    random: ChaCha8Rng,
    expected: Expected,
    /// The best documents of each question.
    answers: Vec<String>,
    version: u64,
    /// For each kind of request the times of its successful answers.
    pub(crate) times: BTreeMap<&'static str, Vec<Duration>>,
    pub(crate) num_refused: usize,
    pub(crate) num_unanswered: usize,
}

/// For each question the id of the best document that nobody changes.
pub(crate) fn expected_answers(client: &Client) -> anyhow::Result<Vec<String>> {
    let best = |question: &&str| {
        let body = json!({ "query": question, "k": 1, "filter": "seed = TRUE" });
        let Outcome::Answer(200, found) = client.post(SEARCH, &body) else { bail!("no answer") };
        best_of(&found)
    };
    QUESTIONS.iter().map(best).collect()
}

fn best_of(found: &Value) -> anyhow::Result<String> {
    Ok(found["hits"][0]["document_id"].as_str().context("a hit")?.to_owned())
}

impl Worker {
    pub(crate) fn new(number: usize, client: Client, answers: Vec<String>) -> Self {
        Self {
            number,
            client,
            random: ChaCha8Rng::seed_from_u64(number as u64),
            expected: Expected::default(),
            answers,
            version: 0,
            times: BTreeMap::new(),
            num_refused: 0,
            num_unanswered: 0,
        }
    }

    /// Asks until `done`.
    pub(crate) fn run(mut self, done: &AtomicBool) -> anyhow::Result<Self> {
        while !done.load(Ordering::Acquire) {
            match self.random.random_range(0..100) {
                0..50 => self.search_seeds()?,
                50..70 => self.search_own()?,
                70..80 => self.get()?,
                80..83 => self.rerank()?,
                83..94 => self.add()?,
                _ => self.delete()?,
            }
        }
        Ok(self)
    }

    /// Checks all documents of this client, page by page.
    pub(crate) fn check_all(&self) -> anyhow::Result<()> {
        let mut seen = BTreeMap::new();
        for id in self.expected.ids() {
            match self.client.get(&format!("{DOCUMENTS}/{id}")) {
                Outcome::Answer(200, document) => {
                    seen.insert(id.to_owned(), version_of(&document)?);
                }
                Outcome::Answer(404, _) => {}
                _ => bail!("{id} has no answer"),
            }
        }
        self.expected.check_all(&seen)
    }

    /// The best document that nobody changes stays the best.
    fn search_seeds(&mut self) -> anyhow::Result<()> {
        let number = self.random.random_range(0..QUESTIONS.len());
        let body = json!({ "query": QUESTIONS[number], "k": 10, "filter": "seed = TRUE" });
        let Some(found) = self.ask("search", |client| client.post(SEARCH, &body))? else {
            return Ok(());
        };
        ensure!(best_of(&found)? == self.answers[number], "another answer: {found}");
        let scores = found["hits"].as_array().context("hits")?.iter();
        let scores: Vec<f64> = scores.filter_map(|hit| hit["score"].as_f64()).collect();
        ensure!(scores.is_sorted_by(|a, b| a >= b), "hits are not in order: {found}");
        Ok(())
    }

    /// A filter finds all documents of this client, and no others.
    fn search_own(&mut self) -> anyhow::Result<()> {
        let filter = format!("client = {}", self.number);
        let body = json!({ "query": "クライアントの文書", "k": 100, "filter": filter });
        let Some(found) = self.ask("search_filtered", |client| client.post(SEARCH, &body))? else {
            return Ok(());
        };
        let mut seen = BTreeMap::new();
        for hit in found["hits"].as_array().context("hits")? {
            let id = hit["document_id"].as_str().context("an id")?;
            ensure!(
                hit["metadata"]["client"] == self.number,
                "a document of another client: {hit}"
            );
            seen.insert(id.to_owned(), version_of(hit)?);
        }
        self.expected.check_all(&seen)
    }

    fn get(&mut self) -> anyhow::Result<()> {
        let id = self.some_id();
        let path = format!("{DOCUMENTS}/{id}");
        match self.ask_any("get", |client| client.get(&path))? {
            Some((200, document)) => self.expected.check(&id, Some(version_of(&document)?)),
            Some((404, _)) => self.expected.check(&id, None),
            Some((status, body)) => bail!("{status}: {body}"),
            None => Ok(()),
        }
    }

    fn rerank(&mut self) -> anyhow::Result<()> {
        let texts = ["海は広い。", "富士山は日本で最も高い山である。", "湖は深い。"];
        let body = json!({ "query": "一番高い山は？", "documents": texts });
        if let Some(answer) = self.ask("rerank", |client| client.post("/v1/rerank", &body))? {
            ensure!(answer["results"][0]["index"] == 1, "another order: {answer}");
        }
        Ok(())
    }

    fn add(&mut self) -> anyhow::Result<()> {
        let id = self.some_id();
        self.version += 1;
        let version = self.version;
        let text = format!("クライアント{}の文書{id}の第{version}版。", self.number);
        let metadata = json!({ "client": self.number, "version": version });
        let body = json!({ "documents": [{ "id": id, "text": text, "metadata": metadata }] });
        match self.ask_any("add", |client| client.post(DOCUMENTS, &body))? {
            Some((200, _)) => self.expected.acknowledge(&id, Some(version)),
            Some((status, body)) => bail!("{status}: {body}"),
            None => self.expected.doubt(&id, Some(version)),
        }
        Ok(())
    }

    fn delete(&mut self) -> anyhow::Result<()> {
        let id = self.some_id();
        let path = format!("{DOCUMENTS}/{id}");
        let was_present = self.expected.is_present(&id);
        match self.ask_any("delete", |client| client.delete(&path))? {
            Some((200, _)) => self.expected.acknowledge(&id, None),
            Some((404, body)) => {
                ensure!(!was_present, "{id} is lost: {body}");
                self.expected.acknowledge(&id, None);
            }
            Some((status, body)) => bail!("{status}: {body}"),
            None => self.expected.doubt(&id, None),
        }
        Ok(())
    }

    fn some_id(&mut self) -> String {
        format!("client-{}-{}", self.number, self.random.random_range(0..MAX_DOCUMENTS))
    }

    /// The successful answer to a request; none if there was none.
    fn ask(
        &mut self,
        kind: &'static str,
        request: impl Fn(&Client) -> Outcome,
    ) -> anyhow::Result<Option<Value>> {
        match self.ask_any(kind, request)? {
            Some((200, body)) => Ok(Some(body)),
            Some((status, body)) => bail!("{kind}: {status}: {body}"),
            None => Ok(None),
        }
    }

    /// The answer to a request, which is repeated while it is refused; none if there was none.
    fn ask_any(
        &mut self,
        kind: &'static str,
        request: impl Fn(&Client) -> Outcome,
    ) -> anyhow::Result<Option<(u16, Value)>> {
        loop {
            let start = Instant::now();
            match request(&self.client) {
                // Refused, and so not done.
                Outcome::Answer(429, _) => self.num_refused += 1,
                Outcome::Answer(status, body) => {
                    self.times.entry(kind).or_default().push(start.elapsed());
                    return Ok(Some((status, body)));
                }
                Outcome::None => {
                    self.num_unanswered += 1;
                    sleep(PAUSE);
                    return Ok(None);
                }
            }
            sleep(PAUSE);
        }
    }
}

fn version_of(document: &Value) -> anyhow::Result<u64> {
    document["metadata"]["version"].as_u64().with_context(|| format!("a version in {document}"))
}
