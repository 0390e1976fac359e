//! Greek in Latin letters, as people type it: a Latin word becomes a pattern of the Greek words that it may stand for. Pure.
//!
//! The schemes differ by what a letter is to resemble: its sound (`x` for ξ, `h` for η) or its look (`w` for ω, `8` for θ).

/// The longest word that is read as Greek.
const WORD_MAX: usize = 30;

/// What Latin letters may stand for, as patterns, the longest first.
const LETTERS: [(&str, &str); 52] = [
    ("nts", "(ντσ|ντζ)"),
    ("ch", "χ"),
    ("th", "(θ|τη)"),
    ("ph", "φ"),
    ("ps", "(ψ|πσ)"),
    ("ks", "(ξ|κσ)"),
    ("ou", "(ου|οιυ)"),
    ("oy", "ου"),
    ("ei", "(ει|εη)"),
    ("oi", "(οι|οη|ωι)"),
    ("ai", "(αι|αη)"),
    ("ui", "υι"),
    ("mp", "(μπ|μπ)"),
    ("nt", "(ντ|νδ)"),
    ("gk", "(γκ|γγ)"),
    ("gg", "(γγ|γκ)"),
    ("ng", "(γγ|γκ|νγ)"),
    ("nd", "(ντ|νδ)"),
    ("mb", "(μπ|μβ)"),
    ("ts", "(τσ|τζ)"),
    ("tz", "(τζ|τσ)"),
    ("au", "αυ"),
    ("eu", "ευ"),
    ("av", "(αυ|αβ)"),
    ("ev", "(ευ|εβ)"),
    ("af", "(αυ|αφ)"),
    ("ef", "(ευ|εφ)"),
    ("gh", "γ"),
    ("dh", "δ"),
    ("a", "(α|αα)"),
    ("b", "(β|μπ)"),
    ("c", "(κ|σ|ψ)"),
    ("d", "(δ|ντ)"),
    ("e", "(ε|αι)"),
    ("f", "φ"),
    ("g", "(γ|γκ|γγ)"),
    ("h", "(η|χ)"),
    ("i", "(ι|η|υ|ει|οι|υι)"),
    ("j", "(ξ|τζ|ι)"),
    ("k", "κκ?"),
    ("l", "λλ?"),
    ("m", "μμ?"),
    ("n", "νν?"),
    ("o", "(ο|ω)"),
    ("p", "ππ?"),
    ("q", "(κ|θ)"),
    ("r", "ρρ?"),
    ("s", "σσ?"),
    ("t", "ττ?"),
    ("u", "(υ|ου|θ)"),
    ("v", "(β|υ|ω)"),
    ("w", "ω"),
];
/// Letters and figures after which nothing else begins.
const REST: [(&str, &str); 6] =
    [("x", "(χ|ξ)"), ("y", "(υ|ι|η|γ|ει|οι)"), ("z", "ζ"), ("8", "θ"), ("3", "ξ"), ("4", "ψ")];

/// Inflections as they are typed; the dictionary of stems is looked at without them.
const ENDINGS: [&str; 42] = [
    "atos", "aton", "atwn", "ata", "ies", "ous", "iou", "ion", "iwn", "eon", "ewn", "eos", "ews", "eis", "oun", "eia",
    "eio", "ios", "oi", "ou", "on", "wn", "os", "as", "es", "is", "hs", "us", "ia", "io", "ei", "an", "ai", "a", "e",
    "i", "h", "o", "w", "y", "u", "",
];
/// The fewest letters that are left of a word.
const STEM_MIN: usize = 3;

/// A pattern of the stems that a folded Latin word may have in Greek; none where it can be no Greek word.
pub(crate) fn stems(word: &str) -> Option<String> {
    let cut = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending)).filter(|rest| rest.len() >= STEM_MIN);
    let ways: Vec<String> = cut.filter_map(pattern).collect();
    (!ways.is_empty()).then(|| format!("({})", ways.join("|")))
}

/// A pattern (of letters, brackets and bars alone) of the folded Greek words that a folded Latin word may stand for; none
/// where it can be no Greek word.
pub(crate) fn pattern(word: &str) -> Option<String> {
    let latin = |c: char| c.is_ascii_lowercase() || matches!(c, '8' | '3' | '4');
    if word.len() < 2 || word.len() > WORD_MAX || !word.chars().all(latin) || word.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (mut pattern, mut rest) = (String::new(), word);
    while !rest.is_empty() {
        // What can be read as two letters or as one is offered both ways.
        let (letters, greek) = LETTERS.iter().chain(&REST).find(|(letters, _)| rest.starts_with(letters))?;
        if letters.len() == 1 {
            pattern.push_str(greek);
        } else {
            let each = letters.split("").filter(|letter| !letter.is_empty());
            let apart: Option<String> = each
                .map(|letter| LETTERS.iter().chain(&REST).find(|(one, _)| *one == letter).map(|(_, greek)| *greek))
                .collect();
            pattern.push_str(&format!("({greek}|{})", apart?));
        }
        rest = &rest[letters.len()..];
    }
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use tantivy_fst::{Automaton as _, Regex};

    use super::*;
    use crate::greek::fold;

    fn stands_for(latin: &str, greek: &str) -> bool {
        let pattern = Regex::new(&pattern(latin).unwrap()).unwrap();
        let mut state = pattern.start();
        for byte in fold(greek).bytes() {
            state = pattern.accept(&state, byte);
        }
        pattern.is_match(&state)
    }

    #[test]
    fn the_common_ways_of_writing_are_read() {
        for (greek, ways) in [
            ("συμβούλιο", "symvoulio simvoulio sumboulio symboulio simboulio"),
            ("ύδρευση", "ydreysi ydrefsi idrefsi udreush ydreush idreysi ydreusi"),
            ("θέμα", "thema 8ema"),
            ("ψηφοφορία", "psifoforia pshfoforia psifoforia"),
            ("λεωφορεία", "leoforeia lewforeia leoforia"),
            ("πλατεία", "plateia platia"),
            ("δημοτικό", "dimotiko dhmotiko"),
            ("απόφαση", "apofasi apofash"),
            ("χώρος", "xwros horos choros xoros"),
            ("ξενοδοχείο", "xenodoxeio ksenodoxeio ksenodohio 3enodoxeio"),
            ("οικισμών", "oikismon oikismwn ikismon"),
            ("αγορά", "agora"),
            ("Ηράκλειο", "irakleio hrakleio iraklio"),
            ("κόμβος", "komvos kombos"),
            ("πεντάλ", "pental pedal"),
        ] {
            for way in ways.split(' ') {
                assert!(stands_for(way, greek), "{way} {greek}: {:?}", pattern(way));
            }
        }
        assert!(!stands_for("thema", "σύμβουλος"));
    }

    #[test]
    fn what_is_no_word_has_no_pattern() {
        for word in ["", "a", "ύδρευση", "2026", "a.b", "a(b", &"a".repeat(99)] {
            assert_eq!(pattern(word), None, "{word}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_pattern_is_one(word in "[a-z834]{2,30}") {
            if let Some(pattern) = pattern(&word) {
                proptest::prop_assert!(Regex::new(&pattern).is_ok(), "{}", pattern);
            }
        }
    }
}
