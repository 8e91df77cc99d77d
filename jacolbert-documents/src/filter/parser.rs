//! From the text of a filter to the filter: recursive descent.

use super::error::{Expected, FilterError, FilterFault, FilterPosition};
use super::expression::{Combination, Filter};
use super::field_path::{FieldPath, Step};
use super::like_pattern::LikePattern;
use super::node::{Comparison, Condition, Node, Test};
use super::token::{Token, TokenKind, Tokens, cut, is_keyword};
use super::value::FilterValue;

/// Bytes that the text of a filter may have.
const MAX_BYTES: usize = 1 << 20;
/// Levels of parentheses and NOT, and steps of a field. The stack holds them, with room to spare.
const MAX_DEPTH: usize = 100;

/// Parses the whole of `text`.
pub(super) fn parse(text: &str) -> Result<Filter, FilterError> {
    if text.len() > MAX_BYTES {
        let position = FilterPosition { byte: 0, column: 1 };
        return Err(FilterError { position, fault: FilterFault::TooLong { max: MAX_BYTES } });
    }
    let mut tokens = Tokens::new(text);
    let next = tokens.next()?;
    let mut parser = Parser { text, tokens, next, depth: 0, nodes: Vec::new() };
    parser.any()?;
    if parser.next.kind != TokenKind::End {
        return Err(parser.unexpected(Expected::End));
    }
    Ok(Filter::new(parser.nodes))
}

struct Parser<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    /// The token that was not used yet.
    next: Token<'t>,
    depth: usize,
    /// What was parsed, in postfix order.
    nodes: Vec<Node>,
}

/// What stands on one side of a condition.
enum Operand {
    Field(FieldPath),
    Value(FilterValue),
}

type Parsed<T> = Result<T, FilterError>;

impl<'t> Parser<'t> {
    /// `a OR b OR ..`
    fn any(&mut self) -> Parsed<()> {
        self.combined("OR", Combination::Any, Self::all)
    }

    /// `a AND b AND ..`
    fn all(&mut self) -> Parsed<()> {
        self.combined("AND", Combination::All, Self::negated)
    }

    fn combined(
        &mut self,
        word: &str,
        how: Combination,
        operand: fn(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        operand(self)?;
        let mut count = how.unwrap_last(&mut self.nodes);
        while self.take_word(word)? {
            operand(self)?;
            count += how.unwrap_last(&mut self.nodes);
        }
        if count > 1 {
            self.nodes.push(how.of(count));
        }
        Ok(())
    }

    /// `NOT a`, `(a)` or a condition.
    fn negated(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(FilterFault::TooDeep { max: MAX_DEPTH }));
        }
        if self.take_word("NOT")? {
            self.negated()?;
            self.nodes.push(Node::Not);
        } else if self.take_sign("(")? {
            self.any()?;
            self.expect_sign(")")?;
        } else {
            self.condition()?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn condition(&mut self) -> Parsed<()> {
        match self.operand()? {
            Operand::Field(field) => self.test_of(field),
            Operand::Value(value) => {
                let comparison = self.comparison()?;
                let comparison = comparison.ok_or_else(|| self.unexpected(Expected::Operator))?;
                let field = self.field()?;
                self.push(field, Test::Compare(comparison.flipped(), value));
                Ok(())
            }
        }
    }

    /// What follows a field.
    fn test_of(&mut self, field: FieldPath) -> Parsed<()> {
        if let Some(comparison) = self.comparison()? {
            let value = self.value()?;
            self.push(field, Test::Compare(comparison, value));
            return Ok(());
        }
        if self.take_word("IS")? {
            let is_negated = self.take_word("NOT")?;
            self.expect_word("NULL")?;
            self.push(field, Test::IsNull);
            self.negate_if(is_negated);
            return Ok(());
        }
        if self.take_word("HAS")? {
            let value = self.value()?;
            self.push(field, Test::Has(value));
            return Ok(());
        }
        let is_negated = self.take_word("NOT")?;
        if self.take_word("IN")? {
            let values = self.list()?;
            self.push(field, Test::In(values));
        } else if self.take_word("LIKE")? {
            let pattern = self.pattern()?;
            self.push(field, Test::Like(pattern));
        } else if self.take_word("BETWEEN")? {
            self.between(field)?;
        } else {
            return Err(self.unexpected(Expected::Operator));
        }
        self.negate_if(is_negated);
        Ok(())
    }

    /// `low AND high`: two comparisons.
    fn between(&mut self, field: FieldPath) -> Parsed<()> {
        let low = self.value()?;
        self.expect_word("AND")?;
        let high = self.value()?;
        self.push(field.clone(), Test::Compare(Comparison::GreaterOrEqual, low));
        self.push(field, Test::Compare(Comparison::LessOrEqual, high));
        self.nodes.push(Node::All(2));
        Ok(())
    }

    fn list(&mut self) -> Parsed<Vec<FilterValue>> {
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

    fn pattern(&mut self) -> Parsed<LikePattern> {
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

    fn operand(&mut self) -> Parsed<Operand> {
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
    fn field(&mut self) -> Parsed<FieldPath> {
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

    fn value(&mut self) -> Parsed<FilterValue> {
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
    fn comparison(&mut self) -> Parsed<Option<Comparison>> {
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

    fn push(&mut self, field: FieldPath, test: Test) {
        self.nodes.push(Node::Condition(Condition::new(field, test)));
    }

    fn negate_if(&mut self, is_negated: bool) {
        if is_negated {
            self.nodes.push(Node::Not);
        }
    }

    fn advance(&mut self) -> Parsed<Token<'t>> {
        let next = self.tokens.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn take_word(&mut self, word: &str) -> Parsed<bool> {
        let is_here = matches!(self.next.kind, TokenKind::Word(w) if w.eq_ignore_ascii_case(word));
        if is_here {
            self.advance()?;
        }
        Ok(is_here)
    }

    fn take_sign(&mut self, sign: &str) -> Parsed<bool> {
        let is_here = matches!(self.next.kind, TokenKind::Sign(s) if s == sign);
        if is_here {
            self.advance()?;
        }
        Ok(is_here)
    }

    fn expect_word(&mut self, word: &'static str) -> Parsed<()> {
        let is_here = self.take_word(word)?;
        is_here.then_some(()).ok_or_else(|| self.unexpected(Expected::Word(word)))
    }

    fn expect_sign(&mut self, sign: &'static str) -> Parsed<()> {
        let is_here = self.take_sign(sign)?;
        is_here.then_some(()).ok_or_else(|| self.unexpected(Expected::Word(sign)))
    }

    fn unexpected(&self, expected: Expected) -> FilterError {
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
    fn error(&self, fault: FilterFault) -> FilterError {
        FilterError { position: self.next.position, fault }
    }
}

/// An integer of 64 bits, or the nearest real; the digits were checked.
fn number(digits: &str, sign: &str) -> FilterValue {
    let text = format!("{sign}{digits}");
    let integer = text.parse().ok().map(FilterValue::Integer);
    integer.unwrap_or_else(|| FilterValue::from(text.parse::<f64>().unwrap_or(f64::NAN)))
}
