//! What is refused for where it comes from. A page in a browser can send requests to a server on its user's machine: with
//! its own Origin, which may change nothing here, or under a name that was made to resolve to this machine (DNS rebinding),
//! which is not served at all.

use axum::http::{HeaderMap, Method, header};

use crate::wire::error::Refusal;

/// Whom to let in besides the usual ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    /// `http://localhost:5173`; without a slash at the end, in lower case.
    origins: Vec<String>,
    hosts: Vec<String>,
}

impl Guard {
    pub(super) fn new<'a>(
        origins: impl Iterator<Item = &'a String>,
        hosts: impl Iterator<Item = &'a String>,
    ) -> Self {
        let origin = |it: &String| it.trim_end_matches('/').to_ascii_lowercase();
        Self {
            origins: origins.map(origin).collect(),
            hosts: hosts.map(|it| it.to_ascii_lowercase()).collect(),
        }
    }

    /// Refuses a host that neither is this machine's nor Domo's, by the name in the request.
    pub(super) fn host(&self, host: &str) -> Result<(), Refusal> {
        if is_usual(host) || self.hosts.iter().any(|it| it == host) {
            return Ok(());
        }
        let message = format!(
            "the host '{host}' is neither this machine's nor Domo's: --allow-host {host} lets it in"
        );
        Err(Refusal::kept_out(message))
    }

    /// Refuses a change that a page of another origin asks for.
    pub(super) fn change(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        if method.is_safe() || !self.is_foreign(headers) {
            return Ok(());
        }
        let origin = text(headers, header::ORIGIN.as_str()).unwrap_or("unknown");
        let message = format!(
            "a page of the origin '{origin}' may change nothing here: --allow-origin lets it in"
        );
        Err(Refusal::kept_out(message))
    }

    /// Whether a page of another origin sent it.
    pub(super) fn is_foreign(&self, headers: &HeaderMap) -> bool {
        match text(headers, header::ORIGIN.as_str()) {
            Some(origin) => {
                let origin = origin.to_ascii_lowercase();
                let host = text(headers, header::HOST.as_str()).map(str::to_ascii_lowercase);
                let authority = origin.split_once("://").map(|it| it.1);
                let is_own = authority.is_some() && authority == host.as_deref();
                !is_own && !self.origins.contains(&origin)
            }
            None => text(headers, "sec-fetch-site") == Some("cross-site"),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // What is not text is nobody's.
    Some(headers.get(name)?.to_str().unwrap_or("\u{fffd}"))
}

/// Addresses, Domo's names, and those that no stranger can own: without a dot, or of this machine.
fn is_usual(host: &str) -> bool {
    const SUFFIXES: [&str; 2] = [".domo.com", ".localhost"];
    matches!(host, "domo.com" | "host.docker.internal")
        || !host.contains('.')
        || host.parse::<std::net::IpAddr>().is_ok()
        || SUFFIXES.iter().any(|it| host.ends_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        Guard::new(["http://dev:5173/".to_owned()].iter(), ["mock.example".to_owned()].iter())
    }

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn names_that_a_stranger_can_own_are_not_served() {
        for host in ["localhost", "127.0.0.1", "::1", "acme.domo.com", "domock", "mock.example", ""]
        {
            assert!(guard().host(host).is_ok(), "{host}");
        }
        for host in ["evil.example", "domo.com.evil.example", "127.0.0.1.nip.io", "notdomo.com"] {
            assert!(guard().host(host).is_err(), "{host}");
        }
    }

    #[test]
    fn pages_of_other_origins_change_nothing() {
        let own = headers(&[("host", "localhost:3666"), ("origin", "http://localhost:3666")]);
        let allowed = headers(&[("host", "localhost:3666"), ("origin", "http://dev:5173")]);
        let foreign = headers(&[("host", "localhost:3666"), ("origin", "http://evil.example")]);
        let neighbour = headers(&[("host", "localhost:3666"), ("origin", "http://localhost:5173")]);
        let hidden = headers(&[("host", "localhost:3666"), ("origin", "null")]);
        let silent = headers(&[("sec-fetch-site", "cross-site")]);
        for it in [&own, &allowed, &HeaderMap::new()] {
            assert!(guard().change(&Method::POST, it).is_ok(), "{it:?}");
        }
        for it in [&foreign, &neighbour, &hidden, &silent] {
            assert!(guard().change(&Method::POST, it).is_err(), "{it:?}");
            assert!(guard().change(&Method::GET, it).is_ok(), "{it:?}");
        }
    }
}
