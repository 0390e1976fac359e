//! Hands letters over: to a mail server, or to a folder where there is none.
//!
//! It composes nothing and keeps nothing: the council keeps a letter until it is told that somebody has taken it.

use std::{io, path::PathBuf, time::Duration};

use anyhow::Context;
use council::{
    Council,
    letter::{Due, Problem},
};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Certificate, TlsParameters},
    },
};
use tokio_util::sync::CancellationToken;

/// How a certificate begins.
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// How often letters are looked for.
const EVERY: Duration = Duration::from_secs(2);
/// How long a connection to a mail server may take.
const CONNECTING: Duration = Duration::from_secs(10);
/// How long it may take for a whole letter, all its answers together; others wait meanwhile.
const WHOLE: Duration = Duration::from_secs(30);

/// How the line to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Begun in the clear and then encrypted, or given up.
    Started,
    /// Encrypted from the beginning.
    Wrapped,
    /// Not at all.
    Off,
}

/// A mail server.
pub(crate) struct Server {
    pub(crate) host: String,
    /// 0: the usual one for how the line is encrypted.
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    /// User and password.
    pub(crate) login: Option<(String, String)>,
    /// The certificate (PEM) by which the server is trusted beside the machine's own.
    pub(crate) root: Option<Vec<u8>>,
}

/// Where letters are handed over.
pub(crate) struct Post {
    from: Mailbox,
    way: Way,
}

enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Post {
    /// Into a folder, a file `.eml` each.
    pub(crate) fn to_folder(folder: PathBuf, from: &str) -> anyhow::Result<Self> {
        Ok(Self { from: from.parse()?, way: Way::Folder(folder) })
    }

    /// To a mail server.
    pub(crate) fn to_server(server: &Server, from: &str) -> anyhow::Result<Self> {
        let mut trusted = TlsParameters::builder(server.host.clone());
        if let Some(root) = &server.root {
            let wrong = "ca_file must hold a certificate (PEM)";
            // A text without any is read as none, and would change nothing.
            anyhow::ensure!(root.windows(PEM.len()).any(|part| part == PEM), wrong);
            let root = Certificate::from_pem(root).context(wrong)?;
            trusted = trusted.add_root_certificate(root);
        }
        let usual = match server.tls {
            Tls::Started => smtp::SUBMISSION_PORT,
            Tls::Wrapped => smtp::SUBMISSIONS_PORT,
            Tls::Off => smtp::SMTP_PORT,
        };
        let tls = match server.tls {
            Tls::Started => smtp::client::Tls::Required(trusted.build()?),
            Tls::Wrapped => smtp::client::Tls::Wrapper(trusted.build()?),
            Tls::Off => smtp::client::Tls::None,
        };
        let mut way = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(if server.port == 0 { usual } else { server.port })
            .tls(tls)
            .timeout(Some(CONNECTING));
        if let Some((user, password)) = &server.login {
            way = way.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { from: from.parse().context("from")?, way: Way::Server(way.build()) })
    }

    /// Hands over what waits, again and again, until `shutdown`. What is under way then comes again later.
    pub(crate) async fn run(self, council: Council, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.run_once(&council) => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Hands over all that is due.
    async fn run_once(&self, council: &Council) {
        loop {
            let noted = match council.take_letter().await {
                Ok(None) => return,
                Ok(Some(due)) => match self.hand_over(&due).await {
                    Ok(()) => {
                        tracing::info!(letter = %due.id, "a letter was handed over");
                        council.letter_sent(due.id).await
                    }
                    Err((problem, answer)) => {
                        tracing::warn!(letter = %due.id, problem = problem.name(), answer, tries = due.tries, "a letter was not handed over");
                        council.letter_failed(&due, problem, &answer).await
                    }
                },
                Err(error) => Err(error),
            };
            if let Err(error) = noted {
                tracing::error!(%error, "the letters that wait could not be read or noted");
                return;
            }
        }
    }

    async fn hand_over(&self, due: &Due) -> Result<(), (Problem, String)> {
        let message = self.write(due).map_err(|error| (Problem::Address, error.to_string()))?;
        match &self.way {
            Way::Folder(folder) => put(folder, &due.id.to_string(), &message.formatted())
                .map_err(|error| (Problem::Folder, error.to_string())),
            Way::Server(server) => match tokio::time::timeout(WHOLE, server.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(why(&error)),
                Err(_) => Err((Problem::Slow, String::new())),
            },
        }
    }

    /// The letter as RFC 5322 has it.
    fn write(&self, due: &Due) -> anyhow::Result<Message> {
        let receiver: Address = due.letter.receiver.parse()?;
        let id = format!("<{}@{}>", due.id, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, receiver))
            .subject(due.letter.subject.clone())
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(due.letter.text.clone())?;
        // So that nobody's notice of absence answers it (RFC 3834).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }
}

/// What a mail server's refusal means for the letter.
fn why(error: &smtp::Error) -> (Problem, String) {
    let answer = || std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let code = error.status().map(|code| code.to_string());
    let problem = match code.as_deref() {
        // RFC 4954: who we say we are is not believed, or not said well enough.
        Some("530" | "534" | "535" | "538" | "454") => Problem::Login,
        Some(code) if code.starts_with('5') => Problem::Refused,
        // RFC 5321: it closes the line, it is too busy.
        Some(_) => Problem::Deferred,
        None if error.is_timeout() => Problem::Slow,
        None if error.is_tls() => Problem::Login,
        None => Problem::Unreachable,
    };
    let answer = match code {
        Some(code) => format!("{code} {}", answer()),
        None => answer(),
    };
    (problem, answer)
}

/// Writes a file whole or not at all, for its owner alone: there may be a link in it that is still good.
fn put(folder: &std::path::Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    use std::{
        io::Write as _,
        os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let part = folder.join(format!("{name}.part"));
    let mut file = std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(part, folder.join(format!("{name}.eml")))
}
