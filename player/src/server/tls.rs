//! HTTPS: what is shown to whom greets, and the operator's certificate, which is read anew when its files change.

use std::{
    collections::HashMap,
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, uri::PathAndQuery},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
};
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(60);
/// What is answered without HTTPS too: who watches the machine asks on the machine.
const PLAIN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The protocol by which a certificate authority checks a name (RFC 8737).
pub(super) const PROOF: &[u8] = b"acme-tls/1";

/// The certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct BadCertificate {
    path: PathBuf,
    what: String,
}

/// A certificate's files, and what was last read from them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
}

/// What is shown to whom greets: the certificate, once there is one, and the proofs for a certificate authority.
#[derive(Debug, Default)]
pub(super) struct Current {
    certified: RwLock<Option<Arc<CertifiedKey>>>,
    proofs: RwLock<HashMap<String, Arc<CertifiedKey>>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == PROOF)) {
            let name = hello.server_name()?.to_ascii_lowercase();
            return self.proofs.read().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        }
        self.certified.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Current {
    /// Shows this certificate from now on; connections that stand keep theirs.
    pub(super) fn show(&self, certified: Arc<CertifiedKey>) {
        *self.certified.write().unwrap_or_else(PoisonError::into_inner) = Some(certified);
    }

    /// Shows this proof to whoever checks the name.
    pub(super) fn prove(&self, name: &str, proof: Arc<CertifiedKey>) {
        self.proofs.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_ascii_lowercase(), proof);
    }

    /// Takes all proofs back.
    pub(super) fn prove_no_more(&self) {
        self.proofs.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What takes TLS connections with it: versions 1.2 and 1.3, HTTP/2 and HTTP/1.1, and proofs where asked.
    pub(super) fn acceptor(self: &Arc<Self>, proofs: bool) -> io::Result<TlsAcceptor> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if proofs {
            config.alpn_protocols.push(PROOF.to_vec());
        }
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl Certificate {
    /// Reads the chain (PEM, the server's own certificate first) and its private key (PEM).
    ///
    /// # Errors
    /// When a file cannot be read, holds nothing of the kind, or the two do not belong together.
    pub fn read(chain: &Path, key: &Path) -> Result<Self, BadCertificate> {
        let current = Arc::new(Current::default());
        current.show(certified(chain, key)?);
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), current })
    }

    /// What takes TLS connections with it: versions 1.2 and 1.3, HTTP/2 and HTTP/1.1.
    ///
    /// # Errors
    /// When the library refuses its own defaults, which cannot be mended by settings.
    pub fn acceptor(&self) -> io::Result<TlsAcceptor> {
        self.current.acceptor(false)
    }

    /// Reads the files again whenever they change, until `ending`. What cannot be used is told, and the old one stays.
    pub async fn follow(self, ending: CancellationToken) {
        let mut known = self.changed_at();
        loop {
            tokio::select! {
                () = ending.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = self.changed_at();
            if now == known {
                continue;
            }
            known = now;
            match self.renew() {
                Ok(()) => tracing::info!(chain = %self.chain.display(), "the certificate was read anew"),
                Err(error) => tracing::error!(%error, "the new certificate cannot be used; the old one stays"),
            }
        }
    }

    /// Reads the files again now.
    ///
    /// # Errors
    /// As [`Certificate::read`]; the old certificate stays.
    pub fn renew(&self) -> Result<(), BadCertificate> {
        self.current.show(certified(&self.chain, &self.key)?);
        Ok(())
    }

    /// When the files were written last, seconds and nanoseconds.
    fn changed_at(&self) -> [Option<(i64, i64)>; 2] {
        [&self.chain, &self.key]
            .map(|path| std::fs::metadata(path).ok().map(|about| (about.mtime(), about.mtime_nsec())))
    }
}

fn certified(chain: &Path, key: &Path) -> Result<Arc<CertifiedKey>, BadCertificate> {
    let bad = |path: &Path, what: String| BadCertificate { path: path.to_owned(), what };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(chain, error.to_string()))?;
    if certificates.is_empty() {
        return Err(bad(chain, "there is no certificate in it".into()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, error.to_string()))?;
    let certified = CertifiedKey::from_der(certificates, private, &ring::default_provider());
    certified.map(Arc::new).map_err(|error| bad(key, format!("{error}; does it belong to {}?", chain.display())))
}

/// The router for the port without HTTPS: it sends people to the same page at `public_url`, for good.
pub fn only_to_https(router: Router, public_url: &str) -> Router {
    router.layer(middleware::from_fn_with_state(Arc::from(public_url), to_https))
}

async fn to_https(State(public_url): State<Arc<str>>, request: Request, next: Next) -> Response {
    if PLAIN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let page = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    match HeaderValue::try_from(format!("{public_url}{page}")) {
        Ok(there) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, there)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
