//! Permissions are values that only a check can make.

use crate::{AccountId, MunicipalityId, account::Session};

/// What an account may be in a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything in the municipality.
    Administrator,
    /// Runs meetings and sources.
    Clerk,
    /// Fields the citizens' words.
    Moderator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Clerk, Self::Moderator];

    /// The name in SQL and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Clerk => "clerk",
            Self::Moderator => "moderator",
        }
    }
}

/// Proof that an account may run meetings and sources of a municipality.
#[derive(Clone, Debug)]
pub struct Clerk {
    account: AccountId,
    municipality: MunicipalityId,
}

impl Clerk {
    /// Clerks and administrators of `municipality` pass.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for everybody else.
    pub fn check(session: &Session, municipality: MunicipalityId) -> crate::Result<Self> {
        let _ = (session, municipality);
        todo!()
    }

    /// The operator at the machine's own console (`bema demo`, `bema import`, `bema rebuild`), who holds the files anyway.
    #[must_use]
    pub fn console(municipality: MunicipalityId, account: AccountId) -> Self {
        Self { account, municipality }
    }

    /// Who.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Where.
    #[must_use]
    pub fn municipality(&self) -> MunicipalityId {
        self.municipality
    }
}
