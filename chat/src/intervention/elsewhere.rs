//! The interventions of a meeting that was held elsewhere, taken over whole.

use council::{AgendaItemId, permission::Moderator};

use super::{Intervention, Kind, State, TEXT_MAX, asked::Change, db};
use crate::{InterventionId, Result, author::db as authors, room::Room, words};

/// An intervention of a meeting that was held elsewhere.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// What it is.
    pub kind: Kind,
    /// The item of the agenda; none: the meeting as a whole.
    pub item: Option<AgendaItemId>,
    /// The author's name; empty where they stayed anonymous.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it was sent, milliseconds UTC.
    pub at_ms: i64,
    /// How many others supported it.
    pub supports: usize,
    /// What became of it; what it was merged into is the one of that place in the list.
    pub fate: Fate,
    /// When that was decided, milliseconds UTC.
    pub decided_at_ms: i64,
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum Fate {
    /// A state that stands by itself.
    Is(State),
    /// It says the same as another of the list: its place.
    With(usize),
}

impl Room {
    /// Takes the interventions of a meeting that was held elsewhere, where this one has none yet.
    ///
    /// # Errors
    /// When a text or a name is not fit; then nothing is taken.
    pub async fn take_over_interventions(&self, by: &Moderator, all: Vec<Elsewhere>) -> Result<()> {
        let _one_at_a_time = self.hall.asking.lock().await;
        if self.hall.asked().len() > 0 {
            return Ok(());
        }
        let ids: Vec<InterventionId> = all.iter().map(|_| InterventionId::new()).collect();
        let mut write = self.council.write().await?;
        let whole = (self.municipality, self.meeting);
        for (one, id) in all.into_iter().zip(&ids) {
            let to = match one.fate {
                Fate::Is(state) => state,
                Fate::With(at) => ids.get(at).map_or(State::Expired, |into| State::Merged { into: *into }),
            };
            let name = if one.name.is_empty() { String::new() } else { words::name(&one.name, &[])? };
            let author = authors::author(&mut write, whole, &format!("elsewhere:{id}"), "", one.at_ms).await?.id;
            let sent = Intervention {
                id: *id,
                item: one.item,
                author,
                kind: one.kind,
                name,
                text: words::line("text", &one.text, TEXT_MAX)?,
                at_ms: one.at_ms,
                state: State::Submitted,
                revision: 1,
                decided_at_ms: None,
            };
            db::insert(&mut write, whole, &sent).await?;
            let change = Change { id: *id, revision: 1, act: "take_over", from: State::Submitted, to };
            db::step(&mut write, &change, None, (Some(by.account()), one.decided_at_ms)).await?;
            for supporter in 0..one.supports {
                let key = format!("elsewhere:supporter {supporter}");
                let author = authors::author(&mut write, whole, &key, "", one.at_ms).await?.id;
                db::support(&mut write, *id, author, one.at_ms).await?;
            }
        }
        write.commit().await?;
        self.reread().await
    }
}
