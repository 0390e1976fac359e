//! The index on disk: what is kept of a moment, and how it is written.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use council::{AgendaItemId, DecisionId, MeetingId, MunicipalityId};
use tantivy::{
    IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term,
    schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use crate::{
    Error, Result,
    greek::fold,
    words::{Form, Splitter},
};

/// What is kept, and how: an index of another version is built anew.
const VERSION: u32 = 2;
/// Memory of the one thread that writes.
const WRITER_BYTES: usize = 48 << 20;

/// What a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What somebody said: its place in the transcript's revision.
    Utterance {
        /// Which revision.
        revision: i64,
        /// Its place, from 0.
        place: i64,
    },
    /// An item of the agenda.
    Item(AgendaItemId),
    /// A decision: its number, title, text and code.
    Decision(DecisionId),
    /// A meeting's title.
    Meeting,
}

/// A moment on its way into the index.
#[derive(Clone, Debug)]
pub struct Moment<'a> {
    /// What it is.
    pub place: Place,
    /// When, milliseconds UTC.
    pub at_ms: i64,
    /// Who said it; empty where nobody did.
    pub speaker: &'a str,
    /// The words.
    pub text: &'a str,
}

/// The index's fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) municipality: Field,
    pub(crate) body: Field,
    pub(crate) meeting: Field,
    pub(crate) kind: Field,
    pub(crate) year: Field,
    pub(crate) speaker: Field,
    pub(crate) at: Field,
    pub(crate) exact: Field,
    pub(crate) stem: Field,
    pub(crate) key: Field,
}

impl Fields {
    fn schema() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let text = |tokenizer: &str, option| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option);
            TextOptions::default().set_indexing_options(indexing)
        };
        let fields = Self {
            municipality: schema.add_text_field("municipality", STRING),
            body: schema.add_text_field("body", STRING),
            meeting: schema.add_text_field("meeting", STRING),
            kind: schema.add_text_field("kind", STRING),
            year: schema.add_text_field("year", STRING),
            speaker: schema.add_text_field("speaker", STRING),
            at: schema.add_i64_field("at", FAST),
            exact: schema.add_text_field("exact", text("exact", IndexRecordOption::WithFreqsAndPositions)),
            stem: schema.add_text_field("stem", text("stem", IndexRecordOption::WithFreqs)),
            key: schema.add_text_field("key", STORED),
        };
        (fields, schema.build())
    }
}

/// The index of an installation's moments. Cheap to clone.
#[derive(Clone)]
pub struct Index(Arc<Parts>);

struct Parts {
    fields: Fields,
    writer: Mutex<IndexWriter>,
    reader: IndexReader,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Index")
    }
}

impl Index {
    /// Opens the index in a folder of its own; one that is missing, broken or of another version is begun anew, empty.
    ///
    /// # Errors
    /// When the folder cannot be written, or another process has the index open.
    pub fn open(folder: &Path) -> Result<Self> {
        let version = folder.join("version");
        let known = fs::read_to_string(&version).is_ok_and(|text| text == VERSION.to_string());
        if known {
            match Self::open_as_it_is(folder) {
                // What another process writes is not ours to remove.
                Err(Error::Index(TantivyError::LockFailure(lock, why))) => {
                    return Err(TantivyError::LockFailure(lock, why).into());
                }
                Err(error) => tracing::warn!(%error, "the search index cannot be read; it is built anew"),
                index => return index,
            }
        }
        Self::remove(folder)?;
        fs::create_dir_all(folder)?;
        let index = Self::open_as_it_is(folder)?;
        fs::write(&version, VERSION.to_string())?;
        Ok(index)
    }

    /// Removes an index, so that it is built anew when it is opened.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(folder: &Path) -> Result<()> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn open_as_it_is(folder: &Path) -> Result<Self> {
        let (fields, schema) = Fields::schema();
        let directory = tantivy::directory::MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let index = tantivy::Index::open_or_create(directory, schema)?;
        index.tokenizers().register("exact", TextAnalyzer::from(Splitter(Form::Exact)));
        index.tokenizers().register("stem", TextAnalyzer::from(Splitter(Form::Stem)));
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self(Arc::new(Parts { fields, writer: Mutex::new(writer), reader })))
    }

    pub(crate) fn fields(&self) -> Fields {
        self.0.fields
    }

    pub(crate) fn reader(&self) -> &IndexReader {
        &self.0.reader
    }

    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many moments there are.
    #[must_use]
    pub fn moments(&self) -> u64 {
        self.0.reader.searcher().num_docs()
    }

    /// How far each municipality's log was read when the index was last committed.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn known(&self) -> Result<BTreeMap<String, i64>> {
        let payload = self.writer().index().load_metas()?.payload;
        Ok(payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Takes all moments of a meeting out; seen with the next commit.
    pub fn remove_meeting(&self, meeting: MeetingId) {
        self.writer().delete_term(Term::from_field_text(self.0.fields.meeting, &meeting.to_string()));
    }

    /// Takes all moments of a municipality out; seen with the next commit.
    pub(crate) fn remove_municipality(&self, municipality: &str) {
        self.writer().delete_term(Term::from_field_text(self.0.fields.municipality, municipality));
    }

    /// Adds a moment of a meeting; seen with the next commit.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn add(&self, municipality: MunicipalityId, body: &str, meeting: MeetingId, moment: &Moment<'_>) -> Result<()> {
        let fields = self.0.fields;
        let (kind, key) = match moment.place {
            Place::Utterance { revision, place } => {
                ("said", format!("{meeting} said {revision} {place} {}", moment.at_ms))
            }
            Place::Item(item) => ("item", format!("{meeting} item {item} 0 {}", moment.at_ms)),
            Place::Decision(decision) => ("decision", format!("{meeting} decision {decision} 0 {}", moment.at_ms)),
            Place::Meeting => ("meeting", format!("{meeting} meeting 0 0 {}", moment.at_ms)),
        };
        let mut document = TantivyDocument::new();
        document.add_text(fields.municipality, municipality.to_string());
        document.add_text(fields.body, body);
        document.add_text(fields.meeting, meeting.to_string());
        document.add_text(fields.kind, kind);
        let at = jiff::Timestamp::from_millisecond(moment.at_ms).unwrap_or_default();
        document.add_text(fields.year, at.to_zoned(jiff::tz::TimeZone::UTC).year().to_string());
        if !moment.speaker.is_empty() {
            document.add_text(fields.speaker, speaker_key(moment.speaker));
        }
        document.add_i64(fields.at, moment.at_ms);
        document.add_text(fields.exact, moment.text);
        document.add_text(fields.stem, moment.text);
        document.add_text(fields.key, key);
        self.writer().add_document(document)?;
        Ok(())
    }

    /// Makes what was added and taken out last and be seen, and notes how far the logs were read.
    ///
    /// # Errors
    /// When the disk refuses; nothing is lost then but what was not committed.
    pub fn commit(&self, known: &BTreeMap<String, i64>) -> Result<()> {
        let mut writer = self.writer();
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(known).expect("a map of texts and numbers is JSON"));
        commit.commit()?;
        drop(writer);
        self.0.reader.reload()?;
        Ok(())
    }
}

/// By what speakers are told apart: without accents, case and spaces that differ.
pub(crate) fn speaker_key(speaker: &str) -> String {
    speaker.split_whitespace().map(fold).collect::<Vec<_>>().join(" ")
}
