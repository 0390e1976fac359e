//! Municipalities and their bodies.

use crate::{BodyId, Council, MunicipalityId, Result};

/// A municipality: found by host name, with its own bodies, look and data.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// Its id.
    pub id: MunicipalityId,
    /// A short Latin name for addresses and folders: `rethymno`.
    pub slug: String,
    /// Its name in Greek and in English.
    pub name: Bilingual,
    /// The language of its pages where the visitor has chosen none: `el` or `en`.
    pub default_language: String,
    /// IANA name: `Europe/Athens`.
    pub time_zone: String,
    /// The accent colour, `#rrggbb`.
    pub accent: String,
}

/// A text in both languages of the interface. English may be empty: then the Greek stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bilingual {
    /// Greek.
    pub el: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in `language` (`el` or `en`), or in the other where it is empty.
    #[must_use]
    pub fn in_language(&self, language: &str) -> &str {
        let (first, second) = if language == "en" { (&self.en, &self.el) } else { (&self.el, &self.en) };
        if first.is_empty() { second } else { first }
    }
}

/// A body that meets: council, committee, local community (OParl `Organization`).
#[derive(Clone, Debug)]
pub struct Body {
    /// Its id.
    pub id: BodyId,
    /// Whose it is.
    pub municipality: MunicipalityId,
    /// A short Latin name.
    pub slug: String,
    /// Its name.
    pub name: Bilingual,
}

/// What a new municipality needs.
#[derive(Clone, Debug)]
pub struct NewMunicipality {
    /// See [`Municipality::slug`].
    pub slug: String,
    /// See [`Municipality::name`].
    pub name: Bilingual,
    /// Host names without port, lower case.
    pub hosts: Vec<String>,
    /// `#rrggbb`.
    pub accent: String,
}

impl Council {
    /// The municipality that answers at `host` (a port is ignored); where the installation has only one, that one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipality_by_host(&self, host: &str) -> Result<Option<Municipality>> {
        let _ = host;
        todo!()
    }

    /// All of them, by slug.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipalities(&self) -> Result<Vec<Municipality>> {
        todo!()
    }

    /// Adds a municipality.
    ///
    /// # Errors
    /// When a value is refused, the slug or a host is taken, or the database fails.
    pub async fn create_municipality(&self, new: NewMunicipality) -> Result<Municipality> {
        let _ = new;
        todo!()
    }

    /// The bodies of a municipality, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bodies(&self, municipality: MunicipalityId) -> Result<Vec<Body>> {
        let _ = municipality;
        todo!()
    }

    /// Adds a body.
    ///
    /// # Errors
    /// When a value is refused, the slug is taken, or the database fails.
    pub async fn create_body(&self, municipality: MunicipalityId, slug: &str, name: Bilingual) -> Result<Body> {
        let _ = (municipality, slug, name);
        todo!()
    }
}
