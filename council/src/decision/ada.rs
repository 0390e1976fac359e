//! The code of an act on Diavgeia (Αριθμός Διαδικτυακής Ανάρτησης): what it looks like, and where it leads.

use crate::{Error, Result, text};

/// A decision's page there, before its code.
const PAGE: &str = "https://diavgeia.gov.gr/decision/view/";

/// Latin capitals that look like Greek ones, which is what the code is written in.
const TWINS: [(char, char); 14] = [
    ('A', 'Α'),
    ('B', 'Β'),
    ('E', 'Ε'),
    ('Z', 'Ζ'),
    ('H', 'Η'),
    ('I', 'Ι'),
    ('K', 'Κ'),
    ('M', 'Μ'),
    ('N', 'Ν'),
    ('O', 'Ο'),
    ('P', 'Ρ'),
    ('T', 'Τ'),
    ('Y', 'Υ'),
    ('X', 'Χ'),
];

/// A code such as "ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω": Greek capitals and digits, a hyphen, one to three more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ada(String);

impl Ada {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the act on Diavgeia.
    #[must_use]
    pub fn link(&self) -> String {
        format!("{PAGE}{}", self.0)
    }
}

impl std::str::FromStr for Ada {
    type Err = Error;

    /// Reads a code as people copy it: in small letters, with Latin letters in the place of Greek ones, with spaces around.
    fn from_str(typed: &str) -> Result<Self> {
        let greek = |c: char| TWINS.iter().find(|(latin, _)| *latin == c).map_or(c, |(_, greek)| *greek);
        let hyphen = |c: char| if matches!(c, '‐' | '‑' | '–' | '−') { '-' } else { c };
        let typed = text::optional("ada", typed, 40)?;
        let code: String = typed.chars().flat_map(char::to_uppercase).map(greek).map(hyphen).collect();
        let fits = |part: &str, least: usize, most: usize| {
            let all = part.chars().all(|c| c.is_ascii_digit() || ('Α'..='Ω').contains(&c));
            all && (least..=most).contains(&part.chars().count())
        };
        match code.split_once('-') {
            Some((first, last)) if fits(first, 4, 12) && fits(last, 1, 3) => Ok(Self(code)),
            _ => text::refused("ada", "value-not-ada"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_copy_it() {
        for (typed, code) in [
            ("ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω", Some("ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω")),
            (" ψχ4ω46μτλπ-ξ7ω ", Some("ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω")),
            ("9A7BΩ1P-KX2", Some("9Α7ΒΩ1Ρ-ΚΧ2")),
            ("ΒΛ4ΧΩΗΒ–ΙΕΣ", Some("ΒΛ4ΧΩΗΒ-ΙΕΣ")),
            ("4ΑΓΘΩΗΒ-Λ", Some("4ΑΓΘΩΗΒ-Λ")),
            ("", None),
            ("ΨΧ4Ω46ΜΤΛΠ", None),
            ("-ΨΧ4Ω", None),
            ("ΨΧ4Ω46-Ξ7ΩΑ", None),
            ("ΨΧ4Ω46-Ξ7-Ω", None),
            ("ΨΧ4 Ω46-Ξ7Ω", None),
            ("ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω\"><script>", None),
            ("https://diavgeia.gov.gr/decision/view/ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω", None),
        ] {
            let read = typed.parse::<Ada>().ok();
            assert_eq!(read.as_ref().map(Ada::as_str), code, "{typed}");
        }
        let ada: Ada = "ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω".parse().unwrap();
        assert_eq!(ada.link(), "https://diavgeia.gov.gr/decision/view/ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω");
    }
}
