//! What an encoder promises about passages that come one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use jacolbert_core::Embeddings;
use jacolbert_model::{
    BatchSize, EncodeOptions, EncodedPassage, Encoder, Encoding, EncodingFault, Error,
    StreamOptions, TokenisedPassage,
};

use crate::tiny::Tiny;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type TestResult = Result<(), Failure>;

/// Texts of none to 12 words, of which some are too long.
fn texts(n: usize) -> Vec<String> {
    let words = ["a", "東", "京", "ab", "!", "b"];
    let text =
        |n: usize| (0..(n * 5) % 7 * 2).map(|at| words[(n + at) % 6]).collect::<Vec<_>>().join(" ");
    (0..n).map(text).collect()
}

fn tokenised(encoder: &Encoder, text: &str) -> Result<Vec<TokenisedPassage<String>>, Failure> {
    let encoding = encoder.tokenizer().encode_passage(text)?;
    Ok(vec![TokenisedPassage { passage: text.into(), encoding }])
}

fn encoder(batch_tokens: usize) -> Result<Encoder, Error> {
    Ok(Tiny::new().load()?.with_options(EncodeOptions { batch: BatchSize::Tokens(batch_tokens) }))
}

/// All rounds of a stream, and what it ended with.
fn rounds(
    encoder: &Encoder,
    texts: &[String],
    batches_per_round: usize,
) -> Result<Vec<Vec<EncodedPassage<String>>>, Failure> {
    let mut rounds = Vec::new();
    encoder.encode_stream(
        texts.iter().map(Ok),
        StreamOptions { batches_per_round },
        |text| tokenised(encoder, text),
        |round| {
            rounds.push(round);
            Ok(())
        },
        &mut || Ok(()),
    )?;
    Ok(rounds)
}

fn on_threads<T: Send>(num_threads: usize, run: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(num_threads).build()?.install(run))
}

#[test]
fn a_stream_has_the_bits_and_the_order_of_a_slice_in_rounds_of_any_size() -> TestResult {
    let texts = texts(300);
    let slices: Vec<&str> = texts.iter().map(String::as_str).collect();
    let expected = encoder(1_024)?.encode_passages(&slices)?;
    assert!(!expected.truncated.is_empty());
    for (batch_tokens, batches_per_round) in [(1, 1), (7, 0), (16, 3), (64, 1), (64, 99_999)] {
        let encoder = encoder(batch_tokens)?;
        for num_threads in [1, 3] {
            let found = on_threads(num_threads, || rounds(&encoder, &texts, batches_per_round))??;
            let found: Vec<_> = found.into_iter().flatten().collect();
            let embeddings: Vec<&Embeddings> = found.iter().map(|of| &of.embeddings).collect();
            assert_eq!(embeddings, expected.embeddings.iter().collect::<Vec<_>>());
            assert!(found.iter().map(|of| &of.passage).eq(&texts));
            let cut = found.iter().enumerate().filter(|(_, of)| of.tokens_cut > 0);
            let cut: Vec<_> = cut.map(|(n, of)| (n, of.tokens_cut)).collect();
            let reported = expected.truncated.iter().map(|of| (of.text, of.tokens_cut));
            assert_eq!(cut, reported.collect::<Vec<_>>());
        }
    }
    Ok(())
}

#[test]
fn a_round_has_the_tokens_that_it_may_have_or_one_passage() -> TestResult {
    let (encoder, texts) = (encoder(10)?, texts(300));
    let rounds = rounds(&encoder, &texts, 2)?;
    let num_tokens = |of: &EncodedPassage<String>| {
        Ok::<_, Error>(encoder.tokenizer().encode_passage(&of.passage)?.ids.len())
    };
    let mut sizes = Vec::new();
    for round in &rounds {
        let tokens = round.iter().map(num_tokens).sum::<Result<usize, _>>()?;
        assert!(tokens <= 20 || round.len() == 1, "{tokens} tokens");
        sizes.push(round.len());
    }
    assert!(sizes.iter().any(|&size| size > 1), "{sizes:?}");
    Ok(())
}

#[test]
fn reading_is_never_further_ahead_than_three_rounds_and_128_sources() -> TestResult {
    // Five tokens each, so that rounds are of four passages.
    let (encoder, num_read) = (encoder(10)?, AtomicUsize::new(0));
    let (mut num_taken, mut furthest) = (0, 0);
    for num_threads in [1, 3] {
        num_read.store(0, Ordering::SeqCst);
        num_taken = 0;
        let sources = (0..2_000).map(|_| {
            num_read.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Failure>("a 東")
        });
        let run = || {
            encoder.encode_stream(
                sources,
                StreamOptions { batches_per_round: 2 },
                |text| tokenised(&encoder, text),
                |round| {
                    furthest = furthest.max(num_read.load(Ordering::SeqCst) - num_taken);
                    num_taken += round.len();
                    Ok(())
                },
                &mut || Ok(()),
            )
        };
        on_threads(num_threads, run)??;
    }
    assert_eq!(num_taken, 2_000);
    assert!(furthest <= 3 * 4 + 128, "{furthest} ahead");
    Ok(())
}

