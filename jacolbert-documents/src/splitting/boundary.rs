//! Where a sentence that is too long may be cut.

use unicode_segmentation::UnicodeSegmentation;

use super::marks::{closes, continues_number, full_stop, is_space, marks_kana, opens};
use super::script::Script;

/// What a place between two grapheme clusters is, the best place for a cut first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Boundary {
    /// The end of a sentence.
    Sentence,
    /// After marks that end a sentence in some texts only: `!` before a letter, `…`.
    Mark,
    /// After a comma, a semicolon, a colon or a closing bracket.
    Clause,
    /// After white space.
    Space,
    /// From hiragana to another script, where most Japanese phrases begin.
    Phrase,
    /// From any script to another, except from kanji to the hiragana that end the word.
    Script,
    /// Between two clusters.
    Cluster,
    /// Within a number, before a mark that belongs to what it follows, after an opening bracket.
    Bound,
}

/// A place where a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// Byte position in the text.
    pub(super) at: usize,
    pub(super) boundary: Boundary,
}

/// Every place between two grapheme clusters of `text`, in order.
pub(super) fn cuts(text: &str) -> impl Iterator<Item = Cut> {
    let mut clusters = text.grapheme_indices(true).filter_map(|(at, cluster)| {
        let c = cluster.chars().next()?;
        Some((at, c))
    });
    let mut place = Place { before: None, c: None, script: Script::Other, ended: None };
    let mut next = clusters.next();
    std::iter::from_fn(move || {
        loop {
            let (at, c) = next?;
            next = clusters.next();
            let following = next.map(|(_, c)| c);
            let boundary = place.boundary(c, following);
            place.advance(c, following);
            if let Some(boundary) = boundary {
                return Some(Cut { at, boundary });
            }
        }
    })
}

/// A place behind some clusters of a text; each is known by its first character.
struct Place {
    /// The cluster before the last one.
    before: Option<char>,
    /// The last cluster.
    c: Option<char>,
    /// The script of the last cluster; a mark has that of the cluster it belongs to.
    script: Script,
    /// What ended before here, with nothing but marks, brackets and white space since.
    ended: Option<Boundary>,
}

impl Place {
    /// What this place is if `next` and `following` come next; none at the start of the text.
    fn boundary(&self, next: char, following: Option<char>) -> Option<Boundary> {
        let c = self.c?;
        let in_number = continues_number(self.before, c, Some(next))
            || continues_number(Some(c), next, following)
            || c.is_numeric() && (next.is_numeric() || matches!(next, '%' | '％'));
        if in_number || opens(c) || follows(next) {
            return Some(Boundary::Bound);
        }
        Some(self.ended.unwrap_or_else(|| between(self.script, Script::of(next))))
    }

    /// Goes behind the cluster `c`, before `next`.
    fn advance(&mut self, c: char, next: Option<char>) {
        let ends = if matches!(c, '"' | '\'' | '’') { self.ended } else { ends(self.c, c, next) };
        self.ended = match (self.ended, ends) {
            (Some(earlier), Some(ends)) => Some(earlier.min(ends)),
            (_, ends) => ends,
        };
        if !marks_kana(c) || self.c.is_none() {
            self.script = Script::of(c);
        }
        self.before = self.c.replace(c);
    }
}

/// Whether `c` never begins a line of Japanese text.
fn follows(c: char) -> bool {
    is_space(c) || closes(c) || full_stop(c) || marks_kana(c) || mark(c) || clause(c)
}

