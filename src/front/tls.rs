//! TLS on the same port as plain HTTP. The certificate is generated when the first client needs it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio_rustls::TlsAcceptor;

use super::certificates::{Authority, Certified, from_files};

/// Names in the generated certificate. Clients that use a proxy or a hosts file connect to Domo's own names.
/// The last is that of the R client's probe, see `proxy`.
const HOSTS: [&str; 8] = [
    "*.domo.com",
    "domo.com",
    "localhost",
    "127.0.0.1",
    "::1",
    "domock",
    "host.docker.internal",
    "s3.amazonaws.com",
];

#[derive(Clone, Debug)]
pub enum TlsSource {
    /// Domock's authority signs a certificate for `HOSTS` and these names. It is stored in the folder, or kept in memory.
    Made { folder: Option<PathBuf>, hosts: Vec<String> },
    /// PEM files that the user supplies.
    Given { certificate: PathBuf, key: PathBuf },
}

/// Clones share the certificate.
#[derive(Clone, Debug)]
pub struct Tls {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: TlsSource,
    ready: Mutex<Option<Ready>>,
}

#[derive(Clone)]
struct Ready {
    acceptor: TlsAcceptor,
    authority: Option<Arc<str>>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files of the source. An authority that is not stored is generated later, on first use.
    ///
    /// # Errors
    /// A file that is missing or malformed; the message names it.
    pub fn new(source: TlsSource) -> anyhow::Result<Self> {
        let waits = matches!(&source, TlsSource::Made { folder: None, .. });
        let tls = Self { inner: Arc::new(Inner { source, ready: Mutex::new(None) }) };
        if !waits {
            tls.ready()?;
        }
        Ok(tls)
    }

    pub fn acceptor(&self) -> anyhow::Result<TlsAcceptor> {
        self.ready().map(|it| it.acceptor)
    }

    /// The certificate that clients have to trust, in PEM format; `None` if the user supplies the server certificate.
    pub fn authority(&self) -> anyhow::Result<Option<Arc<str>>> {
        self.ready().map(|it| it.authority)
    }

    fn ready(&self) -> anyhow::Result<Ready> {
        let mut slot = self.inner.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = &*slot {
            return Ok(ready.clone());
        }
        let ready = self.inner.source.prepared()?;
        *slot = Some(ready.clone());
        Ok(ready)
    }
}

impl TlsSource {
    fn prepared(&self) -> anyhow::Result<Ready> {
        match self {
            Self::Made { folder, hosts } => {
                let authority = match folder {
                    Some(folder) => Authority::kept_in(folder)?,
                    None => Authority::new()?,
                };
                let mut all: Vec<String> = HOSTS.map(str::to_owned).to_vec();
                all.extend(hosts.iter().cloned());
                let acceptor = acceptor(authority.certify(&all)?)?;
                Ok(Ready { acceptor, authority: Some(authority.pem.into()) })
            }
            Self::Given { certificate, key } => {
                let acceptor = acceptor(from_files(certificate, key)?)
                    .with_context(|| format!("{} and {}", certificate.display(), key.display()))?;
                Ok(Ready { acceptor, authority: None })
            }
        }
    }
}

fn acceptor(certified: Certified) -> anyhow::Result<TlsAcceptor> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certified.chain, certified.key)?;
    // HTTP/2 has no reason phrases, and clients compare them.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_stored_authority_is_reused() {
        let folder = std::env::temp_dir().join(format!("domock-tls-{}", std::process::id()));
        let tls = || {
            let source = TlsSource::Made { folder: Some(folder.clone()), hosts: Vec::new() };
            Tls::new(source).and_then(|it| it.authority())
        };
        let first = tls().unwrap();
        assert_eq!(first, tls().unwrap());
        fs::write(folder.join("ca.pem"), Authority::new().unwrap().pem).unwrap();
        let error = tls().unwrap_err();
        assert!(error.to_string().contains("ca.pem: does not belong to ca-key.pem"), "{error:#}");
        fs::write(folder.join("ca.pem"), "nonsense").unwrap();
        assert!(format!("{:#}", tls().unwrap_err()).contains("ca.pem: is not a certificate"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_missing_file_is_named() {
        let (certificate, key) = (PathBuf::from("/nowhere/cert.pem"), PathBuf::from("/nowhere/k"));
        let error = Tls::new(TlsSource::Given { certificate, key }).unwrap_err();
        assert!(format!("{error:#}").contains("/nowhere/cert.pem"), "{error:#}");
    }
}
