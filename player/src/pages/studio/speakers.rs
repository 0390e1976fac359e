//! The speakers on the clerk's desk: who has the floor, and the list to give it from.

use council::{
    SpeechId,
    agenda::Agenda,
    person::{Member, NAME_MAX},
    speech::LIMITS_MIN,
};

use super::{Asked, Frame};

/// The part of the desk that gives the floor.
pub(in crate::pages) struct Speakers {
    /// Name and faction of each member of the body.
    pub(super) members: Vec<(String, String)>,
    /// Who has the floor, or had it last.
    pub(super) last: Option<Last>,
    /// The limits in minutes, what each is called, and whether it is chosen.
    pub(super) limits: Vec<(u8, String, bool)>,
    /// The speech that was taken back just now, and can be brought back.
    pub(super) undone: Option<String>,
    /// What had been typed.
    pub(super) typed: String,
    pub(super) name_max: usize,
}

/// The last speech.
pub(in crate::pages) struct Last {
    pub(super) id: String,
    pub(super) line: String,
    pub(super) since: String,
    /// Whether it goes on.
    pub(super) speaking: bool,
    /// When the time that was given is over, milliseconds UTC.
    pub(super) over_at_ms: Option<i64>,
}

impl Speakers {
    pub(super) fn of(frame: &Frame, agenda: &Agenda, members: &[Member], asked: &Asked) -> Self {
        let last = agenda.speeches.last();
        let typed = |field: &str| asked.typed.text(field).unwrap_or_default();
        // The next speaker is given as long as the one before.
        let given = last.map(|speech| speech.limit_ms.unwrap_or(0) / 60_000);
        let chosen = typed("limit_min").parse().ok().or(given).unwrap_or(0);
        let name = |limit: u8| match limit {
            0 => frame.t.get("speech-no-limit"),
            _ => frame.t.with("speech-minutes", "count", i64::from(limit)),
        };
        Self {
            members: members.iter().map(|member| (member.name.clone(), member.faction.clone())).collect(),
            last: last.map(|speech| Last {
                id: speech.id.to_string(),
                line: speech.line(),
                since: frame.when.exact_time(speech.at_ms),
                speaking: speech.until_ms.is_none(),
                over_at_ms: speech.limit_ms.map(|limit_ms| speech.at_ms + limit_ms),
            }),
            limits: LIMITS_MIN.iter().map(|limit| (*limit, name(*limit), i64::from(*limit) == chosen)).collect(),
            undone: asked.unspoken.as_deref().and_then(|id| id.parse().ok()).map(|id: SpeechId| id.to_string()),
            typed: typed("speaker").to_owned(),
            name_max: NAME_MAX,
        }
    }
}
