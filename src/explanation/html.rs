//! An explanation as a page.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use jacolbert_model::TokenRole;

use super::data::{Explanation, TokenMatch};
use super::strength::Strength;

/// The page before and after what differs. It loads nothing and runs no script.
const HEAD: &str = include_str!("head.html");

/// A part of a text, and the matches whose token it is, by their numbers.
struct Part {
    range: Range<usize>,
    matches: Vec<usize>,
}

impl Explanation {
    /// The explanation as one HTML file, which loads nothing and needs no script: each token of the query has a colour,
    /// and the parts of the passage have the colours of the tokens that match them, the stronger the better they match.
    /// Pointing at a token, or reaching it with the keyboard, frames its match.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let hits = collection.search("一番高い山は？", 1)?;
    /// let explanation = collection.explain("一番高い山は？", hits[0].passage_id)?;
    /// std::fs::write("explanation.html", explanation.to_html())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_html(&self) -> String {
        let mut page = String::from(HEAD);
        let strength = Strength::of(self);
        self.push_styles(&mut page, strength);
        page.push_str("</style>\n<title>");
        push_escaped(&mut page, &self.query);
        page.push_str("</title>\n<main>\n<h1>");
        self.push_query(&mut page);
        let _written = write!(page, "</h1>\n<p>score {:.3}</p>\n<blockquote>", self.score());
        self.push_passage(&mut page);
        page.push_str("</blockquote>\n");
        self.push_table(&mut page);
        if self.tokens_cut > 0 {
            let cut = self.tokens_cut;
            let _written =
                writeln!(page, "<p>{cut} tokens at the end of the query were not read.</p>");
        }
        page.push_str("</main>\n</html>\n");
        page
    }

    /// One colour for each token of the query. Neighbours differ most if each hue is a golden angle from the last.
    fn push_styles(&self, page: &mut String, strength: Strength) {
        for (n, found) in self.matches.iter().enumerate() {
            if found.query_role == TokenRole::Text {
                let hue = (n as f32 * 137.5) % 360.0;
                let alpha = 0.12 + 0.63 * strength.share(found);
                let _written = write!(
                    page,
                    ".m{n}{{background:light-dark(hsl({hue:.0} 90% 55%/{alpha:.2}),hsl({hue:.0} 80% 38%/{alpha:.2}))}}\n\
                     main:has(.p{n}:is(:hover,:focus)) .p{n},main:has(.r{n}:hover) .p{n}{{outline:2px solid}}\n"
                );
            }
        }
    }

    fn push_query(&self, page: &mut String) {
        let parts = self.parts(self.query.len(), |found| found.query_range.clone());
        push_parts(page, &self.query, &parts, |page, part| {
            for &n in &part.matches {
                let found = &self.matches[n];
                let _written = write!(page, "{:.3} → ", found.score);
                push_escaped(page, &self.passage_label(found));
                page.push_str("&#10;");
            }
        });
    }

    fn push_passage(&self, page: &mut String) {
        let parts = self.parts(self.content.len(), |found| found.passage_range.clone());
        push_parts(page, &self.content, &parts, |page, part| {
            for &n in &part.matches {
                let found = &self.matches[n];
                let _written = write!(page, "{:.3} ← ", found.score);
                push_escaped(page, &self.query_label(found));
                page.push_str("&#10;");
            }
        });
    }

    /// The parts of a text of `len` bytes that tokens of the query match, and the parts between them; the strongest
    /// match of a part comes first.
    fn parts(&self, len: usize, range: impl Fn(&TokenMatch) -> Option<Range<usize>>) -> Vec<Part> {
        let mut matched: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (n, found) in self.matches.iter().enumerate() {
            if let (TokenRole::Text, Some(range)) = (found.query_role, range(found)) {
                matched.entry((range.start, range.end)).or_default().push(n);
            }
        }
        let mut parts = Vec::new();
        let mut end = 0;
        for ((start, stop), mut matches) in matched {
            // Tokens do not overlap, unless they share a character; the first one then has it.
            if start < end {
                continue;
            }
            matches.sort_by(|&a, &b| self.matches[b].score.total_cmp(&self.matches[a].score));
            parts.push(Part { range: end..start, matches: Vec::new() });
            parts.push(Part { range: start..stop, matches });
            end = stop;
        }
        parts.push(Part { range: end..len, matches: Vec::new() });
        parts
    }

    fn push_table(&self, page: &mut String) {
        page.push_str("<table>\n<tr><th>query<th>passage<th>score\n");
        for (n, found) in self.matches.iter().enumerate() {
            let _written = write!(page, "<tr class=\"r{n}\"><td>");
            push_escaped(page, &self.query_label(found));
            page.push_str("<td>");
            push_escaped(page, &self.passage_label(found));
            let _written = writeln!(page, "<td>{:.3}", found.score);
        }
        page.push_str("</table>\n");
    }
}

/// Appends `text`; matched parts are coloured, and `describe` writes what a pointer shows.
fn push_parts(
    page: &mut String,
    text: &str,
    parts: &[Part],
    describe: impl Fn(&mut String, &Part),
) {
    for part in parts {
        let surface = text.get(part.range.clone()).unwrap_or_default();
        let Some(strongest) = part.matches.first() else {
            push_escaped(page, surface);
            continue;
        };
        // The strongest match gives the colour, and all of them answer to a pointer.
        let _written = write!(page, "<span tabindex=\"0\" class=\"m{strongest}");
        for n in &part.matches {
            let _written = write!(page, " p{n}");
        }
        page.push_str("\" title=\"");
        describe(page, part);
        page.push_str("\">");
        push_escaped(page, surface);
        page.push_str("</span>");
    }
}

/// Appends `text` as HTML shows it, also within a quoted attribute.
fn push_escaped(page: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            // HTML has no form for it.
            '\0' => page.push('\u{fffd}'),
            other => page.push(other),
        }
    }
}
