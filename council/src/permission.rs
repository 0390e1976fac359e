//! Permissions are values that only a check can make.

use crate::{AccountId, MunicipalityId, account::Session};

/// What an account may be in a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
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
        let may = |(place, role): &(MunicipalityId, Role)| {
            *place == municipality && matches!(role, Role::Administrator | Role::Clerk)
        };
        if session.roles.iter().any(may) {
            Ok(Self { account: session.account.id, municipality })
        } else {
            Err(crate::Error::Forbidden)
        }
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

/// Proof that an account may say who else may do what in a municipality.
#[derive(Clone, Debug)]
pub struct Administrator {
    account: AccountId,
    municipality: MunicipalityId,
}

impl Administrator {
    /// Administrators of `municipality` pass.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for everybody else.
    pub fn check(session: &Session, municipality: MunicipalityId) -> crate::Result<Self> {
        if session.roles.contains(&(municipality, Role::Administrator)) {
            Ok(Self { account: session.account.id, municipality })
        } else {
            Err(crate::Error::Forbidden)
        }
    }

    /// The operator at the machine's own console (`bema demo`), who holds the files anyway.
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

/// Proof that an account may field the citizens' words in a municipality.
#[derive(Clone, Debug)]
pub struct Moderator {
    account: AccountId,
    name: String,
    municipality: MunicipalityId,
}

impl Moderator {
    /// Moderators and administrators of `municipality` pass.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for everybody else.
    pub fn check(session: &Session, municipality: MunicipalityId) -> crate::Result<Self> {
        let may = |(place, role): &(MunicipalityId, Role)| {
            *place == municipality && matches!(role, Role::Administrator | Role::Moderator)
        };
        if session.roles.iter().any(may) {
            Ok(Self { account: session.account.id, name: session.account.name.clone(), municipality })
        } else {
            Err(crate::Error::Forbidden)
        }
    }

    /// The operator at the machine's own console (`bema demo`), who holds the files anyway.
    #[must_use]
    pub fn console(municipality: MunicipalityId, account: AccountId, name: &str) -> Self {
        Self { account, name: name.to_owned(), municipality }
    }

    /// Who.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// How they are shown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where.
    #[must_use]
    pub fn municipality(&self) -> MunicipalityId {
        self.municipality
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;

    #[test]
    fn clerks_and_administrators_of_the_place_pass_and_nobody_else() {
        let (here, there) = (MunicipalityId::new(), MunicipalityId::new());
        let account = Account { id: AccountId::new(), email: "a@b".into(), name: "A".into(), language: None };
        for role in Role::ALL {
            let session = Session { account: account.clone(), roles: vec![(here, role)] };
            assert_eq!(Clerk::check(&session, here).is_ok(), role != Role::Moderator, "{role:?}");
            assert!(matches!(Clerk::check(&session, there), Err(crate::Error::Forbidden)), "{role:?}");
            assert_eq!(Moderator::check(&session, here).is_ok(), role != Role::Clerk, "{role:?}");
            assert!(Moderator::check(&session, there).is_err(), "{role:?}");
            assert_eq!(Administrator::check(&session, here).is_ok(), role == Role::Administrator, "{role:?}");
            assert!(Administrator::check(&session, there).is_err(), "{role:?}");
            assert_eq!(Role::named(role.name()), Some(role));
        }
        let nobody = Session { account, roles: vec![] };
        assert!(Clerk::check(&nobody, here).is_err() && Moderator::check(&nobody, here).is_err());
    }
}
