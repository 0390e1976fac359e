//! Identifiers: UUIDv7, one type a kind, TEXT in SQL.

/// Defines types of identifiers: `council::id! { /// What it identifies. NameOfIt }`.
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta] $name:ident)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new one; ids made later sort later.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "an id is not a default value")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                uuid::Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

impl MunicipalityId {
    /// The nil id: no municipality, but the installation itself.
    pub(crate) const NIL: Self = Self(uuid::Uuid::nil());
}

impl AccountId {
    /// The nil id: nobody's.
    pub(crate) const NIL: Self = Self(uuid::Uuid::nil());
}

id! {
    /// A municipality of the installation.
    MunicipalityId
    /// A body of a municipality: the council, a committee, a local community.
    BodyId
    /// A meeting of a body; also the name of its recording's folder.
    MeetingId
    /// A source of pictures and sound: an encoder with its key.
    SourceId
    /// An account of a person.
    AccountId
    /// That somebody may join with a role.
    InvitationId
    /// A letter on its way out.
    LetterId
    /// An item of a meeting's agenda.
    AgendaItemId
    /// That an item was taken up at an instant.
    AgendaMomentId
    /// A person, who may sit on bodies.
    PersonId
    /// That a person sits on a body.
    MembershipId
    /// That somebody had the floor.
    SpeechId
    /// A press that notes who is there: of one member, or of many at once.
    PressId
    /// One vote on one item.
    VoteId
    /// What a body resolved.
    DecisionId
}
