//! The tokens of a filter's text.

use super::error::{FilterError, FilterFault, FilterPosition, Quoted};

/// A token, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) position: FilterPosition,
    pub(super) kind: TokenKind<'t>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'t> {
    /// A bare name or a keyword.
    Word(&'t str),
    /// A name in double quotes.
    Name(String),
    /// A text in single quotes.
    Text(String),
    /// Digits, perhaps with a decimal point and an exponent.
    Number(&'t str),
    /// An operator or a mark.
    Sign(&'static str),
    End,
}

/// Longer ones come before those that they begin with.
const SIGNS: [&str; 16] =
    ["==", "=", "!=", "<>", "<=", "<", ">=", ">", "(", ")", "[", "]", ",", ".", "-", "+"];

const KEYWORDS: [&str; 12] =
    ["AND", "OR", "NOT", "IN", "LIKE", "ESCAPE", "BETWEEN", "IS", "NULL", "TRUE", "FALSE", "HAS"];

/// Whether a bare name would be read as something else.
pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name))
}

/// Whether a name may stand without quotes, if it is no keyword.
pub(super) fn is_bare_name(name: &str) -> bool {
    name.starts_with(begins_name) && name.chars().all(continues_name)
}

/// As in SQLite, every character outside ASCII may be part of a name; here, white space may not.
fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (!c.is_ascii() && !c.is_whitespace() && !c.is_control())
}

fn continues_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit()
}

/// Reads one token after the other.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// Where the latest token begins.
    latest: FilterPosition,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, latest: FilterPosition { byte: 0, column: 1 } }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'t>, FilterError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let rest = &self.text[self.at..];
        self.latest.column += self.text[self.latest.byte..self.at].chars().count();
        self.latest.byte = self.at;
        let kind = match rest.chars().next() {
            None => TokenKind::End,
            Some('\'') => TokenKind::Text(self.quoted('\'', Quoted::Text)?),
            Some('"') => TokenKind::Name(self.quoted('"', Quoted::Name)?),
            Some(c) if begins_name(c) => TokenKind::Word(self.take_while(continues_name)),
            Some(c) if begins_number(c, rest) => self.number()?,
            Some(c) => self.sign(rest).ok_or_else(|| self.error(FilterFault::Character(c)))?,
        };
        Ok(Token { position: self.latest, kind })
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = &self.text[self.at..];
        let len = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn sign(&mut self, rest: &str) -> Option<TokenKind<'t>> {
        let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
        self.at += sign.len();
        Some(TokenKind::Sign(sign))
    }

    /// What stands between two quotes, of which a doubled one means itself.
    fn quoted(&mut self, quote: char, what: Quoted) -> Result<String, FilterError> {
        let mut content = String::new();
        let mut at = self.at + 1;
        loop {
            let rest = &self.text[at..];
            let Some(len) = rest.find(quote) else {
                return Err(self.error(FilterFault::Unclosed(what)));
            };
            content.push_str(&rest[..len]);
            at += len + 1;
            if !self.text[at..].starts_with(quote) {
                self.at = at;
                return Ok(content);
            }
            content.push(quote);
            at += 1;
        }
    }

    fn number(&mut self) -> Result<TokenKind<'t>, FilterError> {
        let start = self.at;
        let mut last = '0';
        // A sign belongs to the number only behind the `e` of its exponent.
        let number = {
            let rest = &self.text[start..];
            let end = rest.find(|c: char| {
                let belongs = continues_name(c)
                    || c == '.'
                    || (last.eq_ignore_ascii_case(&'e') && "+-".contains(c));
                last = c;
                !belongs
            });
            &rest[..end.unwrap_or(rest.len())]
        };
        self.at += number.len();
        let is_decimal = number.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
        if is_decimal && number.parse::<f64>().is_ok() {
            return Ok(TokenKind::Number(number));
        }
        Err(self.error(FilterFault::Number(cut(number))))
    }

    /// The token that begins here is at fault.
    fn error(&self, fault: FilterFault) -> FilterError {
        FilterError { position: self.latest, fault }
    }
}

fn begins_number(c: char, rest: &str) -> bool {
    c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
}

/// The first characters of a text, for messages.
pub(super) fn cut(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
