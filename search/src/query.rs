//! What is typed into the search box: words, "phrases", begin*, and -what is not wanted. Pure.

use crate::{greek::fold, words::words};

/// The most characters of a query.
pub const QUERY_MAX: usize = 300;
/// The most words of a query.
pub const WORDS_MAX: usize = 16;
/// The fewest letters before an asterisk.
const PREFIX_MIN: usize = 2;

/// Words that say nothing alone; left out where others remain.
const SMALL: [&str; 62] = [
    "ο",
    "η",
    "το",
    "οι",
    "τα",
    "του",
    "τησ",
    "των",
    "τον",
    "την",
    "τη",
    "τουσ",
    "τισ",
    "ενα",
    "ενασ",
    "μια",
    "και",
    "κι",
    "σε",
    "στο",
    "στη",
    "στην",
    "στον",
    "στα",
    "στισ",
    "στουσ",
    "με",
    "για",
    "απο",
    "να",
    "θα",
    "που",
    "πωσ",
    "τι",
    "ωσ",
    "δεν",
    "μη",
    "μην",
    "αν",
    "ειναι",
    "ηταν",
    "κατα",
    "προσ",
    "the",
    "a",
    "an",
    "of",
    "to",
    "in",
    "on",
    "for",
    "and",
    "or",
    "is",
    "are",
    "was",
    "were",
    "by",
    "with",
    "at",
    "what",
    "when",
];

/// A query that can be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What every moment must have.
    pub(crate) wanted: Vec<Clause>,
    /// What none may have.
    pub(crate) unwanted: Vec<Clause>,
}

/// A part of a query; its words are folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Clause {
    Word(String),
    Begin(String),
    Phrase(Vec<String>),
}

/// Why a query cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no word in it that could be looked for.
    #[error("there is no word in the query")]
    Nothing,
    /// It has more than [`QUERY_MAX`] characters or [`WORDS_MAX`] words.
    #[error("the query is too long")]
    TooLong,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// When it is too long, or says nothing that could be looked for.
    pub fn read(text: &str) -> Result<Self, Fault> {
        if text.chars().take(QUERY_MAX + 1).count() > QUERY_MAX {
            return Err(Fault::TooLong);
        }
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (unwanted, after) = match rest.strip_prefix('-') {
                Some(after) => (true, after),
                None => (false, rest),
            };
            let (clauses, after) = clause(after);
            if unwanted {
                query.unwanted.extend(clauses)
            } else {
                query.wanted.extend(clauses)
            }
            rest = after.trim_start();
        }
        let says = |clause: &Clause| !matches!(clause, Clause::Word(word) if SMALL.contains(&word.as_str()));
        if query.wanted.iter().any(says) {
            query.wanted.retain(says);
        }
        let length = |clause: &Clause| if let Clause::Phrase(words) = clause { words.len() } else { 1 };
        if query.wanted.iter().chain(&query.unwanted).map(length).sum::<usize>() > WORDS_MAX {
            return Err(Fault::TooLong);
        }
        if query.wanted.is_empty() { Err(Fault::Nothing) } else { Ok(query) }
    }
}

/// The clauses that a text begins with, and what follows. A word of several ("ΑΔΑ:Ψ2-4") is a phrase.
fn clause(text: &str) -> (Option<Clause>, &str) {
    let folded = |text: &str| words(text).map(|range| fold(&text[range])).filter(|word| !word.is_empty()).collect();
    for (open, close) in [('"', '"'), ('«', '»'), ('“', '”')] {
        if let Some(rest) = text.strip_prefix(open) {
            let (phrase, after) = rest.split_once(close).unwrap_or((rest, ""));
            return (one_or_phrase(folded(phrase)), after);
        }
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '"' | '«' | '“')).unwrap_or(text.len());
    // A lone sign is passed over.
    let (word, after) = text.split_at(end);
    let parts: Vec<String> = folded(word);
    match parts.as_slice() {
        [begin] if word.ends_with('*') && begin.chars().count() >= PREFIX_MIN => {
            (Some(Clause::Begin(begin.clone())), after)
        }
        _ => (one_or_phrase(parts), after),
    }
}

fn one_or_phrase(mut words: Vec<String>) -> Option<Clause> {
    match words.len() {
        0 => None,
        1 => words.pop().map(Clause::Word),
        _ => Some(Clause::Phrase(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Clause {
        Clause::Word(text.into())
    }

    #[test]
    fn words_phrases_beginnings_and_exclusions_are_read() {
        let query = Query::read(" Ύδρευση -\"Παλιά Πόλη\" λεωφ* «τεχνική υπηρεσία» -δρόμος ").unwrap();
        let phrase = |one: &str, two: &str| Clause::Phrase(vec![one.into(), two.into()]);
        assert_eq!(query.wanted, [word("υδρευση"), Clause::Begin("λεωφ".into()), phrase("τεχνικη", "υπηρεσια")]);
        assert_eq!(query.unwanted, [phrase("παλια", "πολη"), word("δρομοσ")]);
        assert_eq!(Query::read("η ανάπλαση της πλατείας").unwrap().wanted, [word("αναπλαση"), word("πλατειασ")]);
        assert_eq!(Query::read("το").unwrap().wanted, [word("το")]);
    }

    #[test]
    fn what_says_nothing_or_too_much_is_refused() {
        for text in ["", "   ", "-", "\"\"", "***", "-- \" « * ( ) : AND".split("AND").next().unwrap(), "-ύδρευση"]
        {
            assert_eq!(Query::read(text), Err(Fault::Nothing), "{text}");
        }
        assert_eq!(Query::read(&"α".repeat(10_000)), Err(Fault::TooLong));
        assert_eq!(Query::read(&"ψήφος ".repeat(20)), Err(Fault::TooLong));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused(text in "\\PC{0,60}|([-\"«»“”* ]|[α-ω]{1,3}){0,60}") {
            if let Ok(query) = Query::read(&text) {
                proptest::prop_assert!(!query.wanted.is_empty());
            }
        }
    }
}
