//! What every page has around its content: language, head, header, footer.

use council::{account::Session, municipality::Municipality};

use super::{colour::Accent, when::When, words::Words};
use crate::assets;

/// What stands in for the municipality's name where there is none: on errors and at the set-up.
const PRODUCT: &str = "Bema";

/// Where a page stands in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Meetings,
    Search,
    Studio,
    Sources,
    Moderation,
    Accounts,
    Own,
    LogIn,
    Elsewhere,
}

/// A page's surroundings.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) t: Words,
    pub(super) when: When,
    /// The municipality's name, or the product's.
    pub(super) name: String,
    /// IANA name, for the times that elements write.
    pub(super) zone: String,
    /// None on pages that know no municipality: they keep the style sheet's own colour.
    pub(super) accent: Option<Accent>,
    pub(super) nonce: String,
    pub(super) section: Section,
    /// Who is logged in.
    pub(super) person: Option<String>,
    /// Whether they may run meetings here.
    pub(super) clerk: bool,
    /// Whether they may moderate here.
    pub(super) moderator: bool,
    /// Whether they may say here who may do what.
    pub(super) administrator: bool,
    /// Whether the page says nothing of being logged in.
    pub(super) accountless: bool,
    /// Where the choice of the other language leads back to; none where the page cannot be asked for again.
    pub(super) path: Option<String>,
    /// The scripts beside `main.js`.
    pub(super) script: Option<&'static str>,
    /// The page that plays the moments; empty where it is this one.
    pub(super) moments: String,
}

impl Frame {
    /// Around a page of a municipality.
    pub(super) fn new(here: &Municipality, language: &str, nonce: &str, section: Section) -> Self {
        let t = Words::of(language);
        Self {
            when: When::new(t, &here.time_zone),
            name: here.name.in_language(language).to_owned(),
            zone: here.time_zone.clone(),
            accent: Some(Accent::of(&here.accent)),
            nonce: nonce.to_owned(),
            section,
            accountless: false,
            ..Self::bare(language)
        }
    }

    /// Around a page that knows no municipality: an error, the set-up.
    pub(super) fn bare(language: &str) -> Self {
        let t = Words::of(language);
        Self {
            t,
            when: When::new(t, "UTC"),
            name: PRODUCT.to_owned(),
            zone: "UTC".to_owned(),
            accent: None,
            nonce: String::new(),
            section: Section::Elsewhere,
            person: None,
            clerk: false,
            moderator: false,
            administrator: false,
            accountless: true,
            path: Some("/".to_owned()),
            script: None,
            moments: String::new(),
        }
    }

    /// With moments that another page plays.
    #[must_use]
    pub(super) fn with_moments_at(mut self, page: &str) -> Self {
        page.clone_into(&mut self.moments);
        self
    }

    /// For somebody who may have logged in, and may run meetings here.
    #[must_use]
    pub(super) fn seen_by(mut self, session: Option<&Session>, clerk: bool) -> Self {
        self.person = session.map(|session| session.account.name.clone());
        self.clerk = clerk;
        self
    }

    /// For somebody who may moderate here, or not.
    #[must_use]
    pub(super) fn moderated(mut self, moderator: bool) -> Self {
        self.moderator = moderator;
        self
    }

    /// For somebody who may say here who may do what, or not.
    #[must_use]
    pub(super) fn administered(mut self, administrator: bool) -> Self {
        self.administrator = administrator;
        self
    }

    /// At this path and query.
    #[must_use]
    pub(super) fn at(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// With one more script.
    #[must_use]
    pub(super) fn with_script(mut self, script: &'static str) -> Self {
        self.script = Some(script);
        self
    }

    /// The address of a built asset.
    pub(super) fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// ` aria-current="page"` on the navigation's link to this very section.
    pub(super) fn current(&self, section: Section) -> &'static str {
        if self.section == section { " aria-current=\"page\"" } else { "" }
    }

    /// ` lang="el"` for a text in Greek on an English page (WCAG 2.2, 3.1.2).
    pub(super) fn lang(&self, text: &str) -> &'static str {
        let greek = |c: char| ('\u{370}'..='\u{3ff}').contains(&c) || ('\u{1f00}'..='\u{1fff}').contains(&c);
        if self.t.language() != "el" && text.chars().any(greek) { " lang=\"el\"" } else { "" }
    }
}
