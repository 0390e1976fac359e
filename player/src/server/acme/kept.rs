//! What is kept of a certificate authority: the account, the certificate with its key, the last failure.
//!
//! One file each, for its owner's eyes alone, replaced whole.

use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use instant_acme::AccountCredentials;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio_rustls::rustls::{
    RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Settings;

const ACCOUNT: &str = "account.json";
const CERTIFICATE: &str = "certificate.json";
const FAILURE: &str = "failure.json";
/// A certificate's files are some kilobytes; what is longer is none.
const LONGEST: u64 = 1 << 20;

/// The account at a directory.
#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) directory: String,
    pub(super) email: Option<String>,
    pub(super) credentials: AccountCredentials,
}

/// A certificate with its key, and what was asked for.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) directory: String,
    pub(super) names: Vec<String>,
    pub(super) chain_pem: String,
    pub(super) key_pem: String,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("names", &self.names).finish_non_exhaustive()
    }
}

/// The last try, which failed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failed {
    pub(super) at_ms: i64,
    pub(super) again_ms: i64,
    /// Whether the authority counts it.
    pub(super) costs: bool,
    pub(super) words: String,
    pub(super) directory: String,
    pub(super) names: Vec<String>,
}

/// What a server's own certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Who gave it.
    pub issuer: String,
    /// From when it holds, milliseconds since the Unix epoch.
    pub not_before_ms: i64,
    /// Until when it holds, the same.
    pub not_after_ms: i64,
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = jiff::Timestamp::from_millisecond(self.not_after_ms).map_err(|_| fmt::Error)?;
        write!(f, "from {}, until {until}", self.issuer)
    }
}

impl Leaf {
    /// Reads the first certificate of a chain (PEM).
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn read(chain_pem: &[u8]) -> io::Result<Self> {
        let der = CertificateDer::from_pem_slice(chain_pem).map_err(invalid)?;
        let (_, parsed) = X509Certificate::from_der(&der).map_err(invalid)?;
        let named = parsed.issuer().iter_organization().chain(parsed.issuer().iter_common_name());
        let named: Vec<&str> = named.filter_map(|part| part.as_str().ok()).collect();
        let issuer = if named.is_empty() { parsed.issuer().to_string() } else { named.join(" ") };
        let at_ms = |time: x509_parser::time::ASN1Time| time.timestamp().saturating_mul(1000);
        let validity = parsed.validity();
        Ok(Self { issuer, not_before_ms: at_ms(validity.not_before), not_after_ms: at_ms(validity.not_after) })
    }

    /// From when on it is renewed: the last third of its time, thirty days of ninety.
    pub(super) fn renewed_from_ms(&self) -> i64 {
        self.not_after_ms - (self.not_after_ms - self.not_before_ms) / 3
    }
}

impl Held {
    pub(super) fn leaf(&self) -> io::Result<Leaf> {
        Leaf::read(self.chain_pem.as_bytes())
    }

    /// Whether it is what these settings ask for.
    pub(super) fn is_for(&self, settings: &Settings) -> bool {
        self.directory == settings.directory && self.names == settings.names
    }

    /// As TLS shows it.
    pub(super) fn certified(&self) -> io::Result<Arc<CertifiedKey>> {
        let chain = CertificateDer::pem_slice_iter(self.chain_pem.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().map_err(invalid)?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).map_err(invalid)?;
        CertifiedKey::from_der(chain, key, &ring::default_provider()).map(Arc::new).map_err(invalid)
    }
}

/// The folder of it. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Kept(PathBuf);

impl Kept {
    pub(super) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Makes the folder, for its owner alone.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        Ok(Self::at(folder))
    }

    pub(super) fn account(&self) -> io::Result<Option<Account>> {
        self.read(ACCOUNT)
    }

    pub(super) fn certificate(&self) -> io::Result<Option<Held>> {
        self.read(CERTIFICATE)
    }

    pub(super) fn failure(&self) -> io::Result<Option<Failed>> {
        self.read(FAILURE)
    }

    pub(super) fn keep_account(&self, account: &Account) -> io::Result<()> {
        self.write(ACCOUNT, account)
    }

    /// Keeps it; the last failure is past then.
    pub(super) fn keep_certificate(&self, held: &Held) -> io::Result<()> {
        self.write(CERTIFICATE, held)?;
        match fs::remove_file(self.0.join(FAILURE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn keep_failure(&self, failed: &Failed) -> io::Result<()> {
        self.write(FAILURE, failed)
    }

    /// Whether a certificate could be kept here: none is asked for that could not.
    pub(super) fn try_to_write(&self) -> io::Result<()> {
        let path = self.0.join(".try");
        private(&path)?.write_all(b"room")?;
        fs::remove_file(path)
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        let path = self.0.join(name);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(named(error)),
            Ok(about) if about.len() > LONGEST => return Err(named(invalid("it is too long to be ours"))),
            Ok(_) => {}
        }
        let bytes = fs::read(&path).map_err(named)?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| named(invalid(error)))
    }

    fn write(&self, name: &str, what: &impl Serialize) -> io::Result<()> {
        let fresh = self.0.join(format!(".{name}"));
        let mut file = private(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(what)?)?;
        file.sync_all()?;
        fs::rename(fresh, self.0.join(name))?;
        File::open(&self.0)?.sync_all()
    }
}

/// An empty file for its owner's eyes alone.
fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Does what may wait for the disk where nothing else waits for it.
pub(super) async fn on_disk<T: Send + 'static>(what: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(what).await.map_err(io::Error::other)?
}

/// Whether the file holds a certificate (PEM) by which a directory can be trusted.
///
/// # Errors
/// When it cannot be read or holds none.
pub fn check_roots(file: &Path) -> io::Result<()> {
    let root = CertificateDer::from_pem_file(file).map_err(invalid)?;
    RootCertStore::empty().add(root).map_err(invalid)
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
