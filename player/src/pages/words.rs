//! The words of the pages, in Greek and in English, out of the Fluent catalogues in `locales/`.
//!
//! No sentence that a person reads stands anywhere else: not in templates, not in TypeScript.

use std::{collections::BTreeMap, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// The catalogues' texts: a language and its files.
const CATALOGUES: [(&str, &[&str]); 2] = [
    (
        "el",
        &[
            include_str!("../../locales/el/accounts.ftl"),
            include_str!("../../locales/el/agenda.ftl"),
            include_str!("../../locales/el/elements.ftl"),
            include_str!("../../locales/el/errors.ftl"),
            include_str!("../../locales/el/floor.ftl"),
            include_str!("../../locales/el/interventions.ftl"),
            include_str!("../../locales/el/pages.ftl"),
            include_str!("../../locales/el/search.ftl"),
            include_str!("../../locales/el/studio.ftl"),
            include_str!("../../locales/el/votes.ftl"),
            include_str!("../../locales/el/world.ftl"),
        ],
    ),
    (
        "en",
        &[
            include_str!("../../locales/en/accounts.ftl"),
            include_str!("../../locales/en/agenda.ftl"),
            include_str!("../../locales/en/elements.ftl"),
            include_str!("../../locales/en/errors.ftl"),
            include_str!("../../locales/en/floor.ftl"),
            include_str!("../../locales/en/interventions.ftl"),
            include_str!("../../locales/en/pages.ftl"),
            include_str!("../../locales/en/search.ftl"),
            include_str!("../../locales/en/studio.ftl"),
            include_str!("../../locales/en/votes.ftl"),
            include_str!("../../locales/en/world.ftl"),
        ],
    ),
];

/// The placeholders that the elements fill in the browser: `{ $time }` reaches them as `{time}`.
const PLACEHOLDERS: [&str; 21] = [
    "days", "drift", "folder", "got", "hours", "interval", "language", "meeting", "members", "minutes", "needed",
    "parts", "present", "rate", "remote", "seconds", "set", "since", "time", "value", "what",
];

struct Catalogue {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
    keys: Vec<String>,
}

static LOADED: LazyLock<[Catalogue; 2]> = LazyLock::new(|| CATALOGUES.map(load));

fn load((language, files): (&'static str, &[&str])) -> Catalogue {
    let tag: LanguageIdentifier = language.parse().expect("both are language tags");
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // The marks that isolate a placeholder's direction would end up in attributes and in copied text.
    bundle.set_use_isolating(false);
    for file in files {
        let resource = FluentResource::try_new((*file).to_owned()).expect("a test reads every catalogue");
        bundle.add_resource(resource).expect("a test finds no key twice");
    }
    let keys = files.iter().flat_map(|file| keys(file)).map(str::to_owned).collect();
    Catalogue { language, bundle, keys }
}

/// The keys that a catalogue's text defines: what stands before an equals sign at a line's beginning.
fn keys(file: &str) -> impl Iterator<Item = &str> {
    let begins = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    file.lines().filter(begins).filter_map(|line| Some(line.split_once('=')?.0.trim_end()))
}

/// The words of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words(&'static Catalogue);

impl Words {
    /// The words of `language`: `el` or `en`; Greek for all else.
    pub(crate) fn of(language: &str) -> Self {
        let [greek, english] = &*LOADED;
        Self(if language == "en" { english } else { greek })
    }

    /// `el` or `en`.
    pub(crate) fn language(&self) -> &'static str {
        self.0.language
    }

    /// Whether the catalogue has the key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.bundle.has_message(key)
    }

    /// The text of a key without arguments.
    pub(crate) fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// The text of a key with one argument.
    pub(crate) fn with<'a>(&self, key: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(name, value);
        self.format(key, Some(&arguments))
    }

    /// The text of a key with two arguments.
    pub(crate) fn with_two<'a>(
        &self,
        key: &str,
        (first, one): (&'a str, impl Into<FluentValue<'a>>),
        (second, two): (&'a str, impl Into<FluentValue<'a>>),
    ) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set(first, one);
        arguments.set(second, two);
        self.format(key, Some(&arguments))
    }

    /// The text of a key with any arguments, all of them texts.
    pub(crate) fn with_all(&self, key: &str, arguments: Vec<(&str, String)>) -> String {
        self.format(key, Some(&arguments.into_iter().collect()))
    }

    /// The words of an element, as the JSON inside its `<script class="words">`: every key that begins with
    /// `prefix-`, without it. `<` is escaped, so no text can end the script.
    pub(crate) fn element(&self, prefix: &str) -> String {
        let mut placeholders = FluentArgs::new();
        for name in PLACEHOLDERS {
            placeholders.set(name, format!("{{{name}}}"));
        }
        let own = self.0.keys.iter().filter_map(|key| {
            let rest = key.strip_prefix(prefix)?.strip_prefix('-')?;
            Some((rest, self.format(key, Some(&placeholders))))
        });
        let words: BTreeMap<&str, String> = own.collect();
        serde_json::to_string(&words).expect("a map of texts is JSON").replace('<', "\\u003c")
    }

    /// A key that is missing shows as `⟦key⟧`, which the tests look for.
    fn format(&self, key: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let bundle = &self.0.bundle;
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return format!("⟦{key}⟧");
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, arguments, &mut errors);
        if errors.is_empty() { text.into_owned() } else { format!("⟦{key}: {errors:?}⟧") }
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.language)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every key with the arguments that it takes.
    pub(in crate::pages) fn signatures(language: &str) -> BTreeMap<String, BTreeSet<String>> {
        let (_, files) = CATALOGUES.into_iter().find(|(name, _)| *name == language).unwrap();
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in files {
            let mut current = None;
            for line in file.lines().filter(|line| !line.starts_with('#')) {
                if let Some(key) = keys(line).next() {
                    assert!(
                        found.insert(key.to_owned(), BTreeSet::new()).is_none(),
                        "{key} stands twice in {language}"
                    );
                    current = Some(key.to_owned());
                }
                let Some(arguments) = current.as_ref().and_then(|key| found.get_mut(key)) else { continue };
                for rest in line.split('$').skip(1) {
                    let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap();
                    arguments.insert(name.to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_arguments() {
        let (greek, english) = (signatures("el"), signatures("en"));
        for (key, arguments) in &greek {
            assert_eq!(english.get(key), Some(arguments), "{key} in English");
        }
        for key in english.keys() {
            assert!(greek.contains_key(key), "{key} in Greek");
        }
    }

    #[test]
    fn every_text_has_its_own_letters() {
        for (key, _) in signatures("el") {
            let (greek, english) = (raw("el", &key), raw("en", &key));
            let letters = |text: &str| text.chars().filter(|c| ('α'..='ώ').contains(&c.to_ascii_lowercase())).count();
            assert_eq!(letters(&english), 0, "{key} is Greek in the English catalogue: {english}");
            assert!(!greek.is_empty() && !english.is_empty(), "{key} is empty");
        }
    }

    fn raw(language: &str, key: &str) -> String {
        let mut arguments = FluentArgs::new();
        for name in signatures(language).remove(key).unwrap() {
            arguments.set(name, 2);
        }
        let text = Words::of(language).format(key, Some(&arguments));
        assert!(!text.contains('⟦'), "{text}");
        text
    }

    #[test]
    fn plurals_follow_the_language() {
        for (language, one, many) in [("el", "1 λεπτό", "5 λεπτά"), ("en", "1 minute", "5 minutes")] {
            assert_eq!(Words::of(language).with("duration-minutes", "count", 1), one);
            assert_eq!(Words::of(language).with("duration-minutes", "count", 5), many);
        }
    }

    #[test]
    fn an_elements_words_are_json_with_open_placeholders_and_cannot_end_their_script() {
        for language in ["el", "en"] {
            let text = Words::of(language).element("player");
            let words: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
            assert!(words["away-since"].contains("{time}"), "{text}");
            assert!(!text.contains('<') && !text.contains('⟦'), "{text}");
        }
    }

    #[test]
    fn a_key_that_is_missing_shows() {
        assert_eq!(Words::of("en").get("no-such-key"), "⟦no-such-key⟧");
        assert!(Words::of("en").get("duration-minutes").contains('⟦'), "an argument that is missing");
    }
}
