//! Which sources a recording is made of.

use serde::{Deserialize, Serialize};

use crate::{Language, SourceId};

/// The sources of a recording: those that are shown, and those that interpret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// What is shown, by rank: the primary first.
    pub pictures: Vec<SourceId>,
    /// Whose sound is a further language of whatever is shown.
    pub interpreters: Vec<Interpreter>,
}

/// A source of which only the sound is taken: somebody interprets into this language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// Whose sound it is.
    pub source: SourceId,
    /// What is spoken there.
    pub language: Language,
}

impl Sources {
    /// Every source once, however it is used.
    #[must_use]
    pub fn all(&self) -> Vec<SourceId> {
        let mut all = self.pictures.clone();
        all.extend(
            self.interpreters.iter().map(|interpreter| interpreter.source).filter(|one| !self.pictures.contains(one)),
        );
        all
    }
}

impl From<Vec<SourceId>> for Sources {
    fn from(pictures: Vec<SourceId>) -> Self {
        Self { pictures, interpreters: Vec::new() }
    }
}

impl From<&[SourceId]> for Sources {
    fn from(pictures: &[SourceId]) -> Self {
        pictures.to_vec().into()
    }
}

impl<const N: usize> From<&[SourceId; N]> for Sources {
    fn from(pictures: &[SourceId; N]) -> Self {
        pictures.to_vec().into()
    }
}

impl From<&Sources> for Sources {
    fn from(sources: &Sources) -> Self {
        sources.clone()
    }
}
