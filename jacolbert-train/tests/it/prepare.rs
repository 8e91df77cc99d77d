//! Training data from pairs, labelled pairs and triplets, and from mined negatives.

use std::fs;

use jacolbert_train::prepare::{
    COLLECTION, LeftOut, Mined, MiningOptions, QUERIES, ROWS, TrainingData,
};
use jacolbert_train::{
    BadTexts, Choice, Error, Example, ExampleOptions, Examples, IdFormat, Order, RowFault,
    TextPlace, TooFewNegatives,
};

use crate::TestResult;
use crate::scratch::Scratch;

/// Two queries with a positive each, and three more passages.
fn data() -> Result<TrainingData, Error> {
    let mut data = TrainingData::default();
    data.add_pairs([("山", "富士"), ("湖", "琵琶"), ("山", "富士")])?;
    data.add_passages(["信濃", "阿蘇", "富士", "木曽"])?;
    Ok(data)
}

/// Mines with a ranker that finds the same passages for every query.
fn mine(
    data: &mut TrainingData,
    options: &MiningOptions,
    ranked: &[usize],
) -> Result<Mined, Error> {
    data.mine(options, &mut |queries, k| {
        assert_eq!((queries, k), (&["山", "湖"][..], options.maximum_rank));
        Ok(vec![ranked.to_vec(); queries.len()])
    })
}

#[test]
fn every_text_is_there_once() -> TestResult {
    let data = data()?;
    assert_eq!(data.queries().collect::<Vec<_>>(), ["山", "湖"]);
    assert_eq!(data.passages().collect::<Vec<_>>(), ["富士", "琵琶", "信濃", "阿蘇", "木曽"]);
    assert_eq!((data.positives(0), data.positives(1)), (&[0][..], &[1][..]));
    assert_eq!((data.negatives(0), data.positives(2)), (&[][..], &[][..]));
    Ok(())
}

#[test]
fn labels_and_triplets_say_what_a_passage_is() -> TestResult {
    let mut labelled = TrainingData::default();
    let pairs = [("山", "富士", true), ("山", "琵琶", false), ("湖", "富士", false)];
    labelled.add_labelled_pairs(pairs)?;
    let mut triplets = TrainingData::default();
    triplets.add_triplets([("山", "富士", "琵琶"), ("山", "阿蘇", "琵琶")])?;
    assert_eq!((labelled.positives(0), labelled.negatives(0)), (&[0][..], &[1][..]));
    assert_eq!((labelled.positives(1), labelled.negatives(1)), (&[][..], &[0][..]));
    assert_eq!((triplets.positives(0), triplets.negatives(0)), (&[0, 2][..], &[1][..]));
    Ok(())
}

#[test]
fn ranks_have_bounds_and_positives_keep_theirs() -> TestResult {
    let mut data = data()?;
    let options = MiningOptions { num_negatives: 2, minimum_rank: 2, maximum_rank: 4 };
    let mined = mine(&mut data, &options, &[4, 1, 3, 2, 0])?;
    assert_eq!((data.negatives(0), data.negatives(1)), (&[1, 3][..], &[3, 2][..]));
    let expected = Mined { num_negatives: 4, num_with_answer: 0, num_queries_without: 0 };
    assert_eq!(mined, expected);

    // What is there already does not come again.
    let mined = mine(&mut data, &options, &[4, 1, 3, 2, 0])?;
    assert_eq!((data.negatives(0), data.negatives(1)), (&[1, 3, 2][..], &[3, 2][..]));
    assert_eq!((mined.num_negatives, mined.num_queries_without), (1, 1));
    Ok(())
}

#[test]
fn a_passage_that_holds_the_answer_is_no_negative() -> TestResult {
    let mut data = data()?;
    data.add_answers([("湖", "信"), ("湖", "蘇")])?;
    let mined = mine(&mut data, &MiningOptions::default(), &[2, 3, 4])?;
    assert_eq!((data.negatives(0), data.negatives(1)), (&[2, 3, 4][..], &[4][..]));
    assert_eq!((mined.num_negatives, mined.num_with_answer), (4, 2));
    Ok(())
}

