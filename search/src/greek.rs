//! Greek and English words as they are compared: without accents and case, and without their inflection. Pure.
//!
//! The stemmer is ours, since the known ones tear apart what councils say most (συμβούλιο from συμβουλίου). It only ever
//! cuts a word's end off: a stem is the beginning of the folded word.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The most letters of a word that are compared.
const WORD_MAX: usize = 40;

/// A word without accents and case; final sigma as sigma, micro sign as mu.
#[must_use]
pub fn fold(word: &str) -> String {
    let bare = word.nfd().filter(|c| !is_combining_mark(*c)).take(WORD_MAX).flat_map(char::to_lowercase);
    bare.filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'ς' => 'σ',
            'µ' => 'μ',
            other => other,
        })
        .collect()
}

/// Whether a folded word has Greek letters.
#[must_use]
pub fn is_greek(word: &str) -> bool {
    word.chars().any(|c| ('α'..='ω').contains(&c))
}

/// What inflection adds, the longest first. A stem keeps at least [`STEM_MIN`] letters.
const ENDINGS: [&str; 77] = [
    "ομαστε",
    "ουμαστε",
    "ηθηκαν",
    "ηθηκε",
    "στηκαν",
    "στηκε",
    "θηκαν",
    "τηκαν",
    "θηκε",
    "τηκε",
    "ονται",
    "ουνται",
    "ομασταν",
    "ονταν",
    "οταν",
    "ουμε",
    "ουσαν",
    "θουν",
    "τουν",
    "ομαι",
    "εσαι",
    "εται",
    "ειται",
    "εστε",
    "ιων",
    "εων",
    "εωσ",
    "ουσ",
    "ιου",
    "ιασ",
    "ιεσ",
    "ιοσ",
    "ιοι",
    "ιουσ",
    "εασ",
    "εισ",
    "ουν",
    "ετε",
    "αμε",
    "ατε",
    "ανε",
    "εια",
    "ειασ",
    "ειεσ",
    "ειο",
    "ειου",
    "ειων",
    "ειοσ",
    "ειοι",
    "θει",
    "τει",
    "οσ",
    "ου",
    "οι",
    "ων",
    "ησ",
    "εσ",
    "ασ",
    "ισ",
    "ει",
    "ια",
    "ιο",
    "εα",
    "εεσ",
    "αν",
    "αι",
    "υσ",
    "ο",
    "α",
    "η",
    "ε",
    "ι",
    "ω",
    "υ",
    "ιω",
    "εω",
    "ιε",
];
/// What follows the μ of θέμα in its other cases.
const AFTER_MU: [&str; 3] = ["ατοσ", "ατα", "ατων"];
/// The fewest letters of a stem.
const STEM_MIN: usize = 2;

/// The part of a folded word that its inflections share.
#[must_use]
pub fn stem(word: &str) -> String {
    if is_greek(word) { greek_stem(word) } else { english_stem(word) }
}

fn greek_stem(word: &str) -> String {
    let letters = word.chars().count();
    let fits = |ending: &&&str| word.ends_with(**ending) && letters >= ending.chars().count() + STEM_MIN;
    let longest = ENDINGS.iter().filter(fits).max_by_key(|ending| ending.len());
    let neuter = AFTER_MU.iter().find_map(|ending| word.strip_suffix(ending).filter(|rest| rest.ends_with('μ')));
    let mut stem = neuter.or(longest.map(|ending| &word[..word.len() - ending.len()])).unwrap_or(word);
    // The tenses of verbs in -ίζω and -ίνω, and the nouns of them: εγκρίν-εται, εγκρίθηκε, έγκρισ-η.
    for last in ["ισ", "ιζ", "ιν", "ιξ", "ιστ"] {
        if let Some(rest) = stem.strip_suffix(last)
            && rest.chars().count() > STEM_MIN
        {
            stem = rest;
            break;
        }
    }
    let without_iota = stem.strip_suffix('ι').filter(|rest| rest.chars().count() > STEM_MIN);
    without_iota.unwrap_or(stem).to_owned()
}

