//! An agenda as clerks have it: text out of a document, with its numbers, its nesting and its rapporteurs, to be made items.

use super::NewItem;

/// Words before a number that belong to it and not to the title: "ΘΕΜΑ 5ο:", "Item 5.".
const HEADS: [&str; 4] = ["θεμα", "θέμα", "item", "αρ."];
/// Words that open a line about who presents the item above.
const RAPPORTEURS: [&str; 6] = ["εισηγητής", "εισηγήτρια", "εισηγητες", "εισηγητές", "εισηγητης", "rapporteur"];

/// Reads items out of text.
///
/// A line that begins with a number, a letter with a bracket, or a bullet begins an item; one that does not goes on with the
/// item above, if any item of the text begins like that; otherwise each line is an item. Lines above the first number
/// ("ΗΜΕΡΗΣΙΑ ΔΙΑΤΑΞΗ") are left out. Where nothing is numbered the items at the top are, from 1.
#[must_use]
pub fn read(text: &str) -> Vec<NewItem> {
    read_on(text, 1)
}

/// The same for items that join others: what has no numbers is numbered from `first`.
#[must_use]
pub fn read_on(text: &str, first: u32) -> Vec<NewItem> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let marks: Vec<Option<Mark<'_>>> = lines.iter().map(|line| mark(line)).collect();
    let marked = marks.iter().any(Option::is_some);
    let mut items: Vec<NewItem> = Vec::new();
    let mut kinds: Vec<Kind> = Vec::new();
    for (line, mark) in lines.iter().zip(marks) {
        if let (Some(name), Some(item)) = (rapporteur(line), items.last_mut()) {
            name.clone_into(&mut item.rapporteur);
            continue;
        }
        match mark {
            Some(mark) => {
                let level = level(&mut kinds, mark.kind, mark.depth);
                let number = if mark.kind == Kind::Bullet { "" } else { mark.number };
                items.push(NewItem { level, ..NewItem::numbered(number, mark.rest) });
            }
            None if marked => {
                if let Some(item) = items.last_mut() {
                    let gap = if item.title.is_empty() { "" } else { " " };
                    item.title = format!("{}{gap}{line}", item.title);
                }
            }
            None => items.push(NewItem::numbered("", line)),
        }
    }
    items.retain(|item| !item.title.is_empty());
    number(&mut items, first);
    items
}

/// Reads what [`super::Agenda::lines`] wrote: each line is an item, numbered or not.
#[must_use]
pub fn read_lines(lines: &[String]) -> Vec<NewItem> {
    let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let item = |line: &str| match mark(line).filter(|mark| mark.kind != Kind::Bullet && !mark.rest.is_empty()) {
        Some(mark) => NewItem::numbered(mark.number, mark.rest),
        None => NewItem::numbered("", line),
    };
    let mut items: Vec<NewItem> = lines.map(item).collect();
    number(&mut items, 1);
    items
}

/// Where nothing is numbered, the items at the top are, from `first`.
fn number(items: &mut [NewItem], first: u32) {
    if items.iter().all(|item| item.number.is_empty()) {
        let top = items.iter_mut().filter(|item| item.level == 0);
        top.zip(first..).for_each(|(item, number)| item.number = number.to_string());
    }
}

/// What numbers of one list look like; a list within a list looks different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Digits,
    Letter,
    Bullet,
}

/// How a line begins.
#[derive(Debug, PartialEq, Eq)]
struct Mark<'a> {
    kind: Kind,
    number: &'a str,
    /// How many further numbers it has: 1 for "5.2".
    depth: u8,
    rest: &'a str,
}

/// The level of an item that begins like `kind`: a kind that has not been seen is within the one before it.
fn level(kinds: &mut Vec<Kind>, kind: Kind, depth: u8) -> u8 {
    let at = kinds.iter().position(|known| *known == kind);
    match at {
        Some(at) => kinds.truncate(at + 1),
        None => kinds.push(kind),
    }
    let within = u8::try_from(kinds.len() - 1).unwrap_or(u8::MAX);
    within.saturating_add(depth).min(super::LEVELS - 1)
}

