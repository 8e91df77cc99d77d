//! Words of passages, and their BM25.

use std::path::Path;

use jacolbert_documents::{
    Analyser, Bm25Options, Companions, DocumentBlockBuilder, Documents, Error, WordBlockBuilder,
    WordDictionary, WordIndex,
};
use jacolbert_index::PassageId;
use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::JapaneseTokenizer;

use crate::TestResult;

const TEXTS: [&str; 4] = [
    "富士山は日本で最も高い山である。",
    "琵琶湖は日本で最も大きい湖である。",
    "ﾊﾞｽで１２時に着いた。",
    "\u{20bb7}野家の牛丼、ハ\u{3099}ス停 A-1",
];

fn words(analyser: &Analyser, texts: &[&str]) -> Result<Vec<u8>, Error> {
    let mut builder = WordBlockBuilder::new(analyser.clone(), 0)?;
    for (id, text) in (0..).map(PassageId).zip(texts) {
        builder.add(id, text)?;
    }
    builder.build()
}

fn index(analyser: Analyser, texts: &[&str]) -> Result<WordIndex<Vec<u8>>, Error> {
    let mut index = WordIndex::new(analyser.clone());
    index.push(Path::new("words"), words(&analyser, texts)?)?;
    Ok(index)
}

/// The ids of all passages that a query finds, best first.
fn found(index: &WordIndex<Vec<u8>>, query: &str) -> Result<Vec<u32>, Error> {
    let num_live = index.num_passages();
    let scores = index.scores(query, &Bm25Options::default(), num_live, &|_| true)?;
    Ok(scores.best(usize::MAX, &|_| true)?.into_iter().map(|hit| hit.passage.0).collect())
}

#[test]
fn the_same_texts_have_the_same_words_to_the_byte() -> TestResult {
    let mut block = DocumentBlockBuilder::new(0);
    for (n, text) in TEXTS.iter().enumerate() {
        block.add(&n.to_string(), "null", [*text]);
    }
    let block = block.build();
    let companions = Companions::default().words(Analyser::Characters);
    let file = || -> Result<Vec<u8>, Error> {
        let files = companions.files_of(&block)?.into_iter();
        Ok(files.filter(|file| file.name == "words-from-0").flat_map(|file| file.content).collect())
    };
    let first = file()?;
    assert!(!first.is_empty());
    for _ in 0..3 {
        assert_eq!(file()?, first);
    }
    assert_eq!(words(&Analyser::Bigrams, &TEXTS)?, words(&Analyser::Bigrams, &TEXTS)?);
    Ok(())
}

#[test]
fn one_character_is_found_within_a_word() -> TestResult {
    let characters = index(Analyser::Characters, &TEXTS)?;
    let bigrams = index(Analyser::Bigrams, &TEXTS)?;
    for (query, expected) in
        [("湖", &[1][..]), ("本", &[0, 1]), ("牛 湖", &[1, 3]), ("\u{20bb7}", &[3])]
    {
        let mut ids = found(&characters, query)?;
        ids.sort_unstable();
        assert_eq!(ids, expected, "{query}");
        assert!(found(&bigrams, query)?.is_empty(), "{query}");
    }
    // A run of more characters has the scores of pairs alone.
    let options = Bm25Options::default();
    for query in ["日本で最も高い山は？", "富士山", "12時のバス"] {
        let of_characters = characters.scores(query, &options, TEXTS.len(), &|_| true)?;
        let of_bigrams = bigrams.scores(query, &options, TEXTS.len(), &|_| true)?;
        for id in (0..4).map(PassageId) {
            let scores = [of_characters.of(id)?, of_bigrams.of(id)?].map(f64::to_bits);
            assert_eq!(scores[0], scores[1], "{query} {id:?}");
        }
    }
    Ok(())
}

#[test]
fn forms_of_a_character_are_one() -> TestResult {
    let index = index(Analyser::Characters, &TEXTS)?;
    for query in ["バス", "ﾊﾞｽ", "ハ\u{3099}ス"] {
        let mut ids = found(&index, query)?;
        ids.sort_unstable();
        assert_eq!(ids, [2, 3], "{query}");
    }
    assert_eq!(found(&index, "12")?, [2]);
    assert_eq!(found(&index, "a")?, [3], "one letter of another case");
    assert_eq!(found(&index, "\u{20bb7}野家")?, [3]);
    Ok(())
}

#[test]
fn queries_without_a_letter_find_nothing_and_long_ones_are_searched() -> TestResult {
    let index = index(Analyser::Characters, &TEXTS)?;
    for query in ["", " \u{3000}\t\n", "。、？！「」", "---", "\u{200b}", "\0"] {
        assert!(found(&index, query)?.is_empty(), "{query:?}");
    }
    let long: String =
        (0..100_000u32).filter_map(|n| char::from_u32(0x9c20 - n % 20_000)).collect();
    let long = format!("{long}富士山");
    assert_eq!(found(&index, &long)?[0], 0);
    assert_eq!(found(&index, &"湖".repeat(100_000))?, [] as [u32; 0], "no pair of lakes");
    Ok(())
}

