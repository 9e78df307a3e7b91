//! The host that a request is addressed to. Clients that use Domock as their proxy name it in the request line or in CONNECT;
//! Domock answers for its own hosts and forwards nothing.

use std::net::{IpAddr, SocketAddr};

use axum::http::{Method, Request, Uri};

/// Domock answers for this domain and its subdomains.
const DOMAIN: &str = "domo.com";

/// The R client asks this host for its news when it starts, and goes on after a 403:
/// <https://github.com/domoinc-r/DomoR/blob/master/R/init.R>. A tunnel to it opens, and every request in it is refused.
const PROBED: &str = "s3.amazonaws.com";

/// The host that a request names, in lower case and without the port; a request extension on every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressed {
    /// In the `Host` header, or not at all: the client does not use a proxy.
    Directly(String),
    /// In the request line or by a tunnel, and Domock answers for it.
    ByProxy(String),
    /// In the request line, but Domock does not answer for it; with its port.
    Elsewhere(String),
    /// CONNECT inside a tunnel.
    Nested,
}

/// `local` is the address that accepted the connection; `tunnel` is the host of the CONNECT that the request came through.
pub(super) fn addressed<B>(
    request: &Request<B>,
    local: SocketAddr,
    tunnel: Option<String>,
) -> Addressed {
    match (request.uri().authority(), tunnel) {
        (Some(_), Some(_)) if request.method() == Method::CONNECT => Addressed::Nested,
        (_, Some(tunnel)) if tunnel == PROBED => Addressed::Elsewhere(tunnel),
        (_, Some(tunnel)) => Addressed::ByProxy(tunnel),
        (Some(_), None) => by_line(request.uri(), local),
        (None, None) => {
            let host = request.headers().get("host").and_then(|it| it.to_str().ok());
            Addressed::Directly(host_of(host.unwrap_or_default()))
        }
    }
}

fn by_line(uri: &Uri, local: SocketAddr) -> Addressed {
    let host = host_of(uri.authority().map_or("", |it| it.as_str()));
    let is_here = || {
        let address: Option<IpAddr> = host.parse().ok();
        host == "localhost" || address.is_some_and(|it| it.is_loopback() || it == local.ip())
    };
    let port = uri.port_u16().or(match uri.scheme_str() {
        Some("https") => Some(443),
        _ => Some(80),
    });
    if is_domos(&host) || (is_here() && port == Some(local.port())) {
        Addressed::ByProxy(host)
    } else {
        Addressed::Elsewhere(uri.authority().map(ToString::to_string).unwrap_or_default())
    }
}

/// The host to which a CONNECT opens a tunnel; none where it is refused.
pub(super) fn tunnel_to(addressed: &Addressed) -> Option<&str> {
    match addressed {
        Addressed::ByProxy(host) => Some(host),
        Addressed::Elsewhere(host) if host.strip_suffix(":443") == Some(PROBED) => Some(PROBED),
        _ => None,
    }
}

fn is_domos(host: &str) -> bool {
    host.strip_suffix(DOMAIN).is_some_and(|it| it.is_empty() || it.ends_with('.'))
}

/// `Acme.domo.com:443` → `acme.domo.com`, `[::1]:80` → `::1`
fn host_of(authority: &str) -> String {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(method: &str, uri: &str) -> Addressed {
        let request = Request::builder().method(method).uri(uri).header("host", "Acme.domo.com:80");
        addressed(&request.body(()).unwrap(), "127.0.0.1:3666".parse().unwrap(), None)
    }

    #[test]
    fn only_domos_hosts_and_our_own_address_are_served_by_proxy() {
        for host in ["acme.domo.com:443", "API.DOMO.COM:443", "localhost:3666", "[::1]:3666"] {
            assert!(matches!(seen("CONNECT", host), Addressed::ByProxy(_)), "{host}");
        }
        for host in ["evil.example:443", "notdomo.com:443", "domo.com.evil.example:443"] {
            assert_eq!(seen("CONNECT", host), Addressed::Elsewhere(host.to_owned()));
        }
        assert_eq!(seen("CONNECT", "127.0.0.1:22"), Addressed::Elsewhere("127.0.0.1:22".into()));
        assert_eq!(
            seen("GET", "https://acme.domo.com/api"),
            Addressed::ByProxy("acme.domo.com".to_owned())
        );
        assert!(matches!(seen("GET", "http://127.0.0.1/"), Addressed::Elsewhere(_)));
    }

    #[test]
    fn one_host_more_is_answered_in_a_tunnel_and_refuses_everything() {
        assert_eq!(tunnel_to(&seen("CONNECT", "s3.amazonaws.com:443")), Some(PROBED));
        for host in ["s3.amazonaws.com:80", "evil.s3.amazonaws.com:443", "amazonaws.com:443"] {
            assert_eq!(tunnel_to(&seen("CONNECT", host)), None, "{host}");
        }
        let request = Request::builder().uri("/domoetl/get/R2.json").body(()).unwrap();
        let local = "127.0.0.1:3666".parse().unwrap();
        let found = addressed(&request, local, Some(PROBED.to_owned()));
        assert_eq!(found, Addressed::Elsewhere(PROBED.to_owned()));
    }

    #[test]
    fn a_plain_request_names_its_host_in_a_header() {
        assert_eq!(seen("GET", "/api"), Addressed::Directly("acme.domo.com".to_owned()));
    }
}
