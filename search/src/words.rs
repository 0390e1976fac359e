//! The words of a text, and where each stands in it.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::greek::{fold, stem};

/// Where the words of a text stand: runs of letters and digits, with the marks that stand over them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let in_word = |c: char| c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c);
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (from, _) = rest.find(|(_, c)| c.is_alphanumeric())?;
        while rest.next_if(|(_, c)| in_word(*c)).is_some() {}
        Some(from..rest.peek().map_or(text.len(), |(at, _)| *at))
    })
}

/// How a field sees words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Folded.
    Exact,
    /// Without their inflection.
    Stem,
}

/// Gives the index the words of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Splitter(pub(crate) Form);

/// The words of one text.
pub(crate) struct Stream {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Stream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        let token = |(position, range): (usize, Range<usize>)| {
            let folded = fold(&text[range.clone()]);
            let text = match self.0 {
                Form::Exact => folded,
                Form::Stem => stem(&folded),
            };
            Token { offset_from: range.start, offset_to: range.end, position, text, position_length: 1 }
        };
        let tokens: Vec<Token> = words(text).enumerate().map(token).collect();
        Stream { tokens: tokens.into_iter(), token: Token::default() }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_figures() {
        let text = "Η οδός «Αρκαδίου», 12-14: ύ\u{308}δωρ!";
        let found: Vec<&str> = words(text).map(|range| &text[range]).collect();
        assert_eq!(found, ["Η", "οδός", "Αρκαδίου", "12", "14", "ύ\u{308}δωρ"]);
        assert_eq!(words(" … ").count(), 0);
    }
}