#[test]
fn a_passage_of_one_endless_word_is_indexed() -> TestResult {
    let long = "長".repeat(100_000);
    let index = index(Analyser::Characters, &[&long, "短い長い"])?;
    assert_eq!(found(&index, "長長")?, [0]);
    assert_eq!(found(&index, "長")?.len(), 2);
    Ok(())
}

#[test]
fn an_altered_byte_is_an_error_or_changes_no_score() -> TestResult {
    let good = words(&Analyser::Characters, &TEXTS)?;
    let scores = |bytes: &[u8]| -> Result<Vec<u64>, Error> {
        let mut index = WordIndex::new(Analyser::Characters);
        index.push(Path::new("words"), bytes.to_vec())?;
        let mut bits = Vec::new();
        for query in ["富士山は高い", "湖", "日本"] {
            let scores = index.scores(query, &Bm25Options::default(), TEXTS.len(), &|_| true)?;
            let best = scores.best(usize::MAX, &|_| true)?;
            bits.extend(best.into_iter().map(|hit| hit.score.to_bits() ^ u64::from(hit.passage.0)));
        }
        Ok(bits)
    };
    let expected = scores(&good)?;
    let mut num_refused = 0;
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x41;
        match scores(&bad) {
            Ok(found) => assert_eq!(found, expected, "byte {at}"),
            Err(Error::Corrupt { .. } | Error::Version { .. }) => num_refused += 1,
            Err(other) => panic!("byte {at}: {other:?}"),
        }
    }
    // Between parts are up to seven bytes that nobody reads.
    assert!(num_refused + 7 * 10 >= good.len(), "{num_refused} of {}", good.len());
    for len in 0..good.len() {
        let cut = scores(&good[..len]);
        assert!(matches!(cut, Err(Error::Corrupt { .. })), "{len} bytes: {cut:?}");
    }
    Ok(())
}

#[test]
fn another_analyser_is_named() -> TestResult {
    let mut other = WordIndex::new(Analyser::Bigrams);
    let pushed = other.push(Path::new("words"), words(&Analyser::Characters, &TEXTS)?);
    let Err(Error::OtherAnalyser { expected, found, .. }) = pushed else {
        return Err(format!("{pushed:?}").into());
    };
    assert_eq!((expected.as_str(), found.as_str()), ("bigrams", "characters"));
    Ok(())
}

#[test]
fn documents_without_words_have_none() -> TestResult {
    let mut block = DocumentBlockBuilder::new(0);
    block.add("a", "null", ["富士山"]);
    let mut documents = Documents::<Vec<u8>>::new();
    assert_eq!(documents.words(&Analyser::Characters)?.map(|words| words.num_passages()), Some(0));
    documents.push(Path::new("block"), block.build())?;
    assert!(documents.words(&Analyser::Characters)?.is_none());
    Ok(())
}

#[test]
fn options_outside_their_range_are_named() -> TestResult {
    let index = index(Analyser::Characters, &TEXTS)?;
    let options = Bm25Options { k1: f64::NAN, ..Default::default() };
    let scored = index.scores("山", &options, TEXTS.len(), &|_| true);
    assert!(matches!(scored, Err(Error::Bm25Option { name: "k1", .. })), "{scored:?}");
    Ok(())
}

fn dictionary(folder: &Path) -> Result<WordDictionary, Box<dyn std::error::Error>> {
    let settings =
        r#"{"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab"}"#;
    std::fs::write(folder.join("tokenizer_config.json"), settings)?;
    let tokenizer = JapaneseTokenizer::from_dir(folder, folder)?;
    Ok(WordDictionary::new(std::sync::Arc::new(tokenizer))?)
}

#[test]
fn words_of_a_dictionary_are_found_beside_characters() -> TestResult {
    let folder = small_dictionary::folder();
    let dictionary = dictionary(folder.path())?;
    let words = index(Analyser::Words(dictionary.clone()), &TEXTS)?;
    let both = index(Analyser::CharactersAndWords(dictionary.clone()), &TEXTS)?;
    assert_eq!(found(&words, "琵琶湖は大きい")?[0], 1);
    assert_eq!(found(&both, "琵琶湖は大きい")?[0], 1);
    assert_eq!(found(&both, "湖")?, [1], "within a word");
    let description = words.analyser().description();
    assert_eq!(description, format!("words {}", dictionary.fingerprint()));
    assert!(Analyser::from_description(&description).is_none());
    Ok(())
}
