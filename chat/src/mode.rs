//! How a meeting's chat is run: who may write, how often, and what waits for a moderator first.

use serde::{Deserialize, Serialize};

/// Who may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Guests too, by a name of their choice.
    #[default]
    Everyone,
    /// Whoever has an account.
    Registered,
    /// Moderators and clerks alone.
    Nobody,
}

/// What waits for a moderator before it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Nothing.
    Nothing,
    /// Messages with links.
    #[default]
    Links,
    /// These, and every author's first.
    First,
    /// All.
    All,
}

/// Why a message was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It has a link.
    Links,
    /// It is its author's first in this meeting.
    First,
    /// All are.
    All,
    /// Many send the same at once.
    Flood,
    /// Somebody on the same network was excluded, and this author is new.
    Network,
    /// It has a word of the municipality's list.
    Words,
}

/// How a chat is run. It is announced to all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode {
    /// Who may write.
    pub who: Who,
    /// What waits for a moderator.
    pub hold: Hold,
    /// The least time between two messages of one author, milliseconds; 0: the usual pace alone.
    pub slow_ms: u32,
}

/// The longest slow mode, milliseconds: ten minutes.
pub const SLOW_MAX_MS: u32 = 600_000;

impl Mode {
    /// What one press sets when many come to disturb: a minute between messages, and all wait for a moderator.
    #[must_use]
    pub fn guarded(self) -> Self {
        Self { who: self.who, hold: Hold::All, slow_ms: self.slow_ms.max(60_000) }
    }

    /// With the slow mode within its limit.
    #[must_use]
    pub fn checked(self) -> Self {
        Self { slow_ms: self.slow_ms.min(SLOW_MAX_MS), ..self }
    }

    /// Why a message is to be held, if it is.
    #[must_use]
    pub fn holds(&self, has_link: bool, is_first: bool) -> Option<Cause> {
        match self.hold {
            Hold::All => Some(Cause::All),
            Hold::First if is_first => Some(Cause::First),
            Hold::Links | Hold::First if has_link => Some(Cause::Links),
            _ => None,
        }
    }
}

macro_rules! names {
    ($kind:ty { $($name:literal => $value:path),* $(,)? }) => {
        impl $kind {
            /// Every one.
            pub const ALL: &[Self] = &[$($value),*];

            /// The name in SQL, on the wire and in locale keys.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($value => $name),* }
            }

            /// The one of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}
pub(crate) use names;

names!(Who { "everyone" => Self::Everyone, "registered" => Self::Registered, "nobody" => Self::Nobody });
names!(Hold { "nothing" => Self::Nothing, "links" => Self::Links, "first" => Self::First, "all" => Self::All });
names!(Cause {
    "links" => Self::Links,
    "first" => Self::First,
    "all" => Self::All,
    "flood" => Self::Flood,
    "network" => Self::Network,
    "words" => Self::Words,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_holds_what_it_says() {
        let holds = |hold, link, first| Mode { hold, ..Mode::default() }.holds(link, first);
        for (hold, plain, link, first) in [
            (Hold::Nothing, None, None, None),
            (Hold::Links, None, Some(Cause::Links), None),
            (Hold::First, None, Some(Cause::Links), Some(Cause::First)),
            (Hold::All, Some(Cause::All), Some(Cause::All), Some(Cause::All)),
        ] {
            assert_eq!(
                (holds(hold, false, false), holds(hold, true, false), holds(hold, false, true)),
                (plain, link, first)
            );
        }
        let guarded = Mode::default().guarded();
        assert_eq!((guarded.hold, guarded.slow_ms), (Hold::All, 60_000));
        assert_eq!(Mode { slow_ms: u32::MAX, ..guarded }.checked().slow_ms, SLOW_MAX_MS);
    }

    #[test]
    fn names_are_what_the_wire_says() {
        for who in Who::ALL {
            assert_eq!(serde_json::to_value(who).unwrap(), who.name());
            assert_eq!(Who::named(who.name()), Some(*who));
        }
        for hold in Hold::ALL {
            assert_eq!(serde_json::to_value(hold).unwrap(), hold.name());
        }
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.name());
        }
        assert_eq!(Hold::named("nonsense"), None);
    }
}