/// What ends after `c`, which `before` precedes and `next` follows.
fn ends(before: Option<char>, c: char, next: Option<char>) -> Option<Boundary> {
    let in_ascii = next.is_some_and(|next| next.is_ascii() && !is_space(next) && !closes(next));
    match c {
        '…' | '‥' | '⋯' => Some(Boundary::Mark),
        // Not within an address, as in `?q=1`.
        '!' | '?'
            if !in_ascii || next.is_some_and(|next| next.is_ascii_uppercase() || mark(next)) =>
        {
            Some(Boundary::Mark)
        }
        '.' if !in_ascii && before.is_some_and(|before| !before.is_ascii()) => Some(Boundary::Mark),
        '、' | '，' | '､' | '；' | '：' => Some(Boundary::Clause),
        ',' | ';' | ':' if !in_ascii => Some(Boundary::Clause),
        _ if full_stop(c) => Some(Boundary::Mark),
        _ if closes(c) => Some(Boundary::Clause),
        _ if is_space(c) => Some(Boundary::Space),
        _ => None,
    }
}

fn mark(c: char) -> bool {
    matches!(c, '…' | '‥' | '⋯' | '!' | '?' | '.')
}

fn clause(c: char) -> bool {
    matches!(c, '、' | '，' | '､' | '；' | '：' | ',' | ';' | ':')
}

fn between(script: Script, next: Script) -> Boundary {
    match (script, next) {
        _ if script == next => Boundary::Cluster,
        (Script::Digit, _) | (Script::Letter, Script::Digit) => Boundary::Cluster,
        (Script::Han, Script::Hiragana) => Boundary::Cluster,
        (Script::Hiragana, _) => Boundary::Phrase,
        _ => Boundary::Script,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `text` with a stroke at each of its best places.
    fn cut_up(text: &str) -> String {
        let best = cuts(text).map(|cut| cut.boundary).min();
        let mut marked = text.to_string();
        let best: Vec<_> = cuts(text).filter(|cut| Some(cut.boundary) == best).collect();
        best.iter().rev().for_each(|cut| marked.insert(cut.at, '|'));
        marked
    }

    #[test]
    fn the_best_places_are_where_a_reader_would_cut() {
        let check = |text: &str, expected: &str| assert_eq!(cut_up(text), expected);
        // Marks.
        check("行くぞ!明日、行くぞ!!」と言う", "行くぞ!|明日、行くぞ!!」|と言う");
        check("そうか……では、また…", "そうか……|では、また…");
        check("高い.次に、低い", "高い.|次に、低い");
        check("Go!Now, then", "Go!|Now, then");
        // Clauses, before words and addresses.
        check("山、川；海：空", "山、|川；|海：|空");
        check("山（高い）川「青い」海", "山（高い）|川「青い」|海");
        check("one, two; three", "one, |two; |three");
        check("http://a.jp/?q=1,2 を見る", "http://a.jp/?q=1,2 |を見る");
        // Numbers.
        check("3.5と1,000と10:30と１，０００は数", "3.5と|1,000と|10:30と|１，０００は|数");
        // White space.
        check("今日は　晴れ です", "今日は　|晴れ |です");
        // Phrases, other changes of script, clusters.
        check("私は学校に行く", "私は|学校に|行く");
        check("コーヒー豆", "コーヒー|豆");
        check("東京都", "東|京|都");
        check("行く", "行|く");
        check("らーめんをたべた", "らー|め|ん|を|た|べ|た");
        check("ﾊﾞﾅﾅ", "ﾊﾞ|ﾅ|ﾅ");
        check("か\u{3099}き", "か\u{3099}|き");
        check("葛\u{e0100}葛", "葛\u{e0100}|葛");
        check("👨‍👩‍👧👍🏽", "👨‍👩‍👧|👍🏽");
        // Only worst places.
        check("1234", "1|2|3|4");
        check("あー", "あ|ー");
        check("一", "一");
        check("", "");
    }

    #[test]
    fn places_are_of_the_kinds_that_they_should_be() {
        let text = "あ!い、う え漢カa1か々";
        let found: Vec<Boundary> = cuts(text).map(|cut| cut.boundary).collect();
        use Boundary::*;
        let expected = [
            Bound, Mark, Bound, Clause, Bound, Space, Phrase, Script, Script, Cluster, Cluster,
            Bound,
        ];
        assert_eq!(found, expected);
    }
}
