//! The index of moments: finds the second at which something was said, in any inflection, with or without accents, in Greek,
//! in Greek typed with Latin letters, and in English.
//!
//! The index is a cache in the data folder: it holds words and where they are, never the texts themselves, follows the
//! council's log of changes, and is built anew when it is missing. It knows no HTTP and no page.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail by a panic"))]

mod find;
pub mod greek;
mod greeklish;
mod index;
mod query;
mod snippet;
mod sync;
mod words;

pub use find::{Asked, Found, Hit, Kind, PAGE, PAGES_MAX, Sort};
pub use index::{Index, Moment, Place};
pub use query::{Fault, QUERY_MAX, Query, WORDS_MAX};
pub use snippet::{Marks, Piece};

/// Why the index does not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index's own files.
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// Its folder.
    #[error("the search index's folder: {0}")]
    Folder(#[from] std::io::Error),
    /// A pattern that is none.
    #[error("the search pattern: {0}")]
    Pattern(String),
    /// The database behind it.
    #[error(transparent)]
    Council(#[from] council::Error),
}

/// What the index answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;
