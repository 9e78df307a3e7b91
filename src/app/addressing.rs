//! Finds the instance of a request, and normalises its path for the router.

use axum::extract::Request;
use axum::http::{Uri, uri::PathAndQuery};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::domain::Instance;
use crate::domain::instances::Instances;
use crate::front::connection::Arrival;
use crate::front::proxy::Addressed;
use crate::wire::auth::{self, TokenKey};
use crate::wire::error::Refusal;

use super::guard::Guard;

/// Suffix of the host names of instances.
const DOMAIN: &str = ".domo.com";
/// First label of the public API's host, which belongs to no instance.
const PUBLIC_API: &str = "api";

/// Prefix of the paths of Domock's own API.
const CONTROL: &str = "/_domock/";

/// Why a request has no instance.
#[derive(Clone)]
struct Misaddressed(Refusal);

/// What a host name means, in the `Host` header or at the start of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Instance(String),
    PublicApi,
}

/// Adds the instance and its current world to a request: those of a leading path segment `/acme.domo.com`, else of the host, else of
/// the token.
pub(super) fn addressed<B>(
    mut request: Request<B>,
    instances: &Instances,
    (key, guard): (&TokenKey, &Guard),
) -> Request<B> {
    let (by_path, path) = split(request.uri());
    let host = request.extensions().get::<Addressed>().cloned();
    let named = by_path.or_else(|| by_query(request.uri()).map(Named::Instance));
    let by_token = || match by_credential(&request, path.as_deref(), instances, key) {
        Some(name) => opened(instances, &name),
        None => Ok(instances.default_instance()),
    };
    let opened = match (named, &host) {
        (Some(Named::Instance(name)), _) => opened(instances, &name),
        (Some(Named::PublicApi), _) | (None, None) => by_token(),
        (None, Some(Addressed::Directly(host) | Addressed::ByProxy(host))) => match by_host(host) {
            Some(Named::Instance(name)) => opened(instances, &name),
            Some(Named::PublicApi) | None => by_token(),
        },
        (None, Some(Addressed::Elsewhere(host))) => Err(elsewhere(host)),
        (None, Some(Addressed::Nested)) => {
            Err(Refusal::bad_request("CONNECT inside a tunnel is not supported"))
        }
    };
    let opened = guarded(&request, host.as_ref(), guard).and(opened);
    if let Some(uri) = path.and_then(|it| PathAndQuery::try_from(it).ok()) {
        *request.uri_mut() = Uri::from(uri);
    }
    let instance: Instance = opened.unwrap_or_else(|refusal| {
        request.extensions_mut().insert(Misaddressed(refusal));
        instances.default_instance()
    });
    begin(&mut request, instance);
    request
}

/// Refuses requests that have no instance.
pub(super) async fn refuse_misaddressed(request: Request, next: Next) -> Response {
    match request.extensions().get::<Misaddressed>() {
        Some(Misaddressed(refusal)) => refusal.clone().into_response(),
        None => next.run(request).await,
    }
}

fn opened(instances: &Instances, name: &str) -> Result<Instance, Refusal> {
    instances.prepare(name).map_err(Refusal::from)
}

/// Refuses what is under a name that is not served, and what pages of other origins may not do.
fn guarded<B>(
    request: &Request<B>,
    host: Option<&Addressed>,
    guard: &Guard,
) -> Result<(), Refusal> {
    if let Some(Addressed::Directly(host)) = host {
        guard.host(host)?;
    }
    guard.change(request.method(), request.headers())
}

/// An instance comes into being with the first request that is let in: not with one that is refused, and not with one that
/// a page of another origin has sent. Tells whether it is another one than was prepared: somebody was faster.
pub(super) fn keep(
    request: &mut Request,
    instances: &Instances,
    guard: &Guard,
) -> Result<bool, Refusal> {
    let Some(prepared) = request.extensions().get::<Instance>().cloned() else { return Ok(false) };
    if instances.find(prepared.name()).is_none() && guard.is_foreign(request.headers()) {
        let message = "a page of another origin makes no instance: --allow-origin lets it in";
        return Err(Refusal::forbidden(message));
    }
    let kept = instances.keep(prepared.clone())?;
    let is_other = !kept.is(&prepared);
    if is_other {
        begin(request, kept);
    }
    Ok(is_other)
}

/// Gives a request its instance, and the world that this has now.
fn begin<B>(request: &mut Request<B>, instance: Instance) {
    let arrival = request.extensions().get::<Arrival>().copied();
    let session =
        arrival.map_or_else(|| instance.begin(), |it| instance.begin_of(it.connection, it.at));
    request.extensions_mut().insert(session);
    request.extensions_mut().insert(instance);
}

