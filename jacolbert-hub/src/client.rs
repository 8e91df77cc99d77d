//! Requests to a hub.

use ureq::config::RedirectAuthHeaders;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::Error;
use crate::listing::{Listing, is_commit};
use crate::options::HubOptions;

/// Largest listing in bytes; that of a model with ten thousand files has about 2 MB.
const MAX_LISTING: u64 = 64 << 20;

/// Client for one model at one revision.
#[derive(Debug)]
pub(crate) struct HubClient<'a> {
    agent: Agent,
    authorization: Option<String>,
    name: &'a str,
    pub(crate) options: &'a HubOptions,
}

impl<'a> HubClient<'a> {
    pub(crate) fn new(name: &'a str, options: &'a HubOptions) -> Result<Self, Error> {
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

    /// Requests the commit of the revision and its files.
    pub(crate) fn fetch_listing(&self) -> Result<Listing, Error> {
        let url = self.listing_url();
        let response = self.get(&url, 0)?;
        let mut response = self.check_status(&url, response, || self.no_model())?;
        let body = response.body_mut().with_config().limit(MAX_LISTING).read_to_string();
        let text = body.map_err(|source| unreachable(&url, source))?;
        let listing = Listing::parse(&text, self.name, &url)?;
        if is_commit(&self.options.revision) && listing.commit != self.options.revision {
            let what = format!("{:?} is not the commit", listing.commit);
            return Err(Error::Reply { url, what });
        }
        Ok(listing)
    }

    /// Requests the bytes of a file, from the byte `start` on if the hub supports that.
    pub(crate) fn fetch_file(
        &self,
        commit: &str,
        file: &str,
        start: u64,
    ) -> Result<Response<Body>, Error> {
        let url = self.file_url(commit, file);
        let response = self.get(&url, start)?;
        // The local part is longer than the file on the hub.
        if start > 0 && response.status() == 416 {
            return self.fetch_file(commit, file, 0);
        }
        self.check_status(&url, response, || Error::File {
            name: self.name.into(),
            commit: commit.into(),
            file: file.into(),
        })
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

    /// Returns a successful response, or the error that it stands for; `not_found` makes that of a 404.
    fn check_status(
        &self,
        url: &str,
        response: Response<Body>,
        not_found: impl Fn() -> Error,
    ) -> Result<Response<Body>, Error> {
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Ok(response);
        }
        let code = response.headers().get("x-error-code").and_then(|value| value.to_str().ok());
        Err(match (code, status) {
            (Some("RepoNotFound"), _) => self.no_model(),
            (Some("RevisionNotFound"), _) => {
                Error::Revision { name: self.name.into(), revision: self.options.revision.clone() }
            }
            (Some("EntryNotFound"), _) | (_, 404) => not_found(),
            (Some("GatedRepo"), _) | (_, 401 | 403) => Error::Refused { url: url.into(), status },
            _ => Error::Status { url: url.into(), status },
        })
    }

    fn listing_url(&self) -> String {
        let revision = percent_encoded(&self.options.revision);
        format!("{}/api/models/{}/revision/{revision}?blobs=true", self.endpoint(), self.name)
    }

    /// Address of a file.
    pub(crate) fn file_url(&self, commit: &str, file: &str) -> String {
        format!("{}/{}/resolve/{commit}/{file}", self.endpoint(), self.name)
    }

    fn endpoint(&self) -> &str {
        self.options.endpoint.trim_end_matches('/')
    }

    fn no_model(&self) -> Error {
        Error::Model { name: self.name.into(), endpoint: self.options.endpoint.clone() }
    }
}

fn unreachable(url: &str, source: ureq::Error) -> Error {
    Error::Unreachable { url: url.into(), source: source.into() }
}

/// The text as one segment of the path of a URL.
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}
