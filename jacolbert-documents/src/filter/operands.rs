//! Fields, values and comparisons, of which conditions are made.

use super::error::{Expected, FilterFault};
use super::field_path::{FieldPath, Step};
use super::like_pattern::LikePattern;
use super::node::Comparison;
use super::token::{TokenKind, is_keyword};
use super::token_cursor::{MAX_DEPTH, Parsed, TokenCursor};
use super::value::FilterValue;

/// What stands on one side of a condition.
pub(super) enum Operand {
    Field(FieldPath),
    Value(FilterValue),
}

impl TokenCursor<'_> {
    pub(super) fn operand(&mut self) -> Parsed<Operand> {
        match &self.next.kind {
            TokenKind::Name(_) => self.field().map(Operand::Field),
            TokenKind::Word(word) if !is_keyword(word) => self.field().map(Operand::Field),
            _ => match self.take_value()? {
                Some(value) => Ok(Operand::Value(value)),
                None => Err(self.unexpected(Expected::Condition)),
            },
        }
    }

    /// `author.name`, `"strange key"`, `tags[0]`
    pub(super) fn field(&mut self) -> Parsed<FieldPath> {
        let position = Some(self.next.position);
        let first = match &self.next.kind {
            TokenKind::Word(word) if is_keyword(word) => None,
            TokenKind::Word(word) => Some((*word).to_owned()),
            TokenKind::Name(name) => Some(name.clone()),
            _ => None,
        };
        let first = first.ok_or_else(|| self.unexpected(Expected::Field))?;
        self.advance()?;
        let mut steps = vec![Step::Key(first)];
        loop {
            if self.take_sign(".")? {
                steps.push(Step::Key(self.key()?));
            } else if self.take_sign("[")? {
                steps.push(Step::Element(self.element()?));
                self.expect_sign("]")?;
            } else {
                return Ok(FieldPath { steps, position });
            }
            if steps.len() > MAX_DEPTH {
                return Err(self.error(FilterFault::TooDeep { max: MAX_DEPTH }));
            }
        }
    }

    /// A key behind a dot, which may be a keyword.
    fn key(&mut self) -> Parsed<String> {
        let key = match &self.next.kind {
            TokenKind::Word(word) => (*word).to_owned(),
            TokenKind::Name(name) => name.clone(),
            _ => return Err(self.unexpected(Expected::Key)),
        };
        self.advance()?;
        Ok(key)
    }

    fn element(&mut self) -> Parsed<usize> {
        let number = match self.next.kind {
            TokenKind::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.unexpected(Expected::Element))?;
        self.advance()?;
        Ok(number)
    }

    pub(super) fn value(&mut self) -> Parsed<FilterValue> {
        match self.take_value()? {
            Some(value) => Ok(value),
            None => Err(self.unexpected(Expected::Value)),
        }
    }

    /// A value, if one stands here.
    fn take_value(&mut self) -> Parsed<Option<FilterValue>> {
        let value = match &self.next.kind {
            TokenKind::Text(text) => FilterValue::Text(text.clone()),
            TokenKind::Number(digits) => number(digits, ""),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("NULL") => FilterValue::Null,
            TokenKind::Word(word) if word.eq_ignore_ascii_case("TRUE") => FilterValue::Bool(true),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("FALSE") => FilterValue::Bool(false),
            TokenKind::Sign("-") => return self.signed("-").map(Some),
            TokenKind::Sign("+") => return self.signed("").map(Some),
            _ => return Ok(None),
        };
        self.advance()?;
        Ok(Some(value))
    }

    /// A number behind its sign.
    fn signed(&mut self, sign: &str) -> Parsed<FilterValue> {
        self.advance()?;
        let TokenKind::Number(digits) = self.next.kind else {
            return Err(self.unexpected(Expected::Value));
        };
        self.advance()?;
        Ok(number(digits, sign))
    }

    fn quoted_text(&mut self) -> Parsed<String> {
        let TokenKind::Text(text) = &self.next.kind else {
            return Err(self.unexpected(Expected::Text));
        };
        let text = text.clone();
        self.advance()?;
        Ok(text)
    }

    /// A comparison, if one stands here.
    pub(super) fn comparison(&mut self) -> Parsed<Option<Comparison>> {
        let comparison = match self.next.kind {
            TokenKind::Sign("=" | "==") => Comparison::Equal,
            TokenKind::Sign("!=" | "<>") => Comparison::NotEqual,
            TokenKind::Sign("<") => Comparison::Less,
            TokenKind::Sign("<=") => Comparison::LessOrEqual,
            TokenKind::Sign(">") => Comparison::Greater,
            TokenKind::Sign(">=") => Comparison::GreaterOrEqual,
            _ => return Ok(None),
        };
        self.advance()?;
        Ok(Some(comparison))
    }

    pub(super) fn list(&mut self) -> Parsed<Vec<FilterValue>> {
        self.expect_sign("(")?;
        let mut values = Vec::new();
        if self.take_sign(")")? {
            return Ok(values);
        }
        loop {
            values.push(self.value()?);
            if self.take_sign(")")? {
                return Ok(values);
            }
            self.expect_sign(",")?;
        }
    }

    pub(super) fn pattern(&mut self) -> Parsed<LikePattern> {
        let pattern = self.quoted_text()?;
        if !self.take_word("ESCAPE")? {
            return Ok(LikePattern::new(pattern, None));
        }
        let error = self.error(FilterFault::Escape);
        let escape = self.quoted_text()?;
        let mut characters = escape.chars();
        match (characters.next(), characters.next()) {
            (Some(escape), None) => Ok(LikePattern::new(pattern, Some(escape))),
            _ => Err(error),
        }
    }
}

/// An integer of 64 bits, or the nearest real; the digits were checked.
fn number(digits: &str, sign: &str) -> FilterValue {
    let text = format!("{sign}{digits}");
    let integer = text.parse().ok().map(FilterValue::Integer);
    integer.unwrap_or_else(|| FilterValue::from(text.parse::<f64>().unwrap_or(f64::NAN)))
}