#[test]
fn one_source_may_have_any_number_of_passages() -> TestResult {
    let encoder = encoder(16)?;
    let counts = [0, 40, 0, 1, 3, 0];
    let mut found = Vec::new();
    encoder.encode_stream(
        counts.iter().enumerate().map(Ok::<_, Failure>),
        StreamOptions { batches_per_round: 1 },
        |(source, &count)| {
            let passage = |n| {
                let encoding = encoder.tokenizer().encode_passage("a")?;
                Ok(TokenisedPassage { passage: (source, n), encoding })
            };
            (0..count).map(passage).collect()
        },
        |round| {
            found.extend(round.into_iter().map(|of| of.passage));
            Ok(())
        },
        &mut || Ok(()),
    )?;
    let expected =
        counts.iter().enumerate().flat_map(|(source, &n)| (0..n).map(move |n| (source, n)));
    assert_eq!(found, expected.collect::<Vec<_>>());
    Ok(())
}

/// Runs a stream of `n` texts in rounds of some four of them, with an error at each stage's number,
/// if any; returns how many were taken and the error.
fn failing(
    n: usize,
    [source, tokenise, take, after]: [usize; 4],
    num_threads: usize,
) -> Result<(usize, Option<String>), Failure> {
    let (encoder, mut num_taken, mut num_rounds) = (encoder(10)?, 0, 0);
    let fail = |stage: &str, at: usize| Err::<(), Failure>(format!("{stage} {at}").into());
    let ended = on_threads(num_threads, || {
        encoder.encode_stream(
            (0..n).map(|at| if at == source { fail("source", at).map(|()| at) } else { Ok(at) }),
            StreamOptions { batches_per_round: 2 },
            |at| match at == tokenise {
                true => fail("tokenise", at).map(|()| Vec::new()),
                false => tokenised(&encoder, "a 東"),
            },
            |round| {
                let taken = num_taken..num_taken + round.len();
                if taken.contains(&take) {
                    return fail("take", take);
                }
                num_taken = taken.end;
                Ok(())
            },
            &mut || {
                num_rounds += 1;
                if num_rounds > after { fail("after", after) } else { Ok(()) }
            },
        )
    })?;
    Ok((num_taken, ended.err().map(|error| error.to_string())))
}

#[test]
fn an_error_ends_a_stream_once_and_at_its_place() -> TestResult {
    const NEVER: usize = usize::MAX;
    let check = |errors, num_taken, error: Option<&str>| -> TestResult {
        for num_threads in [1, 3] {
            let found = failing(500, errors, num_threads)?;
            assert_eq!(found, (num_taken, error.map(String::from)), "{errors:?}");
        }
        Ok(())
    };
    check([NEVER; 4], 500, None)?;
    check([0, NEVER, NEVER, NEVER], 0, Some("source 0"))?;
    check([301, NEVER, NEVER, NEVER], 301, Some("source 301"))?;
    check([NEVER, 0, NEVER, NEVER], 0, Some("tokenise 0"))?;
    check([NEVER, 301, NEVER, NEVER], 301, Some("tokenise 301"))?;
    check([301, 300, NEVER, NEVER], 300, Some("tokenise 300"))?;
    check([300, 301, NEVER, NEVER], 300, Some("source 300"))?;
    check([301, NEVER, 301, NEVER], 301, Some("source 301"))?;
    check([300, NEVER, 2, NEVER], 0, Some("take 2"))?;
    check([NEVER, NEVER, 402, NEVER], 400, Some("take 402"))?;
    check([NEVER, NEVER, NEVER, 3], 16, Some("after 3"))?;
    Ok(())
}

#[test]
fn a_stream_that_is_ended_lets_go_of_its_sources() -> TestResult {
    let (encoder, source) = (encoder(10)?, std::sync::Arc::new("a"));
    let sources = std::iter::repeat_with(|| Ok::<_, Failure>(source.clone()));
    let ended = encoder.encode_stream(
        sources,
        StreamOptions { batches_per_round: 2 },
        |text| {
            let encoding = encoder.tokenizer().encode_passage(&text)?;
            Ok(vec![TokenisedPassage { passage: text, encoding }])
        },
        |_| Err("enough".into()),
        &mut || Ok(()),
    );
    assert_eq!(ended.map_err(|error| error.to_string()), Err("enough".into()));
    assert_eq!(std::sync::Arc::strong_count(&source), 1);
    Ok(())
}