fn mark(line: &str) -> Option<Mark<'_>> {
    for bullet in ['•', '▪', '●', '–', '-', '*'] {
        if let Some(rest) = line.strip_prefix(bullet).filter(|rest| rest.starts_with(char::is_whitespace)) {
            return Some(Mark { kind: Kind::Bullet, number: "", depth: 0, rest: rest.trim() });
        }
    }
    let (headed, line) = without_head(line);
    numbered(line, headed).or_else(|| lettered(line))
}

/// Without "ΘΕΜΑ" before a number.
fn without_head(line: &str) -> (bool, &str) {
    for head in HEADS {
        // A letter's lower case can have another length than itself: the head is cut off by characters.
        let count = head.chars().count();
        let begins: String = line.chars().take(count).flat_map(char::to_lowercase).collect();
        let at = line.char_indices().nth(count).map_or(line.len(), |(at, _)| at);
        let rest = line[at..].trim_start();
        if begins == head && rest.starts_with(|c: char| c.is_ascii_digit()) {
            return (true, rest);
        }
    }
    (false, line)
}

/// "5.", "5)", "5ο:", "5.2", "5 -", and with a head before it "5" alone.
fn numbered(line: &str, headed: bool) -> Option<Mark<'_>> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(line);
    if !(1..=3).contains(&first) {
        return None;
    }
    let (mut end, mut depth) = (first, 0);
    while line[end..].starts_with('.') && (1..=2).contains(&digits(&line[end + 1..])) {
        end += 1 + digits(&line[end + 1..]);
        depth += 1;
    }
    let mut after = &line[end..];
    let mut closed = headed || depth > 0;
    for ordinal in ["ο", "ο", "º", "°", "η", "α", "ον"] {
        let rest = after.strip_prefix(ordinal);
        if let Some(rest) = rest.filter(|rest| !rest.starts_with(char::is_alphanumeric)) {
            // "5α" is a number of its own; "5ο" is the fifth.
            if ordinal == "α" {
                end += ordinal.len();
            }
            (after, closed) = (rest, true);
            break;
        }
    }
    let tail = after.trim_start_matches(['.', ')', ':', '-', '–', '—']);
    closed |= tail.len() < after.len();
    // "12 Νοεμβρίου" is no item, and "10.000 ευρώ" and "18:00" are none.
    let parted = tail.is_empty() || tail.starts_with(char::is_whitespace);
    let rest = tail.trim_start().trim_start_matches([':', '-', '–', '—']).trim_start();
    (closed && parted).then(|| Mark { kind: Kind::Digits, number: &line[..end], depth, rest })
}

/// "α)", "α.", "(α)", "Α.": one letter, closed.
fn lettered(line: &str) -> Option<Mark<'_>> {
    let line = line.strip_prefix('(').unwrap_or(line);
    let letter = line.chars().next().filter(|letter| letter.is_alphabetic())?;
    let at = letter.len_utf8();
    // "στ" is the sixth.
    let at = if line.starts_with("στ") || line.starts_with("ΣΤ") { "στ".len() } else { at };
    let rest = line[at..].strip_prefix([')', '.'])?;
    let parted = rest.starts_with(char::is_whitespace);
    parted.then(|| Mark { kind: Kind::Letter, number: &line[..at], depth: 0, rest: rest.trim() })
}

