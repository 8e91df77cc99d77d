//! From the text of a filter to the filter: recursive descent.

use super::error::{Expected, FilterError, FilterFault, FilterPosition};
use super::expression::Filter;
use super::field_path::FieldPath;
use super::node::{Combination, Comparison, Condition, Node, Test};
use super::operands::Operand;
use super::token_cursor::{MAX_DEPTH, Parsed, TokenCursor};

/// Bytes that the text of a filter may have.
const MAX_BYTES: usize = 1 << 20;
/// Parses the whole of `text`.
pub(super) fn parse(text: &str) -> Result<Filter, FilterError> {
    if text.len() > MAX_BYTES {
        let position = FilterPosition { byte: 0, column: 1 };
        return Err(FilterError { position, fault: FilterFault::TooLong { max: MAX_BYTES } });
    }
    let mut parser = Parser { cursor: TokenCursor::new(text)?, depth: 0, nodes: Vec::new() };
    parser.any()?;
    if !parser.cursor.is_at_end() {
        return Err(parser.cursor.unexpected(Expected::End));
    }
    Ok(Filter::new(parser.nodes))
}

struct Parser<'t> {
    cursor: TokenCursor<'t>,
    depth: usize,
    /// What was parsed, in postfix order.
    nodes: Vec<Node>,
}

impl Parser<'_> {
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
        while self.cursor.take_word(word)? {
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
            return Err(self.cursor.error(FilterFault::TooDeep { max: MAX_DEPTH }));
        }
        if self.cursor.take_word("NOT")? {
            self.negated()?;
            self.nodes.push(Node::Not);
        } else if self.cursor.take_sign("(")? {
            self.any()?;
            self.cursor.expect_sign(")")?;
        } else {
            self.condition()?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn condition(&mut self) -> Parsed<()> {
        match self.cursor.operand()? {
            Operand::Field(field) => self.test_of(field),
            Operand::Value(value) => {
                let comparison = self.cursor.comparison()?;
                let comparison =
                    comparison.ok_or_else(|| self.cursor.unexpected(Expected::Operator))?;
                let field = self.cursor.field()?;
                self.push(field, Test::Compare(comparison.flipped(), value));
                Ok(())
            }
        }
    }

    /// What follows a field.
    fn test_of(&mut self, field: FieldPath) -> Parsed<()> {
        if let Some(comparison) = self.cursor.comparison()? {
            let value = self.cursor.value()?;
            self.push(field, Test::Compare(comparison, value));
            return Ok(());
        }
        if self.cursor.take_word("IS")? {
            let is_negated = self.cursor.take_word("NOT")?;
            self.cursor.expect_word("NULL")?;
            self.push(field, Test::IsNull);
            self.negate_if(is_negated);
            return Ok(());
        }
        if self.cursor.take_word("HAS")? {
            let value = self.cursor.value()?;
            self.push(field, Test::Has(value));
            return Ok(());
        }
        let is_negated = self.cursor.take_word("NOT")?;
        if self.cursor.take_word("IN")? {
            let values = self.cursor.list()?;
            self.push(field, Test::In(values));
        } else if self.cursor.take_word("LIKE")? {
            let pattern = self.cursor.pattern()?;
            self.push(field, Test::Like(pattern));
        } else if self.cursor.take_word("BETWEEN")? {
            self.between(field)?;
        } else {
            return Err(self.cursor.unexpected(Expected::Operator));
        }
        self.negate_if(is_negated);
        Ok(())
    }

    /// `low AND high`: two comparisons.
    fn between(&mut self, field: FieldPath) -> Parsed<()> {
        let low = self.cursor.value()?;
        self.cursor.expect_word("AND")?;
        let high = self.cursor.value()?;
        self.push(field.clone(), Test::Compare(Comparison::GreaterOrEqual, low));
        self.push(field, Test::Compare(Comparison::LessOrEqual, high));
        self.nodes.push(Node::All(2));
        Ok(())
    }

    fn push(&mut self, field: FieldPath, test: Test) {
        self.nodes.push(Node::Condition(Condition::new(field, test)));
    }

    fn negate_if(&mut self, is_negated: bool) {
        if is_negated {
            self.nodes.push(Node::Not);
        }
    }
}
