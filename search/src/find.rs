//! Asking the index.

use std::collections::BTreeMap;

use council::{BodyId, MeetingId, MunicipalityId};
use tantivy::{
    DocAddress, Order, Searcher, TantivyDocument, Term,
    collector::{Count, TopDocs},
    query::{
        BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery, Query as Ask, TermQuery,
    },
    schema::{Field, IndexRecordOption, Value as _},
};
use tantivy_fst::{Automaton, Regex};

use crate::{
    Error, Index, Marks, Place, Query, Result,
    greek::{is_greek, stem},
    greeklish,
    index::{Fields, speaker_key},
    query::Clause,
};

/// How many moments a page has.
pub const PAGE: usize = 20;
/// The last page that can be asked for.
pub const PAGES_MAX: usize = 50;
/// How many words a beginning, a mistake or a Latin spelling may stand for; the commonest are taken.
const STANDS_FOR_MAX: usize = 24;
/// So many terms of the dictionary are looked at for them, at most.
const LOOKED_AT_MAX: usize = 4000;
/// From so many letters on a word may have a mistake in it.
const MISTAKE_MIN: usize = 5;
/// How much more the very form that was typed counts than another form of the word.
const VERY_FORM: f32 = 1.6;

/// What moments are looked among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was said.
    Said,
    /// Items of agendas.
    Item,
    /// Decisions.
    Decision,
    /// Titles of meetings.
    Meeting,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Said, Self::Item, Self::Decision, Self::Meeting];

    /// Its name in addresses and in the index.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Item => "item",
            Self::Decision => "decision",
            Self::Meeting => "meeting",
        }
    }
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits best first.
    #[default]
    Fit,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

/// What is asked of the index.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Whose moments.
    pub municipality: MunicipalityId,
    /// Of which body.
    pub body: Option<BodyId>,
    /// Of which meeting.
    pub meeting: Option<MeetingId>,
    /// Of which kind.
    pub kind: Option<Kind>,
    /// Of which year (UTC).
    pub year: Option<i16>,
    /// Said by whom.
    pub speaker: Option<&'a str>,
    /// In which order.
    pub sort: Sort,
    /// Which page, from 0.
    pub page: usize,
}

impl Asked<'_> {
    /// All moments of a municipality, what fits best first.
    #[must_use]
    pub fn of(municipality: MunicipalityId) -> Self {
        let (body, meeting, kind, year, speaker) = (None, None, None, None, None);
        Self { municipality, body, meeting, kind, year, speaker, sort: Sort::Fit, page: 0 }
    }
}

/// A moment that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// What it is.
    pub place: Place,
    /// When, milliseconds UTC.
    pub at_ms: i64,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many there are.
    pub total: usize,
    /// A page of them.
    pub hits: Vec<Hit>,
    /// By which words.
    pub marks: Marks,
    /// Whether nothing had the words as typed, and these have similar ones, or some of them.
    pub loosely: bool,
}

/// How strictly the words are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Care {
    /// Every word, as typed or inflected.
    Exact,
    /// Every word, perhaps with a mistake in it.
    Mistakes,
    /// Some of them.
    Some,
}

impl Index {
    /// The moments that a query finds.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, query: &Query, asked: &Asked<'_>) -> Result<Found> {
        let searcher = self.reader().searcher();
        for care in [Care::Exact, Care::Mistakes, Care::Some] {
            let mut plan = Plan { searcher: &searcher, fields: self.fields(), care, marks: Marks::default() };
            let ask = plan.whole(query, asked)?;
            let (total, places) = top(&searcher, &ask, asked)?;
            if total > 0 || care == Care::Some {
                let key = self.fields().key;
                let hits = places.into_iter().filter_map(|address| hit(&searcher, key, address)).collect();
                return Ok(Found { total, hits, marks: plan.marks, loosely: care != Care::Exact });
            }
        }
        Ok(Found::default())
    }
}

fn top(searcher: &Searcher, ask: &dyn Ask, asked: &Asked<'_>) -> Result<(usize, Vec<DocAddress>)> {
    let some = TopDocs::with_limit(PAGE).and_offset(asked.page.min(PAGES_MAX) * PAGE);
    let order = match asked.sort {
        Sort::Fit => {
            let (total, found) = searcher.search(ask, &(Count, some.order_by_score()))?;
            return Ok((total, found.into_iter().map(|(_, address)| address).collect()));
        }
        Sort::Newest => Order::Desc,
        Sort::Oldest => Order::Asc,
    };
    let (total, found) = searcher.search(ask, &(Count, some.order_by_fast_field::<i64>("at", order)))?;
    Ok((total, found.into_iter().map(|(_, address)| address).collect()))
}

/// What a document says of its moment; none where the index was written by no program of ours.
fn hit(searcher: &Searcher, key: Field, address: DocAddress) -> Option<Hit> {
    let document: TantivyDocument = searcher.doc(address).ok()?;
    let text = document.get_first(key)?.as_str()?.to_owned();
    let parts: Vec<&str> = text.split(' ').collect();
    let [meeting, kind, one, other, at_ms] = parts.as_slice() else { return None };
    let place = match *kind {
        "said" => Place::Utterance { revision: one.parse().ok()?, place: other.parse().ok()? },
        "item" => Place::Item(one.parse().ok()?),
        "decision" => Place::Decision(one.parse().ok()?),
        _ => Place::Meeting,
    };
    Some(Hit { meeting: meeting.parse().ok()?, place, at_ms: at_ms.parse().ok()? })
}

/// A query on its way to the index.
struct Plan<'a> {
    searcher: &'a Searcher,
    fields: Fields,
    care: Care,
    marks: Marks,
}

