//! A hub on loopback that serves one model, and misbehaves when it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde_json::{Value, json};

/// Name of the model.
pub(crate) const NAME: &str = "nihon/JaMini";

/// Files by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What the hub does wrong, once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// It closes the connection after so many bytes.
    Cut(usize),
    /// It says nothing more after so many bytes, and keeps the connection.
    Stall(usize),
    /// It takes these bytes for the file.
    Instead(Vec<u8>),
    /// It sends all, whatever range was asked for.
    Whole,
    /// It answers with this status and error code.
    Status(u16, &'static str),
}

/// A hub with one model; it ends with its owner.
pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    port: u16,
    revisions: BTreeMap<String, (String, Files)>,
    faults: Vec<(String, Fault)>,
    requests: Vec<Request>,
    stalled: Vec<TcpStream>,
    stopped: bool,
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// With what follows the question mark.
    pub(crate) path: String,
    /// The first byte that it asks for, if it asks for a range.
    pub(crate) start: Option<usize>,
    /// Who asks.
    pub(crate) authorization: Option<String>,
}

impl Server {
    /// Serves `files` as branch `main`.
    pub(crate) fn start(files: Files) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State { port: address.port(), ..Default::default() }));
        let served = state.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if lock(&served).stopped {
                    return;
                }
                // A client that goes away is its own affair.
                let _ = answer(stream, &mut lock(&served));
            }
        });
        let server = Self { address, state, thread: Some(thread) };
        server.push("main", files);
        server
    }

    /// Moves `branch` to a commit with these files, and returns the commit.
    pub(crate) fn push(&self, branch: &str, files: Files) -> String {
        let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        for (name, bytes) in &files {
            digest.update(name.as_bytes());
            digest.update(bytes);
        }
        let commit = hex(digest);
        let mut state = lock(&self.state);
        for revision in [branch, &commit] {
            state.revisions.insert(revision.into(), (commit.clone(), files.clone()));
        }
        commit
    }

    /// Makes the next request whose path ends in `path` go wrong.
    pub(crate) fn fail(&self, path: &str, fault: Fault) {
        lock(&self.state).faults.push((path.into(), fault));
    }

    /// The requests since the last call.
    pub(crate) fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut lock(&self.state).requests)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends; whoever connects from now on is refused.
    pub(crate) fn stop(&mut self) {
        lock(&self.state).stopped = true;
        if let Some(thread) = self.thread.take() {
            drop(TcpStream::connect(self.address));
            thread.join().expect("the server does not panic");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("the server does not panic")
}

fn answer(stream: TcpStream, state: &mut State) -> std::io::Result<()> {
    let request = read_request(&stream)?;
    let path = request.path.split('?').next().unwrap_or_default().replace("%2F", "/");
    let at = state.faults.iter().position(|(end, _)| path.ends_with(end.as_str()));
    let fault = at.map(|at| state.faults.remove(at).1);
    let reply = Reply::new(&path, &request, state, fault.as_ref());
    state.requests.push(request);
    let sent = match fault {
        Some(Fault::Cut(n) | Fault::Stall(n)) => &reply.body[..n.min(reply.body.len())],
        _ => &reply.body,
    };
    let head = format!(
        "HTTP/1.1 {} -\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n",
        reply.status,
        reply.body.len(),
        reply.headers
    );
    (&stream).write_all(&[head.as_bytes(), sent].concat())?;
    if let Some(Fault::Stall(_)) = fault {
        state.stalled.push(stream);
    }
    Ok(())
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut request = Request::default();
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        match line.split_once(": ") {
            None => request.path = line.split(' ').nth(1).unwrap_or_default().into(),
            Some((name, value)) if name.eq_ignore_ascii_case("range") => {
                let start = value.strip_prefix("bytes=").and_then(|v| v.strip_suffix('-'));
                request.start = start.and_then(|start| start.parse().ok());
            }
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                request.authorization = Some(value.into());
            }
            Some(_) => {}
        }
    }
    Ok(request)
}

struct Reply {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Reply {
    fn new(path: &str, request: &Request, state: &State, fault: Option<&Fault>) -> Self {
        match fault {
            Some(&Fault::Status(status, code)) => return Self::error(status, code),
            Some(Fault::Instead(bytes)) => return Self::of(200, String::new(), bytes.clone()),
            _ => {}
        }
        let api = format!("/api/models/{NAME}/revision/");
        let files = format!("/{NAME}/resolve/");
        if let Some(revision) = path.strip_prefix(&api) {
            return Self::listing(revision, state);
        }
        if let Some((commit, file)) = path.strip_prefix(&files).and_then(|p| p.split_once('/')) {
            return Self::file(commit, file, request, state, fault);
        }
        if let Some((commit, file)) = path.strip_prefix("/cdn/").and_then(|p| p.split_once('/')) {
            return Self::bytes(&state.revisions[commit].1[file], request, fault);
        }
        // What the hub says to somebody without a token.
        Self::error(401, "RepoNotFound")
    }

    fn of(status: u16, headers: String, body: Vec<u8>) -> Self {
        Self { status, headers, body }
    }

    fn error(status: u16, code: &str) -> Self {
        Self::of(status, format!("x-error-code: {code}\r\n"), Vec::new())
    }

    fn listing(revision: &str, state: &State) -> Self {
        let Some((commit, files)) = state.revisions.get(revision) else {
            return Self::error(404, "RevisionNotFound");
        };
        let siblings: Vec<Value> = files.iter().map(|(name, bytes)| sibling(name, bytes)).collect();
        let listing = json!({ "id": NAME, "sha": commit, "siblings": siblings });
        Self::of(200, String::new(), listing.to_string().into_bytes())
    }

    fn file(
        commit: &str,
        file: &str,
        request: &Request,
        state: &State,
        fault: Option<&Fault>,
    ) -> Self {
        match state.revisions.get(commit).and_then(|(_, files)| files.get(file)) {
            None => Self::error(404, "EntryNotFound"),
            Some(_) if is_large(file) => {
                let location = format!("http://localhost:{}/cdn/{commit}/{file}", state.port);
                Self::of(302, format!("location: {location}\r\n"), Vec::new())
            }
            Some(bytes) => Self::bytes(bytes, request, fault),
        }
    }

    fn bytes(bytes: &[u8], request: &Request, fault: Option<&Fault>) -> Self {
        match request.start.filter(|_| fault != Some(&Fault::Whole)) {
            None => Self::of(200, String::new(), bytes.to_vec()),
            Some(start) if start >= bytes.len() => Self::of(416, String::new(), Vec::new()),
            Some(start) => {
                let last = bytes.len() - 1;
                let length = bytes.len();
                let range = format!("content-range: bytes {start}-{last}/{length}\r\n");
                Self::of(206, range, bytes[start..].to_vec())
            }
        }
    }
}

fn is_large(file: &str) -> bool {
    file.ends_with(".safetensors") || file.ends_with(".bin")
}

fn sibling(name: &str, bytes: &[u8]) -> Value {
    let mut git = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    git.update(format!("blob {}\0", bytes.len()).as_bytes());
    git.update(bytes);
    let mut sibling = json!({ "rfilename": name, "size": bytes.len(), "blobId": hex(git) });
    if is_large(name) {
        let mut sha256 = Context::new(&SHA256);
        sha256.update(bytes);
        sibling["lfs"] = json!({ "sha256": hex(sha256), "size": bytes.len(), "pointerSize": 134 });
    }
    sibling
}

fn hex(digest: Context) -> String {
    digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
