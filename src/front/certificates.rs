//! Domock's certificate authority and the server certificates that it signs, generated or read from files.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const DAY: Duration = Duration::from_hours(24);
/// Certificates are valid in the past too, because the clock of a container may be behind that of its host.
const VALID_BEFORE: Duration = DAY.saturating_mul(30);
const AUTHORITY_VALID: Duration = DAY.saturating_mul(3650);
/// The server certificate is new at each start. Some clients refuse certificates that are valid for more than 825 days
/// (<https://support.apple.com/en-us/103769>).
const SERVER_VALID: Duration = DAY.saturating_mul(730);

const AUTHORITY_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca-key.pem";

/// A certificate chain, the server's certificate first, and its private key.
#[derive(Debug)]
pub(super) struct Certified {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// Signs certificates for servers on this machine.
pub(super) struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new() -> anyhow::Result<Self> {
        let key = KeyPair::generate().context("cannot make a key")?;
        let params = authority_params();
        let pem = params.self_signed(&key).context("cannot make a certificate")?.pem();
        Ok(Self { pem, issuer: Issuer::new(params, key) })
    }

    /// The authority stored in the folder, or a new one, which is stored there.
    ///
    /// # Errors
    /// A file that cannot be read, written or parsed; the message names it.
    pub(super) fn kept_in(folder: &Path) -> anyhow::Result<Self> {
        let (pem_file, key_file) = (folder.join(AUTHORITY_FILE), folder.join(KEY_FILE));
        if !pem_file.exists() && !key_file.exists() {
            let made = Self::new()?;
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            if put(&key_file, &made.issuer.key().serialize_pem(), 0o600)? {
                put(&pem_file, &made.pem, 0o644)?;
                return Ok(made);
            }
        }
        wait_for(&pem_file);
        let (pem, key) = (read(&pem_file)?, read(&key_file)?);
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).with_context(|| {
            format!("{}: is not a certificate in PEM format", pem_file.display())
        })?;
        let key = KeyPair::from_pem(&key).with_context(|| {
            format!("{}: is not a private key in PEM format", key_file.display())
        })?;
        // A certificate contains the raw bytes of its public key.
        let public = key.public_key_raw();
        if !certificate.windows(public.len()).any(|it| it == public) {
            bail!("{}: does not belong to {KEY_FILE}", pem_file.display());
        }
        Ok(Self { pem, issuer: Issuer::new(authority_params(), key) })
    }

    /// Signs a certificate for these host names and IP addresses.
    ///
    /// # Errors
    /// A name that a certificate cannot contain.
    pub(super) fn certify(&self, hosts: &[String]) -> anyhow::Result<Certified> {
        let mut params = CertificateParams::new(hosts.to_vec())
            .with_context(|| format!("cannot certify one of {}", hosts.join(", ")))?;
        params.distinguished_name.push(DnType::CommonName, "Domock");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        valid_for(&mut params, SERVER_VALID);
        let key = KeyPair::generate().context("cannot make a key")?;
        let certificate =
            params.signed_by(&key, &self.issuer).context("cannot make a certificate")?;
        Ok(Certified { chain: vec![certificate.der().clone()], key: key.into() })
    }
}

/// The name is constant: clients find the issuer of a certificate by its name.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Domock local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for(&mut params, AUTHORITY_VALID);
    params
}

#[expect(clippy::disallowed_methods, reason = "clients check certificates against their own clock")]
fn valid_for(params: &mut CertificateParams, long: Duration) {
    let now = SystemTime::now();
    params.not_before = (now - VALID_BEFORE).into();
    params.not_after = (now + long).into();
}

/// Reads a certificate chain and its key that the user supplies.
///
/// # Errors
/// A file that cannot be read or parsed; the message names it.
pub(super) fn from_files(certificate: &Path, key: &Path) -> anyhow::Result<Certified> {
    let pem = read(certificate)?;
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().with_context(
            || format!("{}: is not a certificate in PEM format", certificate.display()),
        )?;
    if chain.is_empty() {
        bail!("{}: contains no certificate in PEM format", certificate.display());
    }
    let key = PrivateKeyDer::from_pem_slice(read(key)?.as_bytes())
        .with_context(|| format!("{}: is not a private key in PEM format", key.display()))?;
    Ok(Certified { chain, key })
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

/// Puts a whole file there or none; false where another server that starts at the same time has done so.
fn put(file: &Path, text: &str, mode: u32) -> anyhow::Result<bool> {
    let draft = file.with_extension(format!("draft-{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let options = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&draft);
    let written = options.and_then(|mut it| it.write_all(text.as_bytes()));
    let linked = written.and_then(|()| fs::hard_link(&draft, file));
    let _ = fs::remove_file(&draft);
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

/// The server that has put the key there is about to put the certificate beside it.
fn wait_for(file: &Path) {
    for _ in 0..100 {
        if file.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
