//! One order of a certificate, from the account to the chain, and what may go wrong with it.

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use instant_acme::{
    Account, AccountBuilder, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount, NewOrder, Order,
    OrderStatus, Problem, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use tokio_rustls::rustls::{crypto::ring, pki_types::PrivateKeyDer, sign::CertifiedKey};

use super::{
    Settings,
    kept::{self, Held, Kept, on_disk},
};
use crate::server::tls::Current;

/// How the authority is asked whether it is done.
const POLL: RetryPolicy = RetryPolicy::new().initial_delay(Duration::from_millis(500)).timeout(Duration::from_secs(90));
/// The shortest pause after what the authority counts. Let's Encrypt takes five failures of a name an hour.
pub(super) const LEAST: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(3600);

/// Why there is no certificate, and what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Nobody answered, or not in order: nothing has been counted.
    #[error(
        "the certificate authority could not be asked: {0}; this machine must reach the address in tls.acme.directory"
    )]
    Away(String),
    /// The authority looked and said no.
    #[error(
        "the certificate authority refused: {0}; each name of the certificate must lead to this machine (DNS), and port \
         443 must be open to the internet and lead to tls.listen"
    )]
    Refused(String),
    /// The authority has been asked too often.
    #[error("the certificate authority has been asked too often: {0}; leave Bema running, it asks again by itself")]
    Limited(String),
    /// The certificate could not be kept.
    #[error("a certificate could not be kept: {0}; tls.acme keeps it in the data folder, where there must be room")]
    Disk(#[from] io::Error),
}

impl Failure {
    /// How long to wait after so many failures in a row: twice as long each time, up to a bound.
    pub(super) fn pause(&self, tries: u32) -> Duration {
        let (first, longest) = match self {
            Self::Away(_) => (Duration::from_secs(5), HOUR),
            Self::Disk(_) => (Duration::from_secs(60), HOUR),
            Self::Refused(_) => (LEAST, 6 * HOUR),
            Self::Limited(_) => (HOUR, 24 * HOUR),
        };
        first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1))).min(longest)
    }

    /// Whether the authority counts it against its limits.
    pub(super) fn costs(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Limited(_))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Api(problem) if is(&problem, "rateLimited") => Self::Limited(said(&problem)),
            Error::Api(problem) if problem.status.is_some_and(|status| status >= 500) => Self::Away(said(&problem)),
            Error::Api(problem) if is(&problem, "serverInternal") || is(&problem, "badNonce") => {
                Self::Away(said(&problem))
            }
            Error::Api(problem) => Self::Refused(said(&problem)),
            other => Self::Away(whole(&other)),
        }
    }
}

fn is(problem: &Problem, kind: &str) -> bool {
    problem.r#type.as_deref().and_then(|it| it.strip_prefix("urn:ietf:params:acme:error:")) == Some(kind)
}

fn said(problem: &Problem) -> String {
    match &problem.detail {
        Some(detail) if problem.subproblems.is_empty() => detail.clone(),
        _ => problem.to_string(),
    }
}

/// An error with what caused it; the cause is what a person needs.
fn whole(error: &dyn StdError) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Orders a certificate for the names of the settings. Its proofs are left with `current`.
pub(super) async fn get(settings: &Settings, kept: &Kept, current: &Current) -> Result<Held, Failure> {
    let folder = kept.clone();
    on_disk(move || folder.try_to_write()).await?;
    let names: Vec<Identifier> = settings.names.iter().cloned().map(Identifier::Dns).collect();
    let wanted = NewOrder::new(&names);
    let account = account(settings, kept).await?;
    let mut order = match account.new_order(&wanted).await {
        // The authority has forgotten us.
        Err(Error::Api(problem)) if is(&problem, "accountDoesNotExist") => {
            register(settings, kept).await?.new_order(&wanted).await?
        }
        order => order?,
    };
    prove(&mut order, current).await?;
    let ready = match order.poll_ready(&POLL).await {
        Ok(status) => status == OrderStatus::Ready,
        Err(Error::Api(problem)) if problem.status.is_none_or(|status| status < 500) => false,
        Err(error) => return Err(error.into()),
    };
    if !ready {
        return Err(Failure::Refused(objection(&mut order, &settings.names).await));
    }
    let key_pem = order.finalize().await?;
    let chain_pem = order.poll_certificate(&POLL).await?;
    Ok(Held { directory: settings.directory.clone(), names: settings.names.clone(), chain_pem, key_pem })
}

