//! What citizens type, made fit to show: on one line, without what cannot be seen, and in nobody else's name.

use council::text;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use unicode_security::skeleton;

use crate::{Error, Result};

/// The most characters of a message.
pub const TEXT_MAX: usize = 500;
/// The most characters of a name.
pub const NAME_MAX: usize = 40;
/// The most characters of a reason in a moderator's own words.
pub const REASON_MAX: usize = 300;
/// The most words of a municipality's list, and the most characters of each.
pub const WORDS_MAX: usize = 500;
/// The most characters of a word of the list.
pub const WORD_MAX: usize = 60;
/// More marks than this on one letter are left out.
const MARKS_MAX: usize = 3;

/// Names that only officials bear, folded.
const OFFICES: &[&str] = &[
    "admin",
    "administrator",
    "bema",
    "moderator",
    "official",
    "support",
    "βημα",
    "γραμματεια",
    "γραμματεασ",
    "διαχειριστησ",
    "δημαρχοσ",
    "δημοσ",
    "δημοτικο συμβουλιο",
    "mayor",
    "municipality",
    "council",
    "president",
    "προεδροσ",
    "συντονιστησ",
    "συντονισμοσ",
    "υποστηριξη",
];

/// A message's text.
///
/// # Errors
/// [`council::Error::Invalid`] where nothing is left of it, or too much.
pub fn message(text: &str) -> Result<String> {
    line("text", text, TEXT_MAX)
}

/// A text of one to `max` characters.
///
/// # Errors
/// [`council::Error::Invalid`], with the field, where nothing is left of it, or too much.
pub fn line(field: &'static str, text: &str, max: usize) -> Result<String> {
    Ok(text::required(field, &calm(text), max)?)
}