/// Who presents: what follows "Εισηγητής:".
fn rapporteur(line: &str) -> Option<&str> {
    let line = line.strip_prefix('(').map_or(line, |line| line.trim_end_matches(')'));
    let (word, name) = line.split_once(':')?;
    let word = word.trim().to_lowercase();
    RAPPORTEURS.iter().any(|known| word == *known).then_some(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(text: &str) -> Vec<String> {
        let line = |item: &NewItem| {
            let by = if item.rapporteur.is_empty() { String::new() } else { format!(" [{}]", item.rapporteur) };
            format!("{}{}|{}{by}", "  ".repeat(item.level.into()), item.number, item.title)
        };
        read(text).iter().map(line).collect()
    }

    #[test]
    fn lines_without_numbers_are_items_and_are_numbered() {
        assert_eq!(brief("Ανακοινώσεις\n\n  Έγκριση πρακτικών \n"), ["1|Ανακοινώσεις", "2|Έγκριση πρακτικών"]);
        assert_eq!(brief(" \n\n"), Vec::<String>::new());
    }

    #[test]
    fn a_call_as_councils_write_it() {
        let text = "ΗΜΕΡΗΣΙΑ ΔΙΑΤΑΞΗ\n\
            ΘΕΜΑ 1ο: Έγκριση πρακτικών της 13ης συνεδρίασης\n\
            Εισηγητής: κ. Γ. Παπαδάκης\n\
            ΘΕΜΑ 2ο : Αντικατάσταση του δικτύου ύδρευσης\n\
            στην Παλιά Πόλη\n\
            (Εισηγήτρια: κα Μ. Δασκαλάκη)\n\
            Θέμα 12ο\n\
            Προμήθεια 2 λεωφορείων";
        assert_eq!(
            brief(text),
            [
                "1|Έγκριση πρακτικών της 13ης συνεδρίασης [κ. Γ. Παπαδάκης]",
                "2|Αντικατάσταση του δικτύου ύδρευσης στην Παλιά Πόλη [κα Μ. Δασκαλάκη]",
                "12|Προμήθεια 2 λεωφορείων",
            ]
        );
    }

    #[test]
    fn lists_within_lists() {
        let text = "1. Οικονομικά\n α) Τρίτη αναμόρφωση\n β) Απολογισμός\n  • πίνακας\n2) Τεχνικά\n 2.1 Οδοποιία\n 2.2. Φωτισμός\n3. Άλλα";
        assert_eq!(
            brief(text),
            [
                "1|Οικονομικά",
                "  α|Τρίτη αναμόρφωση",
                "  β|Απολογισμός",
                "    |πίνακας",
                "2|Τεχνικά",
                "  2.1|Οδοποιία",
                "  2.2|Φωτισμός",
                "3|Άλλα",
            ]
        );
    }

    #[test]
    fn what_looks_like_a_number_and_is_none_goes_on_with_the_item_above() {
        let text = "1. Δαπάνη ύψους\n10.000 ευρώ, που εγκρίθηκε στις\n12 Νοεμβρίου και ώρα\n18:00 για\n2026 έργα\n5α. Πρόσθετο";
        assert_eq!(
            brief(text),
            ["1|Δαπάνη ύψους 10.000 ευρώ, που εγκρίθηκε στις 12 Νοεμβρίου και ώρα 18:00 για 2026 έργα", "5α|Πρόσθετο"]
        );
    }

    #[test]
    fn what_was_kept_line_by_line_comes_back_line_by_line() {
        let kept = ["1. Πρακτικά", "Χωρίς αριθμό", "", "5α. Πρόσθετο", "12 Νοεμβρίου"].map(str::to_owned);
        let lines: Vec<String> = read_lines(&kept).iter().map(NewItem::line).collect();
        assert_eq!(lines, ["1. Πρακτικά", "Χωρίς αριθμό", "5α. Πρόσθετο", "12 Νοεμβρίου"]);
        assert_eq!(read_lines(&["Ανακοινώσεις".to_owned()])[0].line(), "1. Ανακοινώσεις");
    }

    #[test]
    fn english_too() {
        assert_eq!(brief("Item 1. Minutes\nRapporteur: J. Doe\nItem 2: Water"), ["1|Minutes [J. Doe]", "2|Water"]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_pasted_is_read_without_a_fault(text in "(?s).{0,200}") {
            for item in read(&text) {
                proptest::prop_assert!(item.level < super::super::LEVELS && !item.title.is_empty());
            }
        }
    }
}
