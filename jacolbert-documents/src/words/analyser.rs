//! The analysis of passages and queries into terms.

use unicode_normalization::UnicodeNormalization;

use super::word_dictionary::WordDictionary;
use crate::Error;

/// How passages and queries become the terms that BM25 counts.
///
/// Characters are compared in NFKC and lower case. A run is a sequence of letters and digits: punctuation and
/// white space end it.
///
/// ```
/// use jacolbert_documents::Analyser;
///
/// let analyser = Analyser::Characters;
/// assert_eq!(analyser.query_terms("富士山 湖")?, ["富士", "士山", "湖"]);
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub enum Analyser {
    /// Pairs of neighbouring characters of a run, and the character of a run that has only one. A query of one
    /// character finds it only where it stands alone.
    Bigrams,
    /// As [`Bigrams`](Self::Bigrams), and a run of one character in a query finds this character everywhere. The
    /// scores of all other runs are those of `Bigrams`.
    #[default]
    Characters,
    /// Words of a dictionary that have a letter or a digit.
    Words(WordDictionary),
    /// The terms of [`Characters`](Self::Characters) and of [`Words`](Self::Words), as different terms.
    CharactersAndWords(WordDictionary),
}

/// The terms of a passage.
#[derive(Debug, Default)]
pub(super) struct PassageTerms {
    pub(super) terms: Vec<String>,
    /// The length of the passage as BM25 knows it. Single characters within a longer run are terms but do not
    /// count, since its pairs do.
    pub(super) length: usize,
}

/// The first character of a word's term beside terms of characters, which never have it.
const WORD: char = '\u{1}';

impl Analyser {
    /// The name and the dictionary's fingerprint as text, by which a collection knows the analyser. Analysers of
    /// one description make the same terms.
    ///
    /// ```
    /// assert_eq!(jacolbert_documents::Analyser::Bigrams.description(), "bigrams");
    /// ```
    pub fn description(&self) -> String {
        match self {
            Self::Bigrams => "bigrams".into(),
            Self::Characters => "characters".into(),
            Self::Words(dictionary) => format!("words {}", dictionary.fingerprint()),
            Self::CharactersAndWords(dictionary) => {
                format!("characters and words {}", dictionary.fingerprint())
            }
        }
    }

    /// The analyser with this [description](Self::description), if it needs no dictionary.
    ///
    /// ```
    /// use jacolbert_documents::Analyser;
    ///
    /// assert!(matches!(Analyser::from_description("bigrams"), Some(Analyser::Bigrams)));
    /// assert!(Analyser::from_description("words 00c0ffee").is_none());
    /// ```
    pub fn from_description(description: &str) -> Option<Self> {
        [Self::Bigrams, Self::Characters]
            .into_iter()
            .find(|known| known.description() == description)
    }

    /// Its dictionary, if it has one.
    pub fn dictionary(&self) -> Option<&WordDictionary> {
        match self {
            Self::Bigrams | Self::Characters => None,
            Self::Words(dictionary) | Self::CharactersAndWords(dictionary) => Some(dictionary),
        }
    }

    /// The terms of a query, in its order, with repetitions.
    ///
    /// # Errors
    /// [`Error::Tokenizer`] if the dictionary has changed since it was opened.
    pub fn query_terms(&self, query: &str) -> Result<Vec<String>, Error> {
        match self {
            Self::Bigrams | Self::Characters => Ok(bigrams(query)),
            Self::Words(dictionary) => dictionary.words(query),
            Self::CharactersAndWords(dictionary) => {
                let mut terms = bigrams(query);
                terms.extend(marked(dictionary.words(query)?));
                Ok(terms)
            }
        }
    }

    /// The terms of a passage.
    pub(super) fn passage_terms(&self, text: &str) -> Result<PassageTerms, Error> {
        let mut terms = self.query_terms(text)?;
        let length = terms.len();
        if matches!(self, Self::Characters | Self::CharactersAndWords(_)) {
            terms.extend(inner_characters(text));
        }
        Ok(PassageTerms { terms, length })
    }
}

fn marked(words: Vec<String>) -> impl Iterator<Item = String> {
    words.into_iter().map(|word| format!("{WORD}{word}"))
}

fn bigrams(text: &str) -> Vec<String> {
    let text = normalised(text);
    runs(&text).flat_map(bigrams_of_run).collect()
}

/// The characters of runs of more than one.
fn inner_characters(text: &str) -> Vec<String> {
    let text = normalised(text);
    let longer = runs(&text).filter(|run| run.chars().nth(1).is_some());
    longer.flat_map(str::chars).map(String::from).collect()
}

fn normalised(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
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
        check("ハ\u{3099}ス", &["バス"]);
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

    #[test]
    fn characters_within_a_run_are_terms_that_do_not_count() -> Result<(), Error> {
        let terms = Analyser::Characters.passage_terms("富士山 湖")?;
        assert_eq!(terms.terms, ["富士", "士山", "湖", "富", "士", "山"]);
        assert_eq!(terms.length, 3);
        let terms = Analyser::Bigrams.passage_terms("富士山 湖")?;
        assert_eq!((terms.terms.len(), terms.length), (3, 3));
        Ok(())
    }
}
