//! Members as clerks have them: lines out of a document or a table, "name; role; faction".

use super::{NewMember, Role};
use crate::text::sort_key;

/// What begins a role's word, without accents, and the role; the first that fits counts.
const ROLES: [(&str, Role); 10] = [
    ("αντιπροεδρ", Role::VicePresident),
    ("προεδρ", Role::President),
    ("αντιδημαρχ", Role::Councillor),
    ("δημαρχ", Role::Mayor),
    ("γραμματ", Role::Secretary),
    ("vice", Role::VicePresident),
    ("president", Role::President),
    ("mayor", Role::Mayor),
    ("secretary", Role::Secretary),
    ("councillor", Role::Councillor),
];

/// Reads members out of text, one a line. Fields are parted by semicolons, bars or tabs, or where there are none of these by
/// commas; the role may be missing, and a number or a bullet before the name is left out, as is a line of headings.
#[must_use]
pub fn read(text: &str) -> Vec<NewMember> {
    text.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<NewMember> {
    let parted = line.contains([';', '|', '\t']);
    let fields = line.split(|c| if parted { matches!(c, ';' | '|' | '\t') } else { c == ',' });
    let mut fields = fields.map(str::trim).filter(|field| !field.is_empty());
    let numbers = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ')' | '•' | '-' | '–' | '*');
    let name = match fields.next()?.trim_start_matches(numbers) {
        // A table has its numbers in a column of their own.
        "" => fields.next()?,
        name => name,
    };
    if ["ονομα", "ονοματεπωνυμο", "name"].contains(&sort_key(name).as_str()) {
        return None;
    }
    let mut member = NewMember { name: name.to_owned(), ..NewMember::default() };
    let mut known = false;
    for field in fields {
        match role(field).filter(|_| !known) {
            Some(role) => (member.role, known) = (role, true),
            None if member.faction.is_empty() => field.clone_into(&mut member.faction),
            None => {}
        }
    }
    Some(member)
}

/// The role that a field names: "Πρόεδρος", "Δημοτική Σύμβουλος", "councillor".
fn role(field: &str) -> Option<Role> {
    let key = sort_key(field);
    if key.contains("συμβουλ") && key.split_whitespace().count() <= 2 {
        return Some(Role::Councillor);
    }
    ROLES.iter().find(|(begins, _)| key.starts_with(begins)).map(|(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(text: &str) -> Vec<String> {
        let line = |member: &NewMember| format!("{}|{}|{}", member.name, member.role.name(), member.faction);
        read(text).iter().map(line).collect()
    }

    #[test]
    fn lists_as_clerks_have_them() {
        let text = "Ονοματεπώνυμο; Ιδιότητα; Παράταξη\n\
            1. Μαρία Δασκαλάκη; Πρόεδρος; Ρέθυμνο Μπροστά\n\
            \n\
            2) Γιώργος Παπαδάκης ; ΔΗΜΟΤΙΚΟΣ ΣΎΜΒΟΥΛΟΣ ; Λαϊκή Συσπείρωση\n\
            3\tΕλένη Βλαστού\tΑντιπρόεδρος\tΡέθυμνο Μπροστά\n\
            • Νίκος Σταυρακάκης, Δήμαρχος\n\
            Άννα Μανουσάκη; Συμμαχία Πολιτών\n\
            Στέλιος Κουμεντάκης";
        assert_eq!(
            brief(text),
            [
                "Μαρία Δασκαλάκη|president|Ρέθυμνο Μπροστά",
                "Γιώργος Παπαδάκης|councillor|Λαϊκή Συσπείρωση",
                "Ελένη Βλαστού|vice_president|Ρέθυμνο Μπροστά",
                "Νίκος Σταυρακάκης|mayor|",
                "Άννα Μανουσάκη|councillor|Συμμαχία Πολιτών",
                "Στέλιος Κουμεντάκης|councillor|",
            ]
        );
        assert_eq!(brief("name | role | faction\nJ. Doe | Mayor | Forward"), ["J. Doe|mayor|Forward"]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_pasted_is_read_without_a_fault(text in "(?s).{0,200}") {
            for member in read(&text) {
                proptest::prop_assert!(!member.name.is_empty());
            }
        }
    }
}
