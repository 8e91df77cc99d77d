//! Requests to a hub.

use serde_json::from_str;
use ureq::config::RedirectAuthHeaders;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::HubOptions;
use super::listing::{Listing, is_commit};
use crate::Error;

/// Bytes of a listing, at most; a model of ten thousand files has about 2 MB.
const MAX_LISTING: u64 = 64 << 20;

/// Asks a hub about one model at one revision.
#[derive(Debug)]
pub(super) struct HubClient<'a> {
    agent: Agent,
    authorization: Option<String>,
    name: &'a str,
    pub(super) options: &'a HubOptions,
}

impl<'a> HubClient<'a> {
    pub(super) fn new(name: &'a str, options: &'a HubOptions) -> Result<Self, Error> {
        let timeout = Some(options.timeout);
        let config = Agent::config_builder()
            .user_agent(concat!("jacolbert/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .http_status_as_error(false)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .timeout_resolve(timeout)
            .timeout_connect(timeout)
            .timeout_recv_response(timeout)
            .timeout_per_read(timeout)
            .timeout_per_write(timeout);
        let authorization = options.token.secret()?.map(|token| format!("Bearer {token}"));
        Ok(Self { agent: config.build().into(), authorization, name, options })
    }

    /// The commit of the revision and what it has.
    pub(super) fn listing(&self) -> Result<Listing, Error> {
        let url = self.listing_url();
        let answer = self.get(&url, 0)?;
        let mut answer = self.checked(&url, answer, || self.no_model())?;
        let body = answer.body_mut().with_config().limit(MAX_LISTING).read_to_string();
        let text = body.map_err(|source| unreachable(&url, source))?;
        let listing: Listing =
            from_str(&text).map_err(|error| self.bad_listing(error.to_string()))?;
        let pinned = is_commit(&self.options.revision);
        if !is_commit(&listing.commit) || pinned && listing.commit != self.options.revision {
            return Err(self.bad_listing(format!("{:?} is not the commit", listing.commit)));
        }
        Ok(listing)
    }

    /// The bytes of a file, from the byte `start` on if the hub can do that.
    pub(super) fn file(
        &self,
        commit: &str,
        file: &str,
        start: u64,
    ) -> Result<Response<Body>, Error> {
        let url = self.file_url(commit, file);
        let answer = self.get(&url, start)?;
        // The part that is here is longer than the file there.
        if start > 0 && answer.status() == 416 {
            return self.file(commit, file, 0);
        }
        self.checked(&url, answer, || self.no_file(commit, file))
    }

    fn get(&self, url: &str, start: u64) -> Result<Response<Body>, Error> {
        let mut request = self.agent.get(url);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if start > 0 {
            request = request.header("range", format!("bytes={start}-"));
        }
        request.call().map_err(|source| unreachable(url, source))
    }

    /// The answer, if it is one to go on with; `absent` tells what a 404 means.
    fn checked(
        &self,
        url: &str,
        answer: Response<Body>,
        absent: impl Fn() -> Error,
    ) -> Result<Response<Body>, Error> {
        let status = answer.status().as_u16();
        if answer.status().is_success() {
            return Ok(answer);
        }
        let code = answer.headers().get("x-error-code").and_then(|value| value.to_str().ok());
        Err(match (code, status) {
            (Some("RepoNotFound"), _) => self.no_model(),
            (Some("RevisionNotFound"), _) => Error::HubRevision {
                name: self.name.into(),
                revision: self.options.revision.clone(),
            },
            (Some("EntryNotFound"), _) | (_, 404) => absent(),
            (Some("GatedRepo"), _) | (_, 401 | 403) => {
                Error::HubRefused { url: url.into(), status }
            }
            _ => Error::HubStatus { url: url.into(), status },
        })
    }

    fn listing_url(&self) -> String {
        let revision = percent_encoded(&self.options.revision);
        format!("{}/api/models/{}/revision/{revision}?blobs=true", self.endpoint(), self.name)
    }

    /// Address of a file.
    pub(super) fn file_url(&self, commit: &str, file: &str) -> String {
        format!("{}/{}/resolve/{commit}/{file}", self.endpoint(), self.name)
    }

    fn endpoint(&self) -> &str {
        self.options.endpoint.trim_end_matches('/')
    }

    fn no_model(&self) -> Error {
        Error::HubModel { name: self.name.into(), endpoint: self.options.endpoint.clone() }
    }

    pub(super) fn no_file(&self, commit: &str, file: &str) -> Error {
        Error::HubFile { name: self.name.into(), commit: commit.into(), file: file.into() }
    }

    pub(super) fn bad_listing(&self, what: String) -> Error {
        Error::HubReply { url: self.listing_url(), what }
    }
}

fn unreachable(url: &str, source: ureq::Error) -> Error {
    Error::HubUnreachable { url: url.into(), source: source.into() }
}

/// The text as one part of the path of an address.
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}
