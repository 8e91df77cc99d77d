//! How a text is cut into terms.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::AnalyzerError;

type Cut = dyn Fn(&str) -> Result<Vec<String>, AnalyzerError> + Send + Sync;

/// How passages and queries are cut into terms.
pub enum Analyzer {
    /// Every two neighbouring characters of the text in NFKC, white space removed; the character
    /// itself where there is only one.
    Bigrams,
    /// Words as a tokenizer from outside finds them; see [`Analyzer::words`].
    Words(Box<Cut>),
}

impl Analyzer {
    /// Terms as `cut` gives them, such as the words of `jacolbert_model::JapaneseTokenizer`.
    ///
    /// A term of more than 65,530 bytes counts in the length of its passage, but is not found.
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
    /// What the tokenizer from outside says.
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
    let characters: Vec<char> = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    match characters[..] {
        [only] => vec![only.to_string()],
        _ => characters.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bigrams_are_pairs_of_neighbours_in_nfkc_without_white_space() {
        check("富士山", &["富士", "士山"]);
        check("富 士\u{3000}山\n", &["富士", "士山"]);
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
        check(" \t\u{3000}\n", &[]);
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(bigrams(text), expected, "{text:?}");
    }
}
