//! Forms: fields with labels and hints, and what is said when one was refused.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::Words;

/// A field of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    /// The id on the page and the name in the request.
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) optional: bool,
    /// The `autocomplete` token; empty: `off`.
    pub(super) autocomplete: &'static str,
    /// The least and the most characters; 0: no limit.
    pub(super) least: usize,
    pub(super) most: usize,
    /// What was wrong with it.
    pub(super) error: Option<String>,
}

/// What a field is.
#[derive(Clone, Debug, Default)]
pub(super) enum Kind {
    #[default]
    Text,
    Email,
    Password,
    Date,
    Time,
    /// A file, which only scripts send.
    File,
    /// Several lines.
    Lines,
    /// One of these: value and label.
    Choice(Vec<(String, String)>),
}

impl Field {
    /// A required line of text.
    pub(super) fn text(name: &'static str, label: String) -> Self {
        Self { name, label, ..Self::default() }
    }

    /// A required field of another kind.
    pub(super) fn of(kind: Kind, name: &'static str, label: String) -> Self {
        Self { name, label, kind, ..Self::default() }
    }

    /// With a hint beneath the label.
    #[must_use]
    pub(super) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// With a value to begin with.
    #[must_use]
    pub(super) fn value(mut self, value: String) -> Self {
        self.value = value;
        self
    }

    /// For this `autocomplete` token.
    #[must_use]
    pub(super) fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// For `least` to `most` characters.
    #[must_use]
    pub(super) fn characters(mut self, least: usize, most: usize) -> Self {
        (self.least, self.most) = (least, most);
        self
    }

    /// That may stay empty.
    #[must_use]
    pub(super) fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The `type` of its input.
    pub(super) fn input(&self) -> &'static str {
        match self.kind {
            Kind::Email => "email",
            Kind::Password => "password",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::File => "file",
            Kind::Text | Kind::Lines | Kind::Choice(_) => "text",
        }
    }

    /// The ids of what describes it.
    pub(super) fn described_by(&self) -> String {
        let ids = [(self.hint.is_some(), "hint"), (self.error.is_some(), "error")];
        let ids: Vec<String> =
            ids.iter().filter(|(there, _)| *there).map(|(_, id)| format!("{}-{id}", self.name)).collect();
        ids.join(" ")
    }
}

/// What a form says that was sent and refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// The field to mend, by its id.
    pub(super) field: Option<&'static str>,
    /// What happened and what to do.
    pub(super) text: String,
}

/// The fields that a refusal can name, as the server calls them and as the forms do.
const FIELDS: [(&str, &str); 32] = [
    ("error-credentials", "email"),
    ("error-disabled", "email"),
    ("error-invalid-invitation", "token"),
    ("error-invalid-old_password", "old_password"),
    ("error-invalid-own_language", "own_language"),
    ("error-member-email-taken", "email"),
    ("error-invalid-accent", "accent"),
    ("error-invalid-agenda", "agenda"),
    ("error-invalid-body", "body"),
    ("error-invalid-date", "date"),
    ("error-invalid-email", "email"),
    ("error-invalid-hosts", "host"),
    ("error-invalid-language", "language"),
    ("error-invalid-members", "members"),
    ("error-invalid-name", "name"),
    ("error-invalid-name-en", "name_en"),
    ("error-invalid-password", "password"),
    ("error-invalid-past", "date"),
    ("error-invalid-place", "place"),
    ("error-invalid-rank", "rank"),
    ("error-invalid-reason", "reason"),
    ("error-invalid-reset", "token"),
    ("error-invalid-slug", "slug"),
    ("error-invalid-source", "source"),
    ("error-invalid-speaker", "speaker"),
    ("error-invalid-span", "from"),
    ("error-invalid-starts_at", "date"),
    ("error-invalid-time", "time"),
    ("error-invalid-title", "title"),
    ("error-invalid-token", "token"),
    ("error-invalid-url", "url"),
    ("error-invalid-user", "user"),
];

/// What was typed into a form that was refused, by field, so that nobody types it twice.
/// Of a password it knows only that there was one.
#[derive(Clone, Default)]
pub(crate) struct Typed(BTreeMap<String, String>);

