//! Whether many send the same at once, and whether somebody repeats themselves. Pure: the time is given.

use std::collections::VecDeque;

use crate::{AuthorId, words};

/// How far back is looked, milliseconds.
const WITHIN_MS: i64 = 60_000;
/// So many messages that look alike are a flood, from as many authors as there may be.
const ALIKE: usize = 3;
/// What is remembered at most.
const REMEMBERED: usize = 500;
/// Shorter texts are alike by nature: "ναι", "μπράβο".
const SHORTEST: usize = 12;

/// The last messages of a chat, as they look.
#[derive(Debug, Default)]
pub(crate) struct Flood(VecDeque<(i64, AuthorId, String)>);

/// What a message is beside the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of its own.
    New,
    /// The author has just said the same.
    Repeated,
    /// Others have, and often.
    Flood,
}

impl Flood {
    pub(crate) fn kind(&self, author: AuthorId, text: &str, now_ms: i64) -> Kind {
        let look = look(text);
        let alike = self.0.iter().filter(|(at_ms, _, other)| now_ms - at_ms < WITHIN_MS && *other == look);
        let (mut count, mut own) = (0, false);
        for (_, by, _) in alike {
            count += 1;
            own |= *by == author;
        }
        if own {
            Kind::Repeated
        } else if count >= ALIKE && look.chars().count() >= SHORTEST {
            Kind::Flood
        } else {
            Kind::New
        }
    }

    pub(crate) fn note(&mut self, author: AuthorId, text: &str, now_ms: i64) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((now_ms, author, look(text)));
    }
}

/// Letters and digits alone: "Μπράβο!!!" is "μπραβο".
fn look(text: &str) -> String {
    words::fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_from_many_is_a_flood_and_from_one_a_repetition() {
        let (mut flood, text) = (Flood::default(), "Κάτω ο προϋπολογισμός!");
        for second in 0..3 {
            let author = AuthorId::new();
            assert_eq!(flood.kind(author, text, second * 1000), Kind::New);
            flood.note(author, text, second * 1000);
            assert_eq!(flood.kind(author, "ΚΑΤΩ Ο ΠΡΟΥΠΟΛΟΓΙΣΜΟΣ", second * 1000), Kind::Repeated);
        }
        assert_eq!(flood.kind(AuthorId::new(), "κατω ο προυπολογισμος...", 4000), Kind::Flood);
        assert_eq!(flood.kind(AuthorId::new(), text, 200_000), Kind::New, "long ago");
        assert_eq!(flood.kind(AuthorId::new(), "Κάτι άλλο εντελώς", 4000), Kind::New);
        for _ in 0..9 {
            flood.note(AuthorId::new(), "Μπράβο!", 5000);
        }
        assert_eq!(flood.kind(AuthorId::new(), "μπράβο", 5000), Kind::New, "applause is no flood");
    }
}
