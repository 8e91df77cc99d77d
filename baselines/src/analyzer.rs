//! The analysis of a text into terms.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::AnalyzerError;

type Cut = dyn Fn(&str) -> Result<Vec<String>, AnalyzerError> + Send + Sync;

/// The analysis of passages and queries into terms.
pub enum Analyzer {
    /// Pairs of neighbouring characters in a run of letters and digits, in NFKC and lower case; a run of
    /// one character is a term itself. Punctuation and white space end a run.
    Bigrams,
    /// Words of an external tokenizer; see [`Analyzer::words`].
    Words(Box<Cut>),
}

impl Analyzer {
    /// An analyzer whose terms are those of `cut`, such as the words of a `JapaneseTokenizer`.
    ///
    /// A term of more than 65,530 bytes counts in the length of its passage, but is never found.
    ///
    /// ```
    /// use jacolbert_baselines::Analyzer;
    ///
    /// let spaces = Analyzer::words(|text| Ok(text.split_whitespace().map(str::to_owned).collect()));
    /// assert_eq!(spaces.terms("富士 の 山")?, ["富士", "の", "山"]);
    /// # Ok::<(), jacolbert_baselines::AnalyzerError>(())
    /// ```
    pub fn words(
        cut: impl Fn(&str) -> Result<Vec<String>, AnalyzerError> + Send + Sync + 'static,
    ) -> Self {
        Self::Words(Box::new(cut))
    }

    /// The terms of a text, in its order.
    ///
    /// # Errors
    ///
    /// An error of the external tokenizer.
    pub fn terms(&self, text: &str) -> Result<Vec<String>, AnalyzerError> {
        match self {
            Self::Bigrams => Ok(bigrams(text)),
            Self::Words(cut) => cut(text),
        }
    }
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bigrams => "Bigrams",
            Self::Words(_) => "Words",
        })
    }
}

fn bigrams(text: &str) -> Vec<String> {
    let text = text.nfkc().collect::<String>().to_lowercase();
    let runs = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    runs.flat_map(bigrams_of_run).collect()
}

fn bigrams_of_run(run: &str) -> Vec<String> {
    let characters: Vec<char> = run.chars().collect();
    match characters[..] {
        [only] => vec![only.to_string()],
        _ => characters.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bigrams_are_pairs_of_neighbours_in_a_run_of_letters_and_digits() {
        check("富士山", &["富士", "士山"]);
        check("富士 山\u{3000}頂上\n", &["富士", "山", "頂上"]);
        check("高い。「山」", &["高い", "山"]);
        check("時々ー_山", &["時々", "々ー", "ー_", "_山"]);
        check("Fuji", &["fu", "uj", "ji"]);
        check("ﾊﾞｽ２", &["バス", "ス2"]);
        check("㌔", &["キロ"]);
        check("\u{20bb7}野家", &["\u{20bb7}野", "野家"]);
        check("ああああ", &["ああ", "ああ", "ああ"]);
    }

    #[test]
    fn a_single_character_is_a_term_and_nothing_has_none() {
        check("山", &["山"]);
        check(" 山 ", &["山"]);
        check("", &[]);
        check(" \t\u{3000}。、\n", &[]);
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(bigrams(text), expected, "{text:?}");
    }
}