impl Typed {
    /// The texts of a form. What its `Serialize` skips is not among them.
    pub(crate) fn of(form: &impl Serialize) -> Self {
        let texts = serde_json::to_value(form).ok().and_then(|value| serde_json::from_value(value).ok());
        let texts: BTreeMap<String, Option<String>> = texts.unwrap_or_default();
        Self(texts.into_iter().filter_map(|(field, text)| Some((field, text?))).collect())
    }

    /// Notes that a password was typed, which is not shown again.
    #[must_use]
    pub(crate) fn with_password(mut self, field: &str) -> Self {
        self.0.insert(field.to_owned(), String::new());
        self
    }

    /// Whether a form with this field was sent.
    pub(super) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// What was typed into a field.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Puts what was typed back into the fields; a password must be typed again, and says so.
    pub(super) fn fill(&self, t: Words, fields: &mut [Field]) {
        for field in fields {
            match (self.0.get(field.name), &field.kind) {
                (None, _) => {}
                (Some(_), Kind::Password) => field.error = field.error.take().or(Some(t.get("error-password-again"))),
                (Some(typed), _) => field.value.clone_from(typed),
            }
        }
    }
}

impl Refused {
    /// What `?error=` says; a key that is none of ours shows as an unknown error.
    pub(super) fn read(t: Words, key: Option<&str>) -> Option<Self> {
        let key = key.filter(|key| !key.is_empty())?;
        let known = key.starts_with("error-") && t.has(key);
        let text = t.get(if known { key } else { "error-unknown" });
        let field = FIELDS.iter().find(|(error, _)| *error == key).map(|(_, field)| *field);
        Some(Self { field, text })
    }

    /// Marks the field that was refused. A field that the form does not have is not linked to.
    pub(super) fn mark(refused: &mut Option<Self>, fields: &mut [Field]) {
        let Some(refused) = refused else { return };
        let Some(name) = refused.field else { return };
        match fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.error = Some(refused.text.clone()),
            None => refused.field = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_the_catalogue_says_and_nothing_else() {
        let t = Words::of("en");
        for (key, field) in FIELDS {
            let refused = Refused::read(t, Some(key)).unwrap();
            assert_eq!(refused, Refused { field: Some(field), text: t.get(key) });
            assert!(t.has(key), "{key}");
        }
        for key in ["error-nonsense", "title", "failure-404-title", "<script>"] {
            assert_eq!(Refused::read(t, Some(key)).unwrap().text, t.get("error-unknown"), "{key}");
        }
        assert_eq!(Refused::read(t, None), None);
        assert_eq!(Refused::read(t, Some("")), None);
    }

    #[test]
    fn what_was_typed_stands_again_but_for_passwords() {
        #[derive(Serialize)]
        struct Form {
            title: String,
        }
        let t = Words::of("en");
        let form = Form { title: "\"<b>".into() };
        let mut fields = [
            Field::text("title", "Title".into()).value("before".into()),
            Field::of(Kind::Password, "password", "Password".into()),
            Field::text("place", "Place".into()).value("before".into()),
        ];
        Typed::of(&form).fill(t, &mut fields);
        assert_eq!(fields.each_ref().map(|field| field.value.as_str()), ["\"<b>", "", "before"]);
        assert!(fields[1].error.is_none());
        let typed = Typed::of(&form).with_password("password");
        assert!(typed.has("title") && !typed.has("place"));
        typed.fill(t, &mut fields);
        assert_eq!((fields[1].value.as_str(), fields[1].error.clone()), ("", Some(t.get("error-password-again"))));
    }

    #[test]
    fn only_a_field_that_is_there_is_marked() {
        let t = Words::of("en");
        let mut fields = [Field::text("title", "Title".into()), Field::text("place", "Place".into())];
        let mut refused = Refused::read(t, Some("error-invalid-place"));
        Refused::mark(&mut refused, &mut fields);
        assert_eq!(fields.each_ref().map(|field| field.error.is_some()), [false, true]);
        assert_eq!(fields[1].described_by(), "place-error");
        let mut refused = Refused::read(t, Some("error-invalid-slug"));
        Refused::mark(&mut refused, &mut fields);
        assert_eq!(refused.unwrap().field, None);
    }
}
