//! A certificate authority of one's own and what it certifies: made here, or read from files.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const DAY: Duration = Duration::from_hours(24);
/// Clocks of containers and of the machine around them differ.
const VALID_BEFORE: Duration = DAY.saturating_mul(30);
const AUTHORITY_VALID: Duration = DAY.saturating_mul(3650);
/// Made anew at each start. Some clients refuse more than 825 days from beginning to end.
const SERVER_VALID: Duration = DAY.saturating_mul(730);

const AUTHORITY_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca-key.pem";

/// A certificate with what certifies it, and its key.
#[derive(Debug)]
pub(super) struct Certified {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// Certifies servers that run on this machine.
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

    /// The one that the folder holds; where it holds none, a new one that it holds from now on.
    ///
    /// # Errors
    /// Names the file that cannot be read or written, or is no such file.
    pub(super) fn kept_in(folder: &Path) -> anyhow::Result<Self> {
        let (pem_file, key_file) = (folder.join(AUTHORITY_FILE), folder.join(KEY_FILE));
        if !pem_file.exists() && !key_file.exists() {
            let made = Self::new()?;
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
            write(&key_file, &made.issuer.key().serialize_pem(), 0o600)?;
            write(&pem_file, &made.pem, 0o644)?;
            return Ok(made);
        }
        let (pem, key) = (read(&pem_file)?, read(&key_file)?);
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .with_context(|| format!("{}: is no certificate in PEM", pem_file.display()))?;
        let key = KeyPair::from_pem(&key)
            .with_context(|| format!("{}: is no private key in PEM", key_file.display()))?;
        // The public key stands in a certificate as it is.
        let public = key.public_key_raw();
        if !certificate.windows(public.len()).any(|it| it == public) {
            bail!("{}: does not belong to {KEY_FILE}", pem_file.display());
        }
        Ok(Self { pem, issuer: Issuer::new(authority_params(), key) })
    }

    /// A certificate for these host names and addresses.
    ///
    /// # Errors
    /// Names the host that cannot be one.
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

/// Its name is always this one, because what it has signed is looked up by it.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Domock local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for(&mut params, AUTHORITY_VALID);
    params
}

#[expect(clippy::disallowed_methods, reason = "clients compare a certificate with their own clock")]
fn valid_for(params: &mut CertificateParams, long: Duration) {
    let now = SystemTime::now();
    params.not_before = (now - VALID_BEFORE).into();
    params.not_after = (now + long).into();
}

/// What somebody else has certified.
///
/// # Errors
/// Names the file that cannot be read, or is no such file.
pub(super) fn from_files(certificate: &Path, key: &Path) -> anyhow::Result<Certified> {
    let pem = read(certificate)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .with_context(|| format!("{}: is no certificate in PEM", certificate.display()))?;
    if chain.is_empty() {
        bail!("{}: holds no certificate in PEM", certificate.display());
    }
    let key = PrivateKeyDer::from_pem_slice(read(key)?.as_bytes())
        .with_context(|| format!("{}: is no private key in PEM", key.display()))?;
    Ok(Certified { chain, key })
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn write(file: &PathBuf, text: &str, mode: u32) -> anyhow::Result<()> {
    let options = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(file);
    options
        .and_then(|mut it| it.write_all(text.as_bytes()))
        .with_context(|| file.display().to_string())
}
