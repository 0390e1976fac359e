//! The agenda of a meeting: its items in their order, and the moments at which they were taken up.

pub(crate) mod db;
mod edit;
mod moments;
pub mod paste;

pub(crate) use edit::insert_all;
pub(crate) use moments::instant;

use crate::{
    AgendaItemId, AgendaMomentId, Council, Error, MeetingId, MunicipalityId, Result, attendance::Attendance,
    decision::Decision, meeting, speech::Speech, text, vote::Vote,
};

/// The most items of an agenda.
pub const ITEMS_MAX: usize = 500;
/// The most characters of an item's title.
pub const TITLE_MAX: usize = 1000;
/// The most characters of an item's number, and of its rapporteur.
pub const NUMBER_MAX: usize = 20;
/// The most characters of a rapporteur's name.
pub const RAPPORTEUR_MAX: usize = 200;
/// How deep items can be nested.
pub const LEVELS: u8 = 3;
/// The most moments of a meeting, undone ones with them.
pub const MOMENTS_MAX: usize = 5000;

/// An item of an agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: AgendaItemId,
    /// How deep it is nested: 0 at the top.
    pub level: u8,
    /// As the council numbers it; empty where it does not.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Who presents it; empty where nobody is named.
    pub rapporteur: String,
    /// Since when it is on the agenda as urgent, milliseconds UTC.
    pub urgent_at_ms: Option<i64>,
    /// Since when it is withdrawn, milliseconds UTC.
    pub withdrawn_at_ms: Option<i64>,
}

/// From an instant on the meeting was at an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its id.
    pub id: AgendaMomentId,
    /// Which item.
    pub item: AgendaItemId,
    /// From when on, milliseconds UTC.
    pub at_ms: i64,
}

/// An item that is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewItem {
    /// How deep it is nested: 0 at the top.
    pub level: u8,
    /// As the council numbers it.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Who presents it.
    pub rapporteur: String,
}

/// A meeting's agenda as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// Grows with every change.
    pub revision: i64,
    /// In their order.
    pub items: Vec<Item>,
    /// In the order of time, without those that were taken back.
    pub moments: Vec<Moment>,
    /// Who had the floor, in the order of time, without those that were taken back.
    pub speeches: Vec<Speech>,
    /// Who was there when.
    pub attendance: Attendance,
    /// What was voted on, in the order of time, without what was taken back.
    pub votes: Vec<Vote>,
    /// What was decided, by year and number, without what was taken back.
    pub decisions: Vec<Decision>,
}

impl NewItem {
    /// An item at the top, with its number and nobody to present it.
    #[must_use]
    pub fn numbered(number: &str, title: &str) -> Self {
        Self { number: number.to_owned(), title: title.to_owned(), ..Self::default() }
    }

    /// Number and title in one line.
    #[must_use]
    pub fn line(&self) -> String {
        line(&self.number, &self.title)
    }

    /// The same, with its texts made fit to keep.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the field that is to be mended.
    pub fn checked(self) -> Result<Self> {
        Ok(Self {
            level: self.level.min(LEVELS - 1),
            number: text::optional("item_number", &self.number, NUMBER_MAX)?,
            title: text::required("item_title", &self.title, TITLE_MAX)?,
            rapporteur: text::optional("rapporteur", &self.rapporteur, RAPPORTEUR_MAX)?,
        })
    }
}

impl Item {
    /// Number and title in one line.
    #[must_use]
    pub fn line(&self) -> String {
        line(&self.number, &self.title)
    }
}

impl Agenda {
    /// The item with this id.
    #[must_use]
    pub fn item(&self, id: AgendaItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// The moment since which the meeting is where it is.
    #[must_use]
    pub fn current(&self) -> Option<&Moment> {
        self.moments.last()
    }

    /// What comes after the current item: the next one of the list that is not withdrawn.
    #[must_use]
    pub fn next(&self) -> Option<&Item> {
        let after = self.current().and_then(|now| self.items.iter().position(|item| item.id == now.item));
        let rest = &self.items[after.map_or(0, |at| at + 1)..];
        rest.iter().find(|item| item.withdrawn_at_ms.is_none())
    }

    /// The number after the highest of its numbers.
    #[must_use]
    pub fn next_number(&self) -> u32 {
        let numbers = self.items.iter().filter_map(|item| item.number.parse::<u32>().ok());
        numbers.max().map_or(1, |highest| highest.saturating_add(1))
    }

    /// The agenda as text, an item a line: what the disk keeps beside a recording.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.items.iter().map(Item::line).collect()
    }
}

fn line(number: &str, title: &str) -> String {
    if number.is_empty() { title.to_owned() } else { format!("{number}. {title}") }
}

/// Items fit to keep.
pub(crate) fn checked(items: Vec<NewItem>) -> Result<Vec<NewItem>> {
    if items.len() > ITEMS_MAX {
        return text::refused("agenda", "value-too-many");
    }
    let clean = items.into_iter().map(NewItem::checked).collect::<Result<Vec<_>>>();
    clean.map_err(|error| match error {
        Error::Invalid { what, .. } => Error::Invalid { field: "agenda", what },
        other => other,
    })
}

impl Council {
    /// The agenda of a meeting of this municipality.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for another municipality's.
    pub async fn agenda(&self, municipality: MunicipalityId, meeting: MeetingId) -> Result<Agenda> {
        let mut connection = self.read().await?;
        meeting::db::find(&mut connection, municipality, meeting).await?.ok_or(Error::NotFound("meeting"))?;
        db::agenda(&mut connection, meeting).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: &str, withdrawn: bool) -> Item {
        Item {
            id: AgendaItemId::new(),
            level: 0,
            number: number.into(),
            title: format!("Θέμα {number}"),
            rapporteur: String::new(),
            urgent_at_ms: None,
            withdrawn_at_ms: withdrawn.then_some(1),
        }
    }

    #[test]
    fn numbers_go_on_after_the_highest() {
        let agenda = |numbers: &[&str]| Agenda {
            items: numbers.iter().map(|number| item(number, false)).collect(),
            ..Agenda::default()
        };
        assert_eq!(agenda(&[]).next_number(), 1);
        assert_eq!(agenda(&["1", "12", "5α", "2"]).next_number(), 13);
        assert_eq!(paste::read_on("Έκτακτο\nΆλλο", 13)[1].number, "14");
        assert_eq!(paste::read_on("1. Έκτακτο", 13)[0].number, "1", "as it was pasted");
    }

    #[test]
    fn the_next_item_is_the_first_after_the_current_one_that_is_not_withdrawn() {
        let items = vec![item("1", false), item("2", true), item("3", false)];
        let at = |which: usize| Moment { id: AgendaMomentId::new(), item: items[which].id, at_ms: 0 };
        let next = |moments: Vec<Moment>| {
            let agenda = Agenda { revision: 1, items: items.clone(), moments, ..Agenda::default() };
            agenda.next().map(|item| item.number.clone())
        };
        assert_eq!(next(vec![]).as_deref(), Some("1"));
        assert_eq!(next(vec![at(0)]).as_deref(), Some("3"));
        assert_eq!(next(vec![at(2), at(0)]).as_deref(), Some("3"), "the last moment counts");
        assert_eq!(next(vec![at(2)]), None);
    }
}
