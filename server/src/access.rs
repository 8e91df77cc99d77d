//! Who may use the server: its key, and the hosts that it answers for.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use crate::code::Code;
use crate::fault::Fault;

/// Who may use the server.
#[derive(Clone, Default)]
pub(crate) struct Access {
    pub(crate) key: Option<String>,
    /// Names of hosts, beside those that only this machine can mean.
    pub(crate) hosts: Vec<String>,
}

impl Access {
    /// Whether the request has the key, if there is one. The time does not depend on where a wrong key differs.
    fn has_key(&self, headers: &HeaderMap) -> bool {
        let Some(key) = &self.key else { return true };
        let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
        let given = given.and_then(|given| {
            let (scheme, given) = given.split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(given.trim_ascii())
        });
        given.is_some_and(|given| given.ct_eq(key.as_bytes()).into())
    }

    /// Whether a request without a key may name this host.
    ///
    /// A page of another site can have its own name resolved to this machine, and a browser then lets it read the
    /// answers. Such a request names that site's host.
    fn allows_host(&self, host: Option<&str>) -> bool {
        let Some(host) = host else { return true };
        let name = without_port(host);
        name.eq_ignore_ascii_case("localhost")
            || name.parse::<IpAddr>().is_ok()
            || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Whether there is a key; not the key.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("has_key", &self.key.is_some())
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

/// Refuses requests that name a foreign host, where no key protects the server.
pub(crate) async fn check_host(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    let host = host_of(request.uri(), request.headers());
    if access.key.is_none() && !access.allows_host(host.as_deref()) {
        let host = host.unwrap_or_default();
        let reason = format!("this server has no key and does not answer for the host {host:?}");
        return Fault::new(Code::ForbiddenHost, reason).at("host", host).into_response();
    }
    next.run(request).await
}

/// Refuses requests without the key.
pub(crate) async fn check_key(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    if access.has_key(request.headers()) {
        return next.run(request).await;
    }
    let reason = "the header `Authorization: Bearer KEY` is missing or has another key";
    Fault::new(Code::Unauthorized, reason).at("header", "authorization").into_response()
}

fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let header = || {
        headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned())
    };
    uri.authority().map(|authority| authority.as_str().to_owned()).or_else(header)
}

/// The name in `name:port`, `[v6]:port` or `name`.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_whole_key_opens() {
        let access = Access { key: Some("geheim".into()), hosts: Vec::new() };
        let check = |value: &'static str, expected| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(access.has_key(&headers), expected, "{value:?}");
        };
        check("Bearer geheim", true);
        check("bearer  geheim ", true);
        check("Bearer geheim2", false);
        check("Bearer gehei", false);
        check("Bearer ", false);
        check("Basic geheim", false);
        check("geheim", false);
        check("", false);
        assert!(!access.has_key(&HeaderMap::new()));
        assert!(Access::default().has_key(&HeaderMap::new()));
    }

    #[test]
    fn only_hosts_that_mean_this_machine_or_were_named_are_allowed() {
        let access = Access { key: None, hosts: vec!["search.example".into()] };
        let check =
            |host, expected| assert_eq!(access.allows_host(Some(host)), expected, "{host:?}");
        check("localhost:8080", true);
        check("LOCALHOST", true);
        check("127.0.0.1:8080", true);
        check("[::1]:8080", true);
        check("10.1.2.3", true);
        check("search.example", true);
        check("evil.example:8080", false);
        check("localhost.evil.example", false);
        check("", false);
        assert!(access.allows_host(None));
    }
}
