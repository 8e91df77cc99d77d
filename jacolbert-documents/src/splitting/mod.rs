//! Splitting of long documents at the ends of sentences.

mod boundary;
mod marks;
mod packing;
mod pieces;
mod script;
mod sentences;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use packing::Packing;
use pieces::{Limits, pieces};

/// How a document becomes passages.
///
/// ```
/// use jacolbert_documents::Splitting;
///
/// let splitting: Splitting = serde_json::from_str(r#"{"Sentences":{"max_tokens":200,"overlap":20}}"#)?;
/// assert_eq!(splitting, Splitting::Sentences { max_tokens: 200, overlap: 20 });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Splitting {
    /// One passage per document. The encoder cuts a text that is too long for it, and reports that.
    Whole,
    /// As many whole sentences per passage as fit. Every character of a document is in at least one of its
    /// passages.
    ///
    /// A sentence ends after 。！？．⁉‼ and the closing brackets that follow, after . ! ? before white space,
    /// and after a line. A sentence that is too long by itself is cut at the best place that it has: after
    /// marks that may end a sentence (… ‥, and ! ? without white space), after a comma, colon or closing bracket,
    /// after white space, before the phrase that follows hiragana, between scripts, between characters. A
    /// grapheme cluster is never cut; a number such as 3.5 or 1,000, or a character and its mark, only if it is
    /// longer than a passage.
    Sentences {
        /// Maximum number of tokens of a passage without markers, from 1; clipped to what the encoder
        /// takes. Longer passages mean fewer, larger hits and more time per passage in the model.
        max_tokens: usize,
        /// Maximum number of tokens that two neighbours share: the last sentences of one passage begin
        /// the next, or the last clauses of a sentence that is longer. More overlap keeps more context and
        /// makes the index larger. Anything above half of `max_tokens` counts as half of it, so that a
        /// document of many sentences has at most about twice as many passages as without overlap.
        overlap: usize,
    },
}

impl Default for Splitting {
    /// Passages of up to 250 tokens that share up to 50.
    fn default() -> Self {
        Self::Sentences { max_tokens: 250, overlap: 50 }
    }
}

impl Splitting {
    /// The same splitting, with at most `limit` tokens per passage. [`Whole`](Self::Whole) stays as it
    /// is.
    pub fn clipped(self, limit: usize) -> Self {
        match self {
            Self::Whole => Self::Whole,
            Self::Sentences { max_tokens, overlap } => {
                Self::Sentences { max_tokens: max_tokens.clamp(1, limit.max(1)), overlap }
            }
        }
    }

    /// The passages of `text`, of which there is at least one. `num_tokens` counts the tokens of a
    /// part of it.
    ///
    /// # Errors
    /// The first error of `num_tokens`.
    pub fn split<'t, E>(
        &self,
        text: &'t str,
        num_tokens: impl Fn(&str) -> Result<usize, E>,
    ) -> Result<Vec<&'t str>, E> {
        let ranges = self.ranges(text, num_tokens)?;
        Ok(ranges.into_iter().map(|range| &text[range]).collect())
    }

    /// The byte ranges of the passages of `text`; see [`split`](Self::split).
    ///
    /// # Errors
    /// The first error of `num_tokens`.
    pub fn ranges<E>(
        &self,
        text: &str,
        num_tokens: impl Fn(&str) -> Result<usize, E>,
    ) -> Result<Vec<Range<usize>>, E> {
        match *self {
            Self::Sentences { max_tokens, overlap } if num_tokens(text)? > max_tokens => {
                let max_tokens = max_tokens.max(1);
                let overlap = overlap.min(max_tokens / 2);
                let limits = limits(max_tokens, overlap);
                let pieces = pieces(text, limits, &num_tokens)?;
                Packing { max_tokens, overlap, limits }.passages(text, &pieces, &num_tokens)
            }
            _ => {
                let whole = 0..text.len();
                Ok(vec![whole])
            }
        }
    }
}

