//! What may be asked of a chat, by whom.

use council::{AccountId, account::Session, permission};
use serde::Deserialize;

use crate::{AuthorId, ExclusionId, MessageId, Reason, event::Badge, mode::Mode};

/// Who asks, as whoever took the request has found out.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The account that is logged in.
    pub account: Option<AccountId>,
    /// The office that its messages bear here.
    pub badge: Option<Badge>,
    /// The name of the account; a guest's is chosen with each message.
    pub name: Option<String>,
    /// The device's token, a secret that its cookie keeps; not needed where there is an account.
    pub device: Option<String>,
    /// The address prefix that the request came from.
    pub network: String,
}

impl Asker {
    /// Who is behind a session or a device's token.
    #[must_use]
    pub fn of(
        session: Option<&Session>,
        here: council::MunicipalityId,
        device: Option<String>,
        network: String,
    ) -> Self {
        let badge = session.and_then(|session| {
            let moderates = permission::Moderator::check(session, here).is_ok();
            let runs = permission::Clerk::check(session, here).is_ok();
            moderates.then_some(Badge::Moderator).or_else(|| runs.then_some(Badge::Clerk))
        });
        Self {
            account: session.map(|session| session.account.id),
            badge,
            name: session.map(|session| session.account.name.clone()),
            device,
            network,
        }
    }

    /// By what the author is known: the account, or the hash of the device's token.
    pub(crate) fn key(&self) -> Option<String> {
        let device = || {
            let token = self.device.as_deref()?;
            Some(format!("device:{}", council::digest::hex(&council::digest::sha256(token.as_bytes()))))
        };
        self.account.map(|account| format!("account:{account}")).or_else(device)
    }
}

/// A message on its way in.
#[derive(Clone, Debug, Deserialize)]
pub struct Say {
    /// A UUID that the client makes: sent twice, it is one message.
    pub id: MessageId,
    /// A guest's name.
    #[serde(default)]
    pub name: String,
    /// What it says.
    pub text: String,
    /// What it answers.
    #[serde(default)]
    pub reply: Option<MessageId>,
}

/// What a moderator does.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Act {
    /// Shows what was held, or what was refused.
    Approve {
        /// Which.
        message: MessageId,
    },
    /// Does not show what was held.
    Refuse {
        /// Which.
        message: MessageId,
        /// Why.
        reason: Reason,
    },
    /// Takes away what was shown.
    Remove {
        /// Which.
        message: MessageId,
        /// Why.
        reason: Reason,
    },
    /// Shows again what was removed.
    Restore {
        /// Which.
        message: MessageId,
    },
    /// Stands by a refusal or removal that its author has appealed against.
    Uphold {
        /// Which.
        message: MessageId,
    },
    /// Lets an author write no more for a while.
    Exclude {
        /// Whose.
        author: AuthorId,
        /// For how long, minutes.
        minutes: u32,
        /// Why.
        reason: Reason,
    },
    /// Lets them write again.
    Admit {
        /// Which exclusion.
        exclusion: ExclusionId,
    },
    /// Puts a message above the others, or takes it down.
    Pin {
        /// Which; none: takes it down.
        message: Option<MessageId>,
    },
    /// Runs the chat otherwise.
    Run {
        /// How.
        mode: Mode,
    },
}

impl Act {
    /// The name in the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "chat.approve",
            Self::Refuse { .. } => "chat.refuse",
            Self::Remove { .. } => "chat.remove",
            Self::Restore { .. } => "chat.restore",
            Self::Uphold { .. } => "chat.uphold",
            Self::Exclude { .. } => "chat.exclude",
            Self::Admit { .. } => "chat.admit",
            Self::Pin { .. } => "chat.pin",
            Self::Run { .. } => "chat.run",
        }
    }
}
