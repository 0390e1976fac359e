//! Municipalities and their bodies.

pub(crate) mod db;

use serde_json::json;

use crate::{
    BodyId, Council, Error, MunicipalityId, Result,
    audit::{self, Line},
    db::Write,
    text,
};

/// The most characters of a municipality's or a body's name.
pub const NAME_MAX: usize = 200;
/// The most host names of a municipality.
pub const HOSTS_MAX: usize = 20;

/// What a municipality begins with: the settings of the country that Bema is made for.
const DEFAULT_LANGUAGE: &str = "el";
const TIME_ZONE: &str = "Europe/Athens";

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

impl Bilingual {
    /// Cleaned; the Greek may not be empty.
    fn clean(&self) -> Result<Self> {
        Ok(Self { el: text::required("name", &self.el, NAME_MAX)?, en: text::optional("name-en", &self.en, NAME_MAX)? })
    }
}

impl NewMunicipality {
    /// The municipality and the hosts that these values make.
    fn clean(&self) -> Result<(Municipality, Vec<String>)> {
        if self.hosts.len() > HOSTS_MAX {
            return text::refused("hosts", "value-too-many");
        }
        let host = |host: &String| text::host(host).map_or_else(|| text::refused("hosts", "value-not-host"), Ok);
        let mut hosts = self.hosts.iter().map(host).collect::<Result<Vec<_>>>()?;
        hosts.sort();
        hosts.dedup();
        let municipality = Municipality {
            id: MunicipalityId::new(),
            slug: text::slug(&self.slug)?,
            name: self.name.clean()?,
            default_language: DEFAULT_LANGUAGE.to_owned(),
            time_zone: TIME_ZONE.to_owned(),
            accent: text::colour(&self.accent)?,
        };
        Ok((municipality, hosts))
    }
}

impl Council {
    /// The municipality that answers at `host` (a port is ignored); where the installation has only one, that one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipality_by_host(&self, host: &str) -> Result<Option<Municipality>> {
        let mut connection = self.read().await?;
        if let Some(host) = text::host(host)
            && let Some(found) = db::by_host(&mut connection, &host).await?
        {
            return Ok(Some(found));
        }
        db::only_one(&mut connection).await
    }

    /// The host names at which a municipality answers, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hosts(&self, of: MunicipalityId) -> Result<Vec<String>> {
        db::hosts(&mut *self.read().await?, of).await
    }

    /// All of them, by slug.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipalities(&self) -> Result<Vec<Municipality>> {
        let mut all = db::all(&mut *self.read().await?).await?;
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        Ok(all)
    }

    /// Adds a municipality.
    ///
    /// # Errors
    /// When a value is refused, the slug or a host is taken, or the database fails.
    pub async fn create_municipality(&self, new: NewMunicipality) -> Result<Municipality> {
        let mut write = self.write().await?;
        let municipality = self.add_municipality(&mut write, &new).await?;
        write.commit().await?;
        Ok(municipality)
    }

    /// The bodies of a municipality, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bodies(&self, municipality: MunicipalityId) -> Result<Vec<Body>> {
        let mut bodies = db::bodies(&mut *self.read().await?, municipality).await?;
        bodies.sort_by_cached_key(|body| (text::sort_key(&body.name.el), body.id));
        Ok(bodies)
    }

    /// Adds a body.
    ///
    /// # Errors
    /// When a value is refused, the slug is taken, or the database fails.
    pub async fn create_body(&self, municipality: MunicipalityId, slug: &str, name: Bilingual) -> Result<Body> {
        let mut write = self.write().await?;
        let body = self.add_body(&mut write, municipality, slug, &name).await?;
        write.commit().await?;
        Ok(body)
    }

    /// Adds a municipality with its audit log, in the caller's transaction.
    pub(crate) async fn add_municipality(&self, write: &mut Write, new: &NewMunicipality) -> Result<Municipality> {
        let (municipality, hosts) = new.clean()?;
        db::insert(write, &municipality, &hosts, self.clock.now_ms()).await?;
        audit::begin_chain(write, municipality.id).await?;
        let detail = json!({ "slug": municipality.slug });
        let subject = municipality.id.to_string();
        let line = Line { account: None, act: "municipality.create", subject: &subject, detail };
        audit::append(write, &self.clock, municipality.id, line).await?;
        Ok(municipality)
    }

    /// Adds a body in the caller's transaction.
    pub(crate) async fn add_body(
        &self,
        write: &mut Write,
        municipality: MunicipalityId,
        slug: &str,
        name: &Bilingual,
    ) -> Result<Body> {
        let body = Body { id: BodyId::new(), municipality, slug: text::slug(slug)?, name: name.clean()? };
        if !db::is_there(write, municipality).await? {
            return Err(Error::NotFound("municipality"));
        }
        db::insert_body(write, &body, self.clock.now_ms()).await?;
        let subject = body.id.to_string();
        let line = Line { account: None, act: "body.create", subject: &subject, detail: json!({ "slug": body.slug }) };
        audit::append(write, &self.clock, municipality, line).await?;
        Ok(body)
    }
}