#[test]
fn a_panic_of_any_stage_reaches_the_caller() -> TestResult {
    let encoder = encoder(10)?;
    for stage in ["source", "tokenise", "take"] {
        let run = || {
            encoder.encode_stream(
                (0..500).map(|at| {
                    assert!(stage != "source" || at != 300, "{stage}");
                    Ok::<_, Failure>(at)
                }),
                StreamOptions { batches_per_round: 2 },
                |at| {
                    assert!(stage != "tokenise" || at != 300, "{stage}");
                    tokenised(&encoder, "a")
                },
                |_| {
                    assert_ne!(stage, "take");
                    Ok(())
                },
                &mut || Ok(()),
            )
        };
        let caught = on_threads(2, || catch_unwind(AssertUnwindSafe(run)))?;
        assert!(caught.is_err(), "{stage}");
    }
    Ok(())
}

#[test]
fn an_empty_stream_is_no_error_and_no_round() -> TestResult {
    assert!(rounds(&encoder(10)?, &[], 3)?.is_empty());
    Ok(())
}

#[test]
fn texts_of_any_kind_are_encoded_as_they_come() -> TestResult {
    let (encoder, texts) = (encoder(100)?, texts(50));
    let slices: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    encoder.encode_passage_stream(texts.iter().map(Ok::<_, Failure>), |encoded| {
        found.push(encoded.embeddings);
        Ok(())
    })?;
    assert_eq!(found, encoder.encode_passages(&slices)?.embeddings);
    Ok(())
}

#[test]
fn embeddings_that_are_no_numbers_name_the_passage_of_the_stream() -> TestResult {
    let mut tiny = Tiny::new();
    let words = tiny.tensors.get_mut("bert.embeddings.word_embeddings.weight").ok_or("weights")?;
    let mut values = words.values();
    let width = words.shape[1];
    let at = crate::tiny::VOCABULARY.iter().position(|&token| token == "京").ok_or("token")?;
    values[at * width] = f32::NAN;
    *words = crate::tiny::Tensor::of_f32(&words.shape.clone(), &values);
    let encoder = tiny.load()?.with_options(EncodeOptions { batch: BatchSize::Tokens(10) });
    let mut num_taken = 0;
    let ended = encoder.encode_stream(
        (0..500).map(|at| Ok::<_, Error>(if at == 301 { "京" } else { "a 東" })),
        StreamOptions { batches_per_round: 2 },
        |text| {
            let encoding = encoder.tokenizer().encode_passage(text)?;
            Ok(vec![TokenisedPassage { passage: (), encoding }])
        },
        |round| {
            num_taken += round.len();
            Ok(())
        },
        &mut || Ok(()),
    );
    assert!(matches!(ended, Err(Error::Embeddings { text: 301, .. })), "{ended:?}");
    assert_eq!(num_taken, 300, "all rounds before that of the passage");
    Ok(())
}

#[test]
fn tokens_that_no_tokenizer_of_the_model_makes_name_their_passage() -> TestResult {
    let encoder = encoder(10)?;
    let ended = |spoil: fn(&mut Encoding)| {
        encoder.encode_stream(
            (0..500).map(Ok::<_, Error>),
            StreamOptions { batches_per_round: 2 },
            |at| {
                let mut encoding = encoder.tokenizer().encode_passage("a 東")?;
                if at == 301 {
                    spoil(&mut encoding);
                }
                Ok(vec![TokenisedPassage { passage: (), encoding }])
            },
            |_| Ok(()),
            &mut || Ok(()),
        )
    };
    let none = ended(|encoding| {
        for tokens in [&mut encoding.attention, &mut encoding.keep] {
            tokens.clear();
        }
        encoding.ids.clear();
    });
    let unseen = ended(|encoding| encoding.attention.truncate(1));
    let id = ended(|encoding| encoding.ids[1] = u32::MAX);
    for (ended, is_it) in [
        (none, (|fault| matches!(fault, EncodingFault::Tokens { tokens: 0, .. })) as fn(_) -> _),
        (unseen, |fault| matches!(fault, EncodingFault::Lengths { attention: 1, .. })),
        (id, |fault| matches!(fault, EncodingFault::Id { token: 1, id: u32::MAX, .. })),
    ] {
        let Err(Error::Encoding { text: 301, fault }) = ended else {
            return Err(format!("{ended:?}").into());
        };
        assert!(is_it(fault), "{fault}");
    }
    Ok(())
}