fn english_stem(word: &str) -> String {
    if word.len() < 4 || !word.is_ascii() || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return word.to_owned();
    }
    let cut = |word: &'_ str, ending: &str| {
        let rest = word.strip_suffix(ending)?;
        (rest.len() >= 3 && rest.bytes().any(|byte| b"aeiouy".contains(&byte))).then(|| rest.to_owned())
    };
    if let Some(stem) = cut(word, "ies") {
        return stem;
    }
    let one = cut(word, "s").filter(|one| !one.ends_with('s')).unwrap_or_else(|| word.to_owned());
    let endings = ["ation", "ment", "ing", "ion", "ed", "er", "ly", "y", "e"];
    let mut stem = endings.iter().find_map(|ending| cut(&one, ending)).unwrap_or(one);
    let twice = stem.as_bytes().windows(2).last().is_some_and(|two| two[0] == two[1] && !b"aeioul".contains(&two[0]));
    if stem.ends_with('e') || twice {
        stem.pop();
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold() {
        for (word, folded) in
            [("Ύδρευσης", "υδρευσησ"), ("ΜΑΪΟΥ", "μαιου"), ("προϋπολογισμός", "προυπολογισμοσ"), ("Café", "cafe")]
        {
            assert_eq!(fold(word), folded);
        }
        assert_eq!(fold("Υ\u{301}δωρ"), fold("Ύδωρ"));
    }

    #[test]
    fn the_forms_of_a_word_have_one_stem() {
        for forms in [
            "συμβούλιο συμβουλίου συμβούλια συμβουλίων",
            "θέμα θέματος θέματα θεμάτων",
            "απόφαση απόφασης αποφάσεως αποφάσεις αποφάσεων",
            "δρόμος δρόμου δρόμο δρόμοι δρόμων δρόμους",
            "οδός οδού οδό οδοί οδών οδούς",
            "πόλη πόλης πόλεως πόλεις πόλεων",
            "πλατεία πλατείας πλατείες πλατειών",
            "λεωφορείο λεωφορείου λεωφορεία λεωφορείων",
            "γραμματέας γραμματέα γραμματείς γραμματέων",
            "δημοτικός δημοτική δημοτικό δημοτικού δημοτικής δημοτικοί δημοτικές δημοτικά δημοτικών δημοτικούς",
            "ύδρευση ύδρευσης υδρεύσεως",
            "κοινότητα κοινότητας κοινότητες κοινοτήτων",
            "έτος έτους έτη ετών",
            "εγκρίνει εγκρίνουμε εγκρίνεται εγκρίνονται έγκριση εγκρίσεις εγκρίσεως",
            "ψηφίζω ψηφίζουμε ψηφίσαμε ψηφίζει ψηφίζουν",
            "προτείνω προτείνουμε προτείνεται προτείνονται προτείνει",
            "meeting meetings",
            "approve approved approves",
            "decision decisions",
        ] {
            let stems: Vec<String> = forms.split(' ').map(|form| stem(&fold(form))).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{forms}: {stems:?}");
        }
    }

    #[test]
    fn words_that_only_look_alike_stay_apart() {
        for (one, other) in [("πόλη", "πόρος"), ("νερό", "νέος"), ("σχολείο", "σχέδιο"), ("αγορά", "άγαλμα")]
        {
            assert_ne!(stem(&fold(one)), stem(&fold(other)));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_stem_begins_its_word(word in "[α-ωά-ώ]{1,20}|[a-z]{1,20}|\\PC{0,10}") {
            let folded = fold(&word);
            let stem = stem(&folded);
            proptest::prop_assert!(folded.starts_with(&stem));
            proptest::prop_assert!(!stem.is_empty() || folded.is_empty());
            proptest::prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn regular_nouns_keep_their_stem(root in "([βγδζθκλμπρτφχ][αεοου]){1,3}[βγδθκλμπρφχ]") {
            for endings in [&["οσ", "ου", "ο", "οι", "ων", "ουσ"][..], &["α", "ασ", "εσ", "ων"], &["η", "ησ", "εισ", "εων", "εωσ"], &["ιο", "ιου", "ια", "ιων"], &["μα", "ματοσ", "ματα", "ματων"]] {
                let stems: Vec<String> = endings.iter().map(|ending| stem(&format!("{root}{ending}"))).collect();
                proptest::prop_assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{root} {endings:?} {stems:?}");
            }
        }
    }
}
