//! The tokens of a filter, of which the next is known.

use super::error::{Expected, FilterError, FilterFault};
use super::token::{Token, TokenKind, Tokens, cut};

/// Levels of parentheses and NOT, and steps of a field. The stack holds them, with room to spare.
pub(super) const MAX_DEPTH: usize = 100;

pub(super) type Parsed<T> = Result<T, FilterError>;

/// A place between two tokens.
#[derive(Debug)]
pub(super) struct TokenCursor<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    /// The token that was not used yet.
    pub(super) next: Token<'t>,
}

impl<'t> TokenCursor<'t> {
    /// Before the first token of `text`.
    pub(super) fn new(text: &'t str) -> Parsed<Self> {
        let mut tokens = Tokens::new(text);
        let next = tokens.next()?;
        Ok(Self { text, tokens, next })
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.next.kind == TokenKind::End
    }

    pub(super) fn advance(&mut self) -> Parsed<Token<'t>> {
        let next = self.tokens.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    pub(super) fn take_word(&mut self, word: &str) -> Parsed<bool> {
        let is_here = matches!(self.next.kind, TokenKind::Word(w) if w.eq_ignore_ascii_case(word));
        if is_here {
            self.advance()?;
        }
        Ok(is_here)
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> Parsed<bool> {
        let is_here = matches!(self.next.kind, TokenKind::Sign(s) if s == sign);
        if is_here {
            self.advance()?;
        }
        Ok(is_here)
    }

    pub(super) fn expect_word(&mut self, word: &'static str) -> Parsed<()> {
        let is_here = self.take_word(word)?;
        is_here.then_some(()).ok_or_else(|| self.unexpected(Expected::Word(word)))
    }

    pub(super) fn expect_sign(&mut self, sign: &'static str) -> Parsed<()> {
        let is_here = self.take_sign(sign)?;
        is_here.then_some(()).ok_or_else(|| self.unexpected(Expected::Word(sign)))
    }

    pub(super) fn unexpected(&self, expected: Expected) -> FilterError {
        let found = match &self.next.kind {
            TokenKind::End => "the end".into(),
            _ => cut(self.text[self.next.position.byte..]
                .split_whitespace()
                .next()
                .unwrap_or_default()),
        };
        self.error(FilterFault::Unexpected { expected, found })
    }

    /// The next token is at fault.
    pub(super) fn error(&self, fault: FilterFault) -> FilterError {
        FilterError { position: self.next.position, fault }
    }
}