fn elsewhere(host: &str) -> Refusal {
    let message = format!("Domock does not answer for {host}, and forwards nothing to other hosts");
    Refusal::forbidden(message)
}

/// The instance that the path starts with, and the normalised path if it differs.
fn split(uri: &Uri) -> (Option<Named>, Option<String>) {
    let path = uri.path();
    let (first, rest) = match path[path.len().min(1)..].split_once('/') {
        Some((first, _)) => (first, &path[first.len() + 1..]),
        None => (path.trim_start_matches('/'), "/"),
    };
    let name = first.contains('.').then(|| by_host(&first.to_ascii_lowercase())).flatten();
    let inner = if name.is_some() { rest } else { path };
    let shortened = match inner.trim_end_matches('/') {
        "" => "/",
        other => other,
    };
    let is_other = shortened.len() != path.len() || uri.authority().is_some();
    let query = uri.query().map(|it| format!("?{it}")).unwrap_or_default();
    (name, is_other.then(|| format!("{shortened}{query}")))
}

/// `None` for a host outside Domo's domain.
fn by_host(host: &str) -> Option<Named> {
    match host.strip_suffix(DOMAIN)? {
        "" => None,
        PUBLIC_API => Some(Named::PublicApi),
        name => Some(Named::Instance(name.to_owned())),
    }
}

/// The instance that issued the request's token, or that defines the OAuth client that asks for one.
fn by_credential<B>(
    request: &Request<B>,
    path: Option<&str>,
    instances: &Instances,
    key: &TokenKey,
) -> Option<String> {
    if path.unwrap_or(request.uri().path()).starts_with(CONTROL) {
        return None;
    }
    if let Some(token) = auth::bearer(request.headers()) {
        return key.read(token).ok().map(|it| it.customer);
    }
    let (id, secret) = auth::client(request.headers())?;
    instances.of_client(&id, &secret).map(str::to_owned)
}

/// Domock's own API also accepts `?instance=acme`.
fn by_query(uri: &Uri) -> Option<String> {
    let of_control = uri.path().starts_with(CONTROL);
    let pairs = uri.query().filter(|_| of_control)?.split('&');
    let name = pairs.filter_map(|it| it.strip_prefix("instance=")).next_back()?;
    (name != "*").then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(uri: &str) -> (Option<Named>, String) {
        let uri: Uri = uri.parse().unwrap();
        let (name, path) = split(&uri);
        (name, path.unwrap_or_else(|| uri.to_string()))
    }

    #[test]
    fn a_leading_segment_names_the_instance_and_is_taken_off() {
        let acme = Some(Named::Instance("acme".to_owned()));
        assert_eq!(seen("/Acme.domo.com/api/x?y=1"), (acme.clone(), "/api/x?y=1".to_owned()));
        assert_eq!(seen("/acme.domo.com"), (acme.clone(), "/".to_owned()));
        assert_eq!(seen("https://acme.domo.com/acme.domo.com/a/"), (acme, "/a".to_owned()));
        let public = (Some(Named::PublicApi), "/v1/datasets".to_owned());
        assert_eq!(seen("/API.domo.com/v1/datasets"), public);
        assert_eq!(seen("/api/acme.domo.com/x"), (None, "/api/acme.domo.com/x".to_owned()));
        assert_eq!(seen("/.domo.com/x"), (None, "/.domo.com/x".to_owned()));
    }

    #[test]
    fn a_path_has_one_spelling() {
        assert_eq!(seen("/a/?b=/"), (None, "/a?b=/".to_owned()));
        assert_eq!(seen("/a//"), (None, "/a".to_owned()));
        assert_eq!(seen("//"), (None, "/".to_owned()));
        assert_eq!(seen("/"), (None, "/".to_owned()));
        assert_eq!(seen("http://localhost"), (None, "/".to_owned()));
        assert_eq!(seen("/ä".replace('ä', "%C3%A4").as_str()), (None, "/%C3%A4".to_owned()));
    }

    #[test]
    fn only_domocks_own_api_takes_the_instance_from_the_query() {
        let name = |uri: &str| by_query(&uri.parse().unwrap());
        assert_eq!(name("/_domock/reset?x=1&instance=Acme"), Some("acme".to_owned()));
        assert_eq!(name("/_domock/reset?instance=*"), None);
        assert_eq!(name("/api/x?instance=acme"), None);
    }
}