/// A passage has at least five parts of a sentence that is cut, so that most of it is filled, and an overlap
/// at least one. A sentence is cut if it leaves no room for an overlap.
fn limits(max_tokens: usize, overlap: usize) -> Limits {
    let fifth = (max_tokens / 5).max(1);
    let part = if overlap == 0 { fifth } else { fifth.min(overlap) };
    let whole = if overlap == 0 { max_tokens } else { max_tokens - part };
    Limits { whole: whole.max(1), part }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn num_chars(text: &str) -> Result<usize, Infallible> {
        Ok(text.chars().count())
    }

    fn split(text: &str, max_tokens: usize, overlap: usize) -> Vec<&str> {
        let Ok(passages) = Splitting::Sentences { max_tokens, overlap }.split(text, num_chars);
        passages
    }

    #[test]
    fn short_documents_stay_whole() {
        assert_eq!(split("一つ。二つ。", 6, 2), ["一つ。二つ。"]);
        assert_eq!(split("", 6, 2), [""]);
        let many = |_: &str| Ok::<_, Infallible>(1_000);
        assert_eq!(Splitting::Whole.split("一つ。二つ。", many), Ok(vec!["一つ。二つ。"]));
    }

    #[test]
    fn neighbours_share_whole_sentences_or_the_end_of_a_longer_one() {
        assert_eq!(
            split("あい。うえ。おか。きく。", 6, 3),
            ["あい。うえ。", "うえ。おか。", "おか。きく。"]
        );
        assert_eq!(
            split("あい。うえ。おか。きく。", 6, 2),
            ["あい。うえ。", "え。おか。", "か。きく。"]
        );
        assert_eq!(split("あい。うえ。おか。きく。", 6, 0), ["あい。うえ。", "おか。きく。"]);
        assert_eq!(
            split("春が来て、花が咲く。夏が来る。", 12, 6),
            ["春が来て、花が咲く。", "花が咲く。夏が来る。"]
        );
    }

    /// As many whole sentences per passage as fit, and the next one begins with as many of the last as fit into
    /// the overlap.
    fn passages_of_short_sentences(text: &str, max_tokens: usize, overlap: usize) -> Vec<String> {
        let sentences: Vec<&str> = text.split_inclusive('。').collect();
        let num_chars = |sentences: &[&str]| sentences.concat().chars().count();
        let mut passages = Vec::new();
        let mut first = 0;
        loop {
            let fits = |end: &usize| num_chars(&sentences[first..*end]) <= max_tokens;
            let end = (first + 1..=sentences.len()).take_while(fits).last().unwrap_or(first + 1);
            passages.push(sentences[first..end].concat());
            let Some(next) = sentences.get(end) else { return passages };
            let room = overlap.min(max_tokens - num_chars(&[next]));
            let starts = (first + 1..end).rev();
            let shared =
                starts.take_while(|&start| num_chars(&sentences[start..end]) <= room).last();
            first = shared.unwrap_or(end);
        }
    }

    #[test]
    fn an_overlap_above_half_of_a_passage_counts_as_half() {
        let text = "あ。".repeat(50);
        let half = split(&text, 20, 10);
        assert_eq!(half.len(), 9);
        for overlap in [11, 19, 20, 1_000] {
            assert_eq!(split(&text, 20, overlap), half, "{overlap}");
        }
    }

    /// Texts whose sentences end otherwise than by 。, with a part that is repeated.
    const UNUSUAL: [(&str, &str); 9] = [
        ("half-width marks", "今日は晴れた!山に登ろう!水を持つのか?"),
        ("ellipses", "それは……わからない…けれども行く‥"),
        ("ideographic spaces", "本日の議題　予算の審議　前回の確認　"),
        ("a transcript", "それでまあ私は山に行ったんですけど道が混んでて着いたのは夕方で"),
        ("kanji", "東京都特許許可局局長今日急遽休暇許可却下"),
        ("katakana", "コンピューターグラフィックスデザイナー"),
        ("English", "and so we went to the mountain but the road was full "),
        ("numbers", "3.5と1,000と２，０００と10:30と"),
        ("clusters", "か\u{3099}葛\u{e0100}👨‍👩‍👧ﾊﾞーーゝ"),
    ];

    #[test]
    fn neighbours_always_share_something_in_a_sentence_without_end() {
        for (kind, part) in UNUSUAL {
            let text = part.repeat(60);
            for (max_tokens, overlap) in [(50, 10), (50, 25), (50, 5), (200, 40)] {
                let splitting = Splitting::Sentences { max_tokens, overlap };
                let Ok(passages) = splitting.ranges(&text, num_chars);
                for pair in passages.windows(2) {
                    let shared = &text[pair[1].start..pair[0].end];
                    assert!(!shared.is_empty(), "{kind}: {pair:?}");
                    assert!(shared.chars().count() <= overlap, "{kind}: {pair:?}");
                }
                let most = 3 * text.chars().count() / max_tokens;
                assert!((2..=most).contains(&passages.len()), "{kind}: {}", passages.len());
            }
        }
    }

    #[test]
    fn no_cut_is_inside_a_cluster_or_a_number_or_before_a_mark() {
        for (kind, part) in UNUSUAL {
            let text = part.repeat(60);
            for overlap in [0, 1, 4, 9] {
                let splitting = Splitting::Sentences { max_tokens: 20, overlap };
                let Ok(passages) = splitting.ranges(&text, num_chars);
                let ends = passages.iter().flat_map(|passage| [passage.start, passage.end]);
                let bound: Vec<usize> = boundary::cuts(&text)
                    .filter(|cut| cut.boundary == boundary::Boundary::Bound)
                    .map(|cut| cut.at)
                    .collect();
                for end in ends.filter(|&end| end > 0 && end < text.len()) {
                    assert!(boundary::cuts(&text).any(|cut| cut.at == end), "{kind} at {end}");
                    assert!(!bound.contains(&end), "{kind} at {end}: {}", &text[end..]);
                }
            }
        }
    }

    #[test]
    fn passages_end_at_the_best_boundary_of_their_second_half() {
        let clauses = "山と川と、海と空と花と".repeat(30);
        for passage in split(&clauses, 30, 0).iter().rev().skip(1) {
            assert!(passage.ends_with('、'), "{passage}");
        }
    }

    #[test]
    fn what_has_only_worst_places_is_cut_where_it_must_be() {
        let digits = "1".repeat(50);
        assert!(split(&digits, 8, 2).iter().all(|passage| passage.len() <= 8));
        let long = "ー".repeat(50);
        assert!(split(&long, 8, 2).iter().all(|passage| passage.chars().count() <= 8));
        // A cluster stays whole, however long.
        let cluster = format!("a{}", "\u{301}".repeat(50));
        assert_eq!(split(&cluster, 8, 2), [cluster.as_str()]);
    }

    #[test]
    fn an_error_of_the_count_is_returned() {
        let fails_on_parts = |text: &str| if text.len() > 9 { Ok(9) } else { Err("no count") };
        let splitting = Splitting::Sentences { max_tokens: 3, overlap: 0 };
        assert_eq!(splitting.split("一つ。二つ。", fails_on_parts), Err("no count"));
    }

    proptest! {
        #[test]
        fn passages_fit_and_cover_every_character_in_order(
            text in "[あ-お。！\n a.」𠮷]{0,80}",
            max_tokens in 1usize..20,
            overlap in 0usize..30,
        ) {
            let passages = split(&text, max_tokens, overlap);
            let start = |passage: &str| passage.as_ptr() as usize - text.as_ptr() as usize;
            let mut covered = 0;
            for passage in &passages {
                prop_assert!(passage.chars().count() <= max_tokens);
                prop_assert!(start(passage) <= covered);
                prop_assert!(start(passage) + passage.len() > covered || text.is_empty());
                covered = start(passage) + passage.len();
            }
            prop_assert_eq!(covered, text.len());
        }

        #[test]
        fn short_sentences_are_never_cut(
            text in "(([あ-お]{1,4}、)?[ア-オ一-三a-c]{1,3}。){1,30}",
            max_tokens in 18usize..40,
        ) {
            let passages = split(&text, max_tokens, 9);
            prop_assert_eq!(passages, passages_of_short_sentences(&text, max_tokens, 9));
        }

        #[test]
        fn any_text_of_any_script_can_be_split(text in ".{0,60}", max_tokens in 0usize..9) {
            prop_assert!(!split(&text, max_tokens, 3).is_empty());
        }
    }
}
