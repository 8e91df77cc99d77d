//! An explanation as text.

use std::fmt::Write;

use jacolbert_model::TokenRole;

use super::data::{Explanation, TokenMatch};
use super::display_width::display_width;
use super::strength::Strength;

/// Columns of the bar of the strongest match.
const BAR: f32 = 10.0;
/// Columns of a label beyond which it does not move the column after it.
const MAX_LABEL: usize = 24;

impl Explanation {
    /// The explanation as text for a terminal: one line for each token of the query, with its score, a bar, and the
    /// part of the passage that it matches best; then one line for each kind of token that every query has.
    ///
    /// Bars compare the tokens of the query with each other: the weakest has none, the strongest a full one.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let hits = collection.search("一番高い山は？", 1)?;
    /// print!("{}", collection.explain("一番高い山は？", hits[0].passage_id)?.to_text());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn to_text(&self) -> String {
        let of_text = self.matches.iter().filter(|found| found.query_role == TokenRole::Text);
        let of_text: Vec<&TokenMatch> = of_text.collect();
        let labels = of_text.iter().map(|found| visible(&self.query_label(found)));
        let labels: Vec<String> = labels.collect();
        let width = labels.iter().map(|label| display_width(label)).max().unwrap_or(0);
        let width = width.min(MAX_LABEL);
        let strength = Strength::of(self);
        let mut text = format!("{:.2} {}\n", self.score(), visible(&self.query));
        for (found, label) in of_text.into_iter().zip(&labels) {
            let bar = "#".repeat((strength.share(found) * BAR).round() as usize);
            let padding = " ".repeat(width.saturating_sub(display_width(label)));
            let passage = visible(&self.passage_label(found));
            push_line(
                &mut text,
                format_args!("{:6.3} {bar:<10} {label}{padding} -> {passage}", found.score),
            );
        }
        self.push_frame(&mut text);
        if self.tokens_cut > 0 {
            push_line(
                &mut text,
                format_args!("       {} tokens of the query were not read", self.tokens_cut),
            );
        }
        text.push_str(&visible(&self.content));
        text.push('\n');
        text
    }

    /// Appends the sums of the tokens that every query has.
    fn push_frame(&self, text: &mut String) {
        for role in [TokenRole::Class, TokenRole::Marker, TokenRole::Separator, TokenRole::Mask] {
            let of_role = self.matches.iter().filter(|found| found.query_role == role);
            let of_role: Vec<&TokenMatch> = of_role.collect();
            let Some(first) = of_role.first() else { continue };
            let sum: f32 = of_role.iter().map(|found| found.score).sum();
            let label = self.query_label(first);
            match of_role.len() {
                1 => push_line(
                    text,
                    format_args!(
                        "{sum:6.3}            {label} -> {}",
                        visible(&self.passage_label(first))
                    ),
                ),
                n => push_line(text, format_args!("{sum:6.3}            {n} {label}")),
            }
        }
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _written = writeln!(text, "{line}");
}

/// `text` on one line, without characters that would steer a terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