#[test]
fn what_is_written_is_read() -> TestResult {
    let mut data = TrainingData::default();
    data.add_labelled_pairs([
        ("山\tは", "富士\n山", true),
        ("湖", "琵琶", true),
        ("川", "琵琶", false),
    ])?;
    mine_all(&mut data)?;
    let folder = Scratch::new()?;
    let written = data.write(&folder.path().join("new"))?;
    assert_eq!((written.num_rows, written.without_positive), (2, vec!["川".to_string()]));

    let file = |name: &str| folder.path().join("new").join(name);
    let options =
        ExampleOptions { order: Order::AsStored, choice: Choice::First, ..Default::default() };
    let rows = file("hard_negatives.jsonl");
    let queries = file("queries.tsv");
    let collection = file("collection.tsv");
    let mut examples =
        Examples::with_ids(&rows, IdFormat::HardNegatives, &queries, &collection, &options)?;
    assert_eq!((examples.num_rows(), examples.skipped().num_rows()), (2, 0));
    let read: Vec<Example> = (0..2).map(|row| examples.read(row, 0)).collect::<Result<_, _>>()?;
    assert_eq!(
        (read[0].query.as_str(), &read[0].passages[..]),
        ("山 は", &texts(["富士 山", "琵琶"])[..])
    );
    assert_eq!(
        (read[1].query.as_str(), &read[1].passages[..]),
        ("湖", &texts(["琵琶", "富士 山"])[..])
    );
    Ok(())
}

fn texts(texts: [&str; 2]) -> [String; 2] {
    texts.map(String::from)
}

/// Makes a negative of every passage.
fn mine_all(data: &mut TrainingData) -> Result<Mined, Error> {
    let num_passages = data.passages().len();
    data.mine(&MiningOptions::default(), &mut |queries, _| {
        Ok(vec![(0..num_passages).collect(); queries.len()])
    })
}

#[test]
fn queries_without_negatives_are_rows_too() -> TestResult {
    let folder = Scratch::new()?;
    data()?.write(folder.path())?;
    let file = |name| folder.path().join(name);
    let open = |too_few_negatives| {
        let options = ExampleOptions { too_few_negatives, ..Default::default() };
        let rows = file("hard_negatives.jsonl");
        let format = IdFormat::HardNegatives;
        Examples::with_ids(&rows, format, &file("queries.tsv"), &file("collection.tsv"), &options)
    };
    assert!(matches!(
        open(TooFewNegatives::default()),
        Err(Error::Row { line: 1, fault: RowFault::TooFewNegatives { found: 0, needed: 1 }, .. })
    ));
    assert_eq!(open(TooFewNegatives::Skip)?.skipped().too_few_negatives, 2);
    Ok(())
}

#[test]
fn faults_name_what_was_given() -> TestResult {
    let given = |found: Result<(), Error>| match found.err() {
        Some(Error::Item { position, fault }) => (position, fault),
        other => panic!("{other:?}"),
    };
    let empty = |text| RowFault::EmptyText { text };
    let passage = |position| empty(TextPlace::Passage { position });
    let new = TrainingData::default;
    assert_eq!(given(new().add_pairs([("山", "富士"), ("湖", "\n ")])), (1, passage(1)));
    assert_eq!(given(new().add_triplets([("山", "富士", "")])), (0, passage(2)));
    let no_query = new().add_triplets([("", "富士", "琵琶")]);
    assert_eq!(given(no_query), (0, empty(TextPlace::Query)));
    let both = || RowFault::NegativeIsPositive { passage: "富士".into() };
    let opposite = new().add_labelled_pairs([("山", "富士", true), ("山", "富士", false)]);
    assert_eq!(given(opposite), (1, both()));
    let opposite = new().add_labelled_pairs([("山", "富士", false), ("山", "富士", true)]);
    assert_eq!(given(opposite), (1, both()));
    assert_eq!(given(new().add_triplets([("山", "富士", "富士")])), (0, both()));

    let mut data = data()?;
    assert_eq!(given(data.add_passages(["新", ""])), (1, passage(1)));
    let unknown = RowFault::UnknownQuery { id: "川".into() };
    assert_eq!(given(data.add_answers([("川", "信濃")])), (0, unknown));
    assert_eq!(given(data.add_answers([("山", " ")])), (0, empty(TextPlace::Answer)));
    Ok(())
}

