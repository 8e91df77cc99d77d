//! A client of the server.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

/// A client; each thread has a clone with connections of its own.
pub(crate) struct Client {
    address: SocketAddr,
    agent: Agent,
}

/// What became of a request.
pub(crate) enum Outcome {
    /// The answer, which is JSON.
    Answer(u16, Value),
    /// The server was killed or is not there; nobody knows whether it did what was asked.
    None,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self { address, agent: config.into() }
    }

    pub(crate) fn get(&self, path: &str) -> Outcome {
        outcome(self.agent.get(self.url(path)).call())
    }

    pub(crate) fn delete(&self, path: &str) -> Outcome {
        outcome(self.agent.delete(self.url(path)).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Outcome {
        outcome(self.agent.post(self.url(path)).send_json(body))
    }

    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.get("/ready"), Outcome::Answer(200, _))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Clone for Client {
    /// Shares no connection with the original.
    fn clone(&self) -> Self {
        Self::new(self.address)
    }
}

fn outcome(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Outcome {
    let Ok(mut response) = response else { return Outcome::None };
    let status = response.status().as_u16();
    match response.body_mut().read_json() {
        Ok(body) => Outcome::Answer(status, body),
        Err(_) => Outcome::None,
    }
}