impl Plan<'_> {
    fn whole(&mut self, query: &Query, asked: &Asked<'_>) -> Result<BooleanQuery> {
        let mut wanted = Vec::new();
        for clause in &query.wanted {
            wanted.push(self.clause(clause)?);
        }
        let mut parts: Vec<(Occur, Box<dyn Ask>)> = Vec::new();
        if self.care == Care::Some {
            let some = wanted.into_iter().map(|clause| (Occur::Should, clause)).collect();
            parts.push((Occur::Must, Box::new(BooleanQuery::new(some))));
        } else {
            parts.extend(wanted.into_iter().map(|clause| (Occur::Must, clause)));
        }
        let marks = std::mem::take(&mut self.marks);
        for clause in &query.unwanted {
            let clause = self.clause(clause)?;
            parts.push((Occur::MustNot, clause));
        }
        self.marks = marks;
        let fields = self.fields;
        let year = asked.year.map(|year| year.to_string());
        let (body, meeting) = (asked.body.map(|id| id.to_string()), asked.meeting.map(|id| id.to_string()));
        for (field, value) in [
            (fields.municipality, Some(asked.municipality.to_string())),
            (fields.body, body),
            (fields.meeting, meeting),
            (fields.kind, asked.kind.map(|kind| kind.name().to_owned())),
            (fields.year, year),
            (fields.speaker, asked.speaker.map(speaker_key)),
        ] {
            let Some(value) = value else { continue };
            // Which ones are meant says nothing of how well they fit.
            let only = BoostQuery::new(term(field, &value), 0.0);
            parts.push((Occur::Must, Box::new(only)));
        }
        Ok(BooleanQuery::new(parts))
    }

    fn clause(&mut self, clause: &Clause) -> Result<Box<dyn Ask>> {
        match clause {
            Clause::Word(word) => self.word(word),
            Clause::Begin(begin) => {
                let words = self.stands_for(self.fields.exact, pattern(&format!("{begin}.*"))?)?;
                self.marks.exact.extend(words.iter().map(|(word, _)| word.clone()));
                Ok(any(words.iter().map(|(word, weight)| (self.fields.exact, word.as_str(), *weight))))
            }
            Clause::Phrase(words) => {
                self.marks.exact.extend(words.iter().cloned());
                let terms = words.iter().map(|word| Term::from_field_text(self.fields.exact, word)).collect();
                Ok(Box::new(PhraseQuery::new(terms)))
            }
        }
    }

    /// A word in any of its forms, in whichever letters it is typed.
    fn word(&mut self, word: &str) -> Result<Box<dyn Ask>> {
        let Fields { exact, stem: stems, .. } = self.fields;
        let own = stem(word);
        let mut ways = vec![(exact, word.to_owned(), VERY_FORM), (stems, own.clone(), 1.0)];
        let mut add = |field: Field, words: Vec<(String, f32)>, share: f32| {
            ways.extend(words.into_iter().map(|(word, weight)| (field, word, weight * share)));
        };
        if !is_greek(word) {
            if let Some(greek) = greeklish::pattern(word) {
                add(exact, self.stands_for(exact, pattern(&greek)?)?, VERY_FORM);
            }
            if let Some(greek) = greeklish::stems(word) {
                add(stems, self.stands_for(stems, pattern(&greek)?)?, 0.8);
            }
        }
        if self.care != Care::Exact {
            for (field, text) in [(exact, word), (stems, own.as_str())] {
                if text.chars().count() >= MISTAKE_MIN {
                    let near = FuzzyTermQuery::new(Term::from_field_text(field, text), 1, true).automaton()?;
                    add(field, self.stands_for(field, near)?, 0.6);
                }
            }
        }
        for (field, word, _) in &ways {
            let marks = if *field == exact { &mut self.marks.exact } else { &mut self.marks.stems };
            marks.insert(word.clone());
        }
        Ok(any(ways.iter().map(|(field, word, weight)| (*field, word.as_str(), *weight))))
    }

    /// The words of a field that a pattern accepts, and how likely each is: the commonest most.
    fn stands_for(&self, field: Field, pattern: impl Automaton<State: Clone>) -> Result<Vec<(String, f32)>> {
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            let words = segment.inverted_index(field)?;
            let mut stream = words.terms().search(&pattern).into_stream()?;
            let mut looked_at = 0;
            while stream.advance() && looked_at < LOOKED_AT_MAX {
                looked_at += 1;
                if let Ok(word) = std::str::from_utf8(stream.key()) {
                    *found.entry(word.to_owned()).or_default() += stream.value().doc_freq;
                }
            }
        }
        let mut found: Vec<(String, u32)> = found.into_iter().collect();
        found.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        found.truncate(STANDS_FOR_MAX);
        let most = found.first().map_or(1, |(_, times)| *times).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
        let weight = |times: u32| 0.6 + 0.4 * (times as f32 / most as f32);
        Ok(found.into_iter().map(|(word, times)| (word, weight(times))).collect())
    }
}

/// Any of these words, with how likely each is.
fn any<'a>(words: impl Iterator<Item = (Field, &'a str, f32)>) -> Box<dyn Ask> {
    let ways =
        words.map(|(field, word, weight)| -> Box<dyn Ask> { Box::new(BoostQuery::new(term(field, word), weight)) });
    Box::new(DisjunctionMaxQuery::with_tie_breaker(ways.collect::<Vec<_>>(), 0.1))
}

fn term(field: Field, text: &str) -> Box<dyn Ask> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn pattern(text: &str) -> Result<Regex> {
    Regex::new(text).map_err(|error| Error::Pattern(error.to_string()))
}