#[test]
fn bad_texts_are_left_out_and_counted_if_asked_for() -> TestResult {
    let mut data = TrainingData::new(BadTexts::Skip);
    let pairs =
        [("山", "富士", true), (" ", "琵琶", true), ("湖", "", true), ("山", "阿蘇", false)];
    data.add_labelled_pairs(pairs)?;
    data.add_passages(["", "信濃"])?;
    data.add_answers([("山", ""), ("川", "信濃"), ("山", "富")])?;
    assert_eq!(data.queries().collect::<Vec<_>>(), ["山"]);
    assert_eq!(data.passages().collect::<Vec<_>>(), ["富士", "阿蘇", "信濃"]);
    let expected =
        LeftOut { empty_texts: 4, negatives_that_are_positives: 0, answers_of_unknown_queries: 1 };
    assert_eq!(data.left_out(), expected);
    Ok(())
}

#[test]
fn a_text_judged_twice_is_a_positive_in_either_order() -> TestResult {
    for labels in [[true, false], [false, true]] {
        let mut data = TrainingData::new(BadTexts::Skip);
        data.add_labelled_pairs(labels.map(|label| ("山", "富士", label)))?;
        assert_eq!((data.positives(0), data.negatives(0)), (&[0][..], &[][..]), "{labels:?}");
        assert_eq!(data.left_out().negatives_that_are_positives, 1);
    }
    Ok(())
}

#[test]
fn texts_with_any_quotes_are_read_as_they_were_written() -> TestResult {
    let texts = ["\"富士\"", "\"\"\"琵琶\"\"とは\"", "\"信濃", "阿蘇\"とは\"", "木曽", "text"];
    for first in 0..texts.len() {
        for last in first..texts.len() {
            let mut data = TrainingData::default();
            data.add_pairs(texts[first..=last].iter().map(|text| (text, text)))?;
            let folder = Scratch::new()?;
            data.write(folder.path())?;
            let file = |name| folder.path().join(name);
            let files = [ROWS, QUERIES, COLLECTION].map(file);
            let options = ExampleOptions { n_way: 1, ..Default::default() };
            let format = IdFormat::HardNegatives;
            let mut examples =
                Examples::with_ids(&files[0], format, &files[1], &files[2], &options)?;
            for (row, &text) in texts[first..=last].iter().enumerate() {
                let example = examples.read(row, 0)?;
                assert_eq!((&*example.query, &*example.passages[0]), (text, text));
            }
        }
    }
    Ok(())
}

#[test]
fn a_ranker_that_fails_or_makes_no_sense_is_an_error() -> TestResult {
    let says = |answer: Result<Vec<Vec<usize>>, &str>| -> Result<String, Error> {
        let mut data = data()?;
        let answer = answer.map_err(String::from);
        let found = data.mine(&MiningOptions::default(), &mut |_, _| Ok(answer.clone()?));
        assert!(data.negatives(0).is_empty());
        match found {
            Err(Error::Ranker(source)) => Ok(source.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(says(Err("no index"))?, "no index");
    assert_eq!(says(Ok(vec![vec![2]]))?, "lists for 1 of 2 queries");
    assert_eq!(says(Ok(vec![vec![2], vec![5]]))?, "no passage 5");
    Ok(())
}

#[test]
fn settings_of_a_mining() -> TestResult {
    let wrong = [
        ("num_negatives", MiningOptions { num_negatives: 0, ..Default::default() }),
        ("minimum_rank", MiningOptions { minimum_rank: 0, ..Default::default() }),
        ("maximum_rank", MiningOptions { minimum_rank: 5, maximum_rank: 4, ..Default::default() }),
    ];
    for (name, options) in wrong {
        let found = mine(&mut data()?, &options, &[2]);
        assert!(matches!(found, Err(Error::Setting { field, .. }) if field == name), "{name}");
    }
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_is_named() -> TestResult {
    let folder = Scratch::new()?;
    fs::write(folder.path().join("file"), "")?;
    let found = data()?.write(&folder.path().join("file"));
    assert!(matches!(found, Err(Error::Io { path, .. }) if path.ends_with("file")));
    fs::create_dir_all(folder.path().join("new/collection.tsv"))?;
    let found = data()?.write(&folder.path().join("new"));
    assert!(matches!(found, Err(Error::Io { path, .. }) if path.ends_with("collection.tsv")));
    Ok(())
}
