//! Whether two texts ask the same: by the groups of three letters that they share. Pure.
//!
//! Greek inflects its words' ends; groups of letters bear that better than whole words do, and need no dictionary.

use crate::words;

/// From here on two texts are proposed for merging. A golden list in the tests holds it.
pub(super) const ALIKE: f32 = 0.42;
/// The most others that are proposed for one.
pub(super) const PROPOSED: usize = 2;

/// Words that say nothing about what is asked, folded.
const EMPTY: &[&str] = &[
    "and",
    "are",
    "for",
    "how",
    "the",
    "there",
    "what",
    "when",
    "why",
    "will",
    "αν",
    "απο",
    "αυτο",
    "για",
    "γιατι",
    "ειναι",
    "εχει",
    "η",
    "θα",
    "και",
    "με",
    "μεχρι",
    "να",
    "ο",
    "οι",
    "ολα",
    "οτι",
    "ποιο",
    "ποσο",
    "ποτε",
    "που",
    "πωσ",
    "σασ",
    "σε",
    "στη",
    "στην",
    "στο",
    "στον",
    "στουσ",
    "τα",
    "τη",
    "την",
    "τησ",
    "τι",
    "το",
    "τον",
    "του",
    "τουσ",
    "των",
    "ωσ",
];

/// A text as it is compared: its groups of letters in order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Look(Vec<[char; 3]>);

impl Look {
    /// Of a text.
    #[must_use]
    pub(super) fn of(text: &str) -> Self {
        let letters: String = words::fold(text).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let mut groups = Vec::new();
        for word in letters.split_whitespace().filter(|word| !EMPTY.contains(word)) {
            let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
            groups.extend(padded.windows(3).map(|three| [three[0], three[1], three[2]]));
        }
        groups.sort_unstable();
        groups.dedup();
        Self(groups)
    }

    /// How much two share: 0 nothing, 1 everything (Dice's coefficient).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "texts have hundreds of groups, not millions")]
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let (mut left, mut right, mut shared) = (0, 0, 0_usize);
        while let (Some(one), Some(two)) = (self.0.get(left), other.0.get(right)) {
            match one.cmp(two) {
                std::cmp::Ordering::Less => left += 1,
                std::cmp::Ordering::Greater => right += 1,
                std::cmp::Ordering::Equal => (left, right, shared) = (left + 1, right + 1, shared + 1),
            }
        }
        let all = self.0.len() + other.0.len();
        if all == 0 { 0.0 } else { (2 * shared) as f32 / all as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(one: &str, two: &str) -> f32 {
        Look::of(one).likeness(&Look::of(two))
    }

    #[test]
    fn the_same_question_in_other_words_is_found() {
        for (one, two) in [
            ("Πότε θα τελειώσει το έργο στην παλιά πόλη;", "Πότε τελειώνει το έργο της παλιάς πόλης;"),
            ("Θα μπουν κάδοι ανακύκλωσης στο Ατσιπόπουλο;", "Γιατί δεν υπάρχουν κάδοι ανακύκλωσης στο Ατσιπόπουλο;"),
            ("ΠΟΣΟ ΚΟΣΤΙΣΕ Η ΑΝΑΠΛΑΣΗ ΤΗΣ ΠΛΑΤΕΙΑΣ", "Πόσο κόστισε η ανάπλαση της πλατείας;"),
            ("When will the bridge be repaired?", "When is the bridge going to be repaired?"),
        ] {
            assert!(likeness(one, two) >= ALIKE, "{one} {two}: {}", likeness(one, two));
        }
    }

    #[test]
    fn another_question_is_not_proposed() {
        for (one, two) in [
            ("Πότε θα τελειώσει το έργο στην παλιά πόλη;", "Πότε θα ανοίξει το νέο κολυμβητήριο;"),
            ("Θα μπουν κάδοι ανακύκλωσης στο Ατσιπόπουλο;", "Θα μπουν φώτα στο πάρκο του Κήπου;"),
            ("Πόσο κόστισε η ανάπλαση της πλατείας;", "Ποιος καθαρίζει την πλατεία τις Κυριακές;"),
            ("When will the bridge be repaired?", "Who pays for the new library?"),
            ("", "Πότε;"),
            ("", ""),
        ] {
            assert!(likeness(one, two) < ALIKE, "{one} {two}: {}", likeness(one, two));
        }
    }

    proptest::proptest! {
        #[test]
        fn likeness_is_symmetric_and_within_its_bounds(one in "\\PC{0,60}", two in "\\PC{0,60}") {
            let (there, back) = (likeness(&one, &two), likeness(&two, &one));
            proptest::prop_assert!((0.0..=1.0).contains(&there) && (there - back).abs() < f32::EPSILON);
            if Look::of(&one) != Look::default() {
                proptest::prop_assert!((likeness(&one, &one) - 1.0).abs() < f32::EPSILON);
            }
        }
    }
}
