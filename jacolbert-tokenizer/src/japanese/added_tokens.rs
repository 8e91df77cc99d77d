//! The tokens that are split off from a text before anything else.

use super::options::JapaneseTokenizerOptions;
use crate::SpecialTokens;

/// Tokens with their ids, longest first.
#[derive(Debug)]
pub(super) struct AddedTokens {
    tokens: Vec<(String, u32)>,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text without added tokens, never empty.
    Text(&'a str),
    /// An added token, with its id.
    Token(&'a str, u32),
}

impl AddedTokens {
    /// The added tokens in `options`, and the special tokens.
    pub(super) fn new(special: SpecialTokens, options: &JapaneseTokenizerOptions) -> Self {
        let special = [
            (&options.pad, special.pad),
            (&options.unknown, special.unknown),
            (&options.class, special.class),
            (&options.separator, special.separator),
            (&options.mask, special.mask),
        ];
        let special = special.map(|(token, id)| (token.clone(), id));
        Self::from_tokens(options.added.iter().cloned().chain(special).collect())
    }

    /// These tokens, without empty ones.
    fn from_tokens(mut tokens: Vec<(String, u32)>) -> Self {
        tokens.retain(|(token, _)| !token.is_empty());
        tokens.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
        Self { tokens }
    }

    /// The id of `word`, if it is one of the tokens.
    pub(super) fn id(&self, word: &str) -> Option<u32> {
        self.tokens.iter().find(|(token, _)| token == word).map(|(_, id)| *id)
    }

    /// The token with the id `id`.
    pub(super) fn token(&self, id: u32) -> Option<&str> {
        self.tokens.iter().find(|(_, added)| *added == id).map(|(token, _)| token.as_str())
    }

    /// All of them with their ids.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (u32, &str)> {
        self.tokens.iter().map(|(token, id)| (*id, token.as_str()))
    }

    /// The largest of the ids.
    pub(super) fn largest_id(&self) -> Option<u32> {
        self.tokens.iter().map(|(_, id)| *id).max()
    }

    /// `text` in order, split at each token: the leftmost first, the longest of those that begin at
    /// the same position.
    pub(super) fn pieces<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Piece<'a>> {
        let mut rest = text;
        let mut token = None;
        std::iter::from_fn(move || {
            if let Some(token) = token.take() {
                return Some(token);
            }
            if rest.is_empty() {
                return None;
            }
            let found = self.first_in(rest);
            let (before, found, after) = found.unwrap_or((rest, None, ""));
            rest = after;
            if before.is_empty() {
                return found;
            }
            token = found;
            Some(Piece::Text(before))
        })
    }

    /// The text before the first token, the token, and the text after it.
    fn first_in<'a>(&self, text: &'a str) -> Option<(&'a str, Option<Piece<'a>>, &'a str)> {
        let starts = text.char_indices().map(|(start, _)| start);
        starts.filter(|&start| self.may_begin(text.as_bytes()[start])).find_map(|start| {
            let (before, tail) = text.split_at(start);
            self.tokens.iter().find_map(|(token, id)| {
                let after = tail.strip_prefix(token.as_str())?;
                Some((before, Some(Piece::Token(&tail[..token.len()], *id)), after))
            })
        })
    }

    fn may_begin(&self, byte: u8) -> bool {
        self.tokens.iter().any(|(token, _)| token.as_bytes().first() == Some(&byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Piece<'_>]) {
        let tokens = [("[SEP]", 3), ("[MASK]", 4), ("ab", 7), ("abc", 8)];
        let tokens = tokens.map(|(token, id)| (token.to_owned(), id)).to_vec();
        assert_eq!(
            AddedTokens::from_tokens(tokens).pieces(text).collect::<Vec<_>>(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn pieces_are_cut_at_the_leftmost_longest_token() {
        use Piece::{Text, Token};
        check("", &[]);
        check("日本", &[Text("日本")]);
        check("[SEP]", &[Token("[SEP]", 3)]);
        check("日[SEP]本", &[Text("日"), Token("[SEP]", 3), Text("本")]);
        check("[SEP][MASK]", &[Token("[SEP]", 3), Token("[MASK]", 4)]);
        check("[SEP", &[Text("[SEP")]);
        check("[[SEP]]", &[Text("["), Token("[SEP]", 3), Text("]")]);
        check("xabcab", &[Text("x"), Token("abc", 8), Token("ab", 7)]);
    }
}