/// A guest's name, which is none of `officials`' and no office's.
///
/// # Errors
/// [`Error::Name`] where it could be taken for one; [`council::Error::Invalid`] where it is too long or empty.
pub fn name(text: &str, officials: &[String]) -> Result<String> {
    let name = text::required("name", &calm(text), NAME_MAX)?;
    let looks = looks(&name);
    let is_office = |office: &&str| {
        let of_office = self::looks(office);
        looks.iter().zip(&of_office).any(|(name, office)| {
            name.strip_prefix(office.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    };
    let is_official = |official: &String| self::looks(official).iter().zip(&looks).any(|(other, name)| other == name);
    if OFFICES.iter().any(is_office) || officials.iter().any(is_official) { Err(Error::Name) } else { Ok(name) }
}

/// At most three marks on a letter.
fn calm(text: &str) -> String {
    let mut marks = 0;
    // What is far too long is refused anyway.
    let decomposed = text.chars().take(TEXT_MAX * 20).nfd();
    let kept = decomposed.filter(|c| {
        marks = if is_combining_mark(*c) { marks + 1 } else { 0 };
        marks <= MARKS_MAX
    });
    kept.nfc().collect()
}

/// What a text looks like to a hasty reader: look-alikes as one (UTS 39, skeleton), and folded. Capitals have other
/// look-alikes than small letters, so it is taken in each way.
fn looks(text: &str) -> [String; 3] {
    [fold(text), fold(text).to_uppercase(), text.to_owned()].map(|text| fold(&skeleton(&text).collect::<String>()))
}

/// Without case, accents and doubled spaces; the form in which texts are compared.
#[must_use]
pub fn fold(text: &str) -> String {
    text::sort_key(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text holds what a reader could follow to another site.
#[must_use]
pub fn has_link(text: &str) -> bool {
    let is_link = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let labels: Vec<&str> = host.split('.').collect();
        let (Some(last), true) = (labels.last(), labels.len() > 1) else { return word.contains("://") };
        let letters =
            last.chars().count() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic() || ('α'..='ω').contains(&c));
        let known =
            ["com", "eu", "gr", "info", "io", "ly", "me", "net", "org", "ru", "tk", "xyz", "ελ", "ευ"].contains(last);
        word.contains("://") || word.starts_with("www.") || (letters && (known || word.contains('/')))
    };
    text.split_whitespace().any(is_link)
}

/// A municipality's list of words that make a message wait, as it is typed: one a line, with `*` for beginnings of words.
///
/// # Errors
/// [`council::Error::Invalid`] where a word or the list is too long.
pub fn list(text: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    for line in text.lines() {
        let word = fold(&text::optional("words", line, WORD_MAX)?);
        if !word.trim_end_matches('*').is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > WORDS_MAX { Ok(text::refused("words", "value-too-many")?) } else { Ok(words) }
}

/// Whether a text has a word of the list, or several that stand together.
#[must_use]
pub fn has_word(text: &str, list: &[String]) -> bool {
    let spaced = |text: &str| {
        let letters: String = fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        format!(" {} ", letters.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let text = spaced(text);
    list.iter().any(|word| match word.strip_suffix('*') {
        Some(beginning) => text.contains(spaced(beginning).trim_end()),
        None => text.contains(&spaced(word)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_calm_line() {
        assert_eq!(message(" Γεια \n σας ").unwrap(), "Γεια σας");
        assert_eq!(message("α\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}β").unwrap().nfd().count(), 5);
        assert_eq!(message("\u{202e}abc\u{200b}").unwrap(), "abc");
        for wrong in ["", "  ", "\u{200b}\u{2066}", &"α".repeat(TEXT_MAX + 1), &"x".repeat(1_000_000)] {
            assert!(message(wrong).is_err());
        }
        assert!(message(&"ά".repeat(TEXT_MAX)).is_ok());
        assert_eq!(message("<b>όχι</b> & πάλι").unwrap(), "<b>όχι</b> & πάλι", "text stays text");
    }

    #[test]
    fn nobody_passes_for_an_official() {
        let officials = ["Γραμματεία Συμβουλίου".to_owned(), "Maria Clerk".to_owned()];
        for taken in [
            "Δήμαρχος",
            "ΔΗΜΑΡΧΟΣ",
            "δημαρχος Ρεθύμνης",
            "Moderator",
            "Моderator",
            "m0derator",
            "ADMIN",
            "Γραμματεία  συμβουλίου",
            "Maria  CIerk",
            "Maria Сlerk",
            "Δ\u{200b}ήμαρχος",
            "Πρόεδρος",
        ] {
            assert!(matches!(name(taken, &officials), Err(Error::Name)), "{taken}");
        }
        for free in ["Μαρία", "Γιώργος Π.", "Δημήτρης", "Modest", "Προεδρίδης", "Admiral"]
        {
            assert!(name(free, &officials).is_ok(), "{free}");
        }
        assert!(name("", &[]).is_err() && name(&"α".repeat(NAME_MAX + 1), &[]).is_err());
    }

    #[test]
    fn links_are_seen_and_sentences_are_not() {
        for link in
            ["https://a.example", "δείτε www.foo.bar", "bit.ly/abc", "(example.gr)", "κλικ εδώ: FOO.COM!", "a.museum/x"]
        {
            assert!(has_link(link), "{link}");
        }
        for plain in
            ["Τι ώρα; 18.30", "κ.λπ. και π.χ. αυτό", "ναι.όχι", "Το άρθρο 5.2.", "τέλος...", "1.000.000 ευρώ", ""]
        {
            assert!(!has_link(plain), "{plain}");
        }
    }

    #[test]
    fn the_list_finds_its_words_in_any_writing_and_nothing_else() {
        let list = list(" Ψεύτης \n\nκλέφτ*\nστον διάολο\nψεύτης\n*\n").unwrap();
        assert_eq!(list, ["ψευτησ", "κλεφτ*", "στον διαολο"]);
        for held in ["ΨΕΥΤΗΣ!", "είσαι ψεύτης.", "οι κλέφτες", "άντε,στον -- Διάολο"]
        {
            assert!(has_word(held, &list), "{held}");
        }
        for free in ["ψευτησιά", "ανακλέφτης", "στον", "", "διάολο"] {
            assert!(!has_word(free, &list), "{free}");
        }
        assert!(self::list(&"α".repeat(WORD_MAX + 1)).is_err());
        let long: Vec<String> = (0..=WORDS_MAX).map(|n| format!("λ{n}")).collect();
        assert!(self::list(&long.join("\n")).is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_fit_stays_as_it_is(raw in "\\PC{0,60}|.{0,60}") {
            if let Ok(clean) = message(&raw) {
                proptest::prop_assert_eq!(message(&clean).unwrap(), clean);
            }
            let _ = (has_link(&raw), name(&raw, &[]));
        }
    }
}
