//! Flags for TLS, which shares the port with plain HTTP.

use std::path::PathBuf;

use clap::Args;

use crate::front::tls::TlsSource;

/// Without a certificate from files, one is generated when the first client connects with TLS.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "TLS")]
pub struct TlsConfig {
    /// Folder for the certificate authority (ca.pem, ca-key.pem), which is created if missing [default: in memory only]
    #[arg(long, env = "DOMOCK_TLS_DIR", value_name = "DIR")]
    pub tls_dir: Option<PathBuf>,
    /// Additional host names or addresses in the certificate, besides *.domo.com, localhost, 127.0.0.1 and ::1
    #[arg(long = "tls-name", env = "DOMOCK_TLS_NAMES", value_delimiter = ',', value_name = "HOST")]
    pub tls_names: Vec<String>,
    /// Your own certificate in PEM format, followed by its intermediate certificates
    #[arg(
        long,
        env = "DOMOCK_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with_all = ["tls_dir", "tls_names"]
    )]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM format
    #[arg(long, env = "DOMOCK_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

impl TlsConfig {
    pub fn source(&self) -> TlsSource {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                TlsSource::Given { certificate: certificate.clone(), key: key.clone() }
            }
            _ => TlsSource::Made { folder: self.tls_dir.clone(), hosts: self.tls_names.clone() },
        }
    }
}