fn builder(settings: &Settings) -> Result<AccountBuilder, Error> {
    settings.roots.as_ref().map_or_else(Account::builder, Account::builder_with_root)
}

fn contact(email: Option<&str>) -> Vec<String> {
    email.map(|email| format!("mailto:{email}")).into_iter().collect()
}

/// The account that is kept, or a new one.
async fn account(settings: &Settings, kept: &Kept) -> Result<Account, Failure> {
    let folder = kept.clone();
    let known = on_disk(move || folder.account()).await?.filter(|it| it.directory == settings.directory);
    let Some(known) = known else { return register(settings, kept).await };
    let same_contact = known.email == settings.email;
    // The credentials cannot be copied, and go into the account.
    let again = serde_json::to_value(&known.credentials).map_err(io::Error::other)?;
    let account = builder(settings)?.from_credentials(known.credentials).await?;
    if !same_contact {
        let contact = contact(settings.email.as_deref());
        account.update_contacts(&contact.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let credentials = serde_json::from_value(again).map_err(io::Error::other)?;
        keep(settings, kept, credentials).await?;
    }
    Ok(account)
}

/// Makes an account. That its terms are agreed to, the settings have said.
async fn register(settings: &Settings, kept: &Kept) -> Result<Account, Failure> {
    let contact = contact(settings.email.as_deref());
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder(settings)?.create(&wanted, settings.directory.clone(), None).await?;
    keep(settings, kept, credentials).await?;
    Ok(account)
}

async fn keep(settings: &Settings, kept: &Kept, credentials: instant_acme::AccountCredentials) -> io::Result<()> {
    let (directory, email) = (settings.directory.clone(), settings.email.clone());
    let (kept, account) = (kept.clone(), kept::Account { directory, email, credentials });
    on_disk(move || kept.keep_account(&account)).await
}

/// Lays out the proof for each name, and says once that it is there.
async fn prove(order: &mut Order, current: &Current) -> Result<(), Failure> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status != AuthorizationStatus::Pending {
            continue;
        }
        let name = authorization.identifier().to_string();
        let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
        let mut challenge =
            challenge.ok_or_else(|| Failure::Refused(format!("it does not check {name} by TLS-ALPN-01")))?;
        let proof = proof(&name, challenge.key_authorization().digest().as_ref());
        current.prove(&name, proof.map_err(io::Error::other)?);
        challenge.set_ready().await?;
    }
    Ok(())
}

/// The certificate by which a name is proved (RFC 8737 §3).
fn proof(name: &str, digest: &[u8]) -> Result<Arc<CertifiedKey>, Box<dyn StdError + Send + Sync>> {
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    // Not `from_der`, which reads the certificate as a visitor would, and to a visitor it is none: its extension is critical.
    Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], ring::sign::any_supported_type(&private)?)))
}

/// What the authority has against an order for these names.
async fn objection(order: &mut Order, names: &[String]) -> String {
    let mut objections = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        // What cannot be asked is left out: the refusal itself is told in any case.
        let Ok(state) = authorization.refresh().await else { continue };
        let errors = state.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        objections.extend(errors.map(|problem| format!("{}: {}", state.identifier(), said(problem))));
    }
    match (objections.is_empty(), &order.state().error) {
        (false, _) => objections.join("; "),
        // It may tell of the order before it tells of the name that it could not check.
        (true, Some(problem)) => format!("{}: {}", names.join(", "), said(problem)),
        (true, None) => format!("{}: it does not say why", names.join(", ")),
    }
}
