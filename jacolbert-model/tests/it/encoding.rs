//! What an encoder promises about many texts at once.

use jacolbert_core::{Embeddings, PoolFactor, Pooling, pooled};
use jacolbert_model::{BatchSize, EncodeOptions, Encoder, Error, Truncation};

use crate::TestResult;
use crate::devices::{TestDevice, on_every_device};
use crate::tiny::{DIM, Tiny};

const TEXTS: [&str; 6] = ["a", "東京 ab a b!", "", "a b a b a b a b a b", "京", "a-b"];

fn encoder() -> Result<Encoder, Error> {
    Tiny::new().load()
}

/// Goes through `law` with the tiny model on every device.
fn with_every_encoder(law: impl Fn(&Encoder, &TestDevice) -> TestResult) -> TestResult {
    on_every_device(|device| law(&Tiny::new().load_on(&device.device)?, device))
}

fn assert_close(found: &[Embeddings], expected: &[Embeddings], within: f32) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.num_tokens(), expected.num_tokens());
        let pairs = found.values().iter().zip(expected.values());
        assert!(pairs.fold(0.0, |worst: f32, (a, b)| worst.max((a - b).abs())) < within);
    }
}

#[test]
fn every_device_encodes_as_the_first_does() -> TestResult {
    let expected = (encoder()?.encode_queries(&TEXTS)?, encoder()?.encode_passages(&TEXTS)?);
    with_every_encoder(|encoder, on| {
        let found = (encoder.encode_queries(&TEXTS)?, encoder.encode_passages(&TEXTS)?);
        assert_close(&found.0.embeddings, &expected.0.embeddings, on.within);
        assert_close(&found.1.embeddings, &expected.1.embeddings, on.within);
        assert_eq!(found.1.truncated, expected.1.truncated);
        Ok(())
    })
}

#[test]
fn texts_keep_their_order_and_do_not_touch_each_other() -> TestResult {
    with_every_encoder(|encoder, on| {
        let together = encoder.encode_passages(&TEXTS)?.embeddings;
        let mut apart = Vec::new();
        for text in TEXTS {
            apart.extend(encoder.encode_passages(&[text])?.embeddings);
        }
        assert_close(&together, &apart, on.within);
        Ok(())
    })
}

#[test]
fn the_size_of_batches_does_not_matter() -> TestResult {
    with_every_encoder(|encoder, on| {
        let expected = encoder.encode_passages(&TEXTS)?;
        for batch_tokens in [0, 1, 10, 25, 1_000] {
            let encoder = encoder
                .clone()
                .with_options(EncodeOptions { batch: BatchSize::Tokens(batch_tokens) });
            let encoded = encoder.encode_passages(&TEXTS)?;
            assert_close(&encoded.embeddings, &expected.embeddings, on.within);
            assert_eq!(encoded.truncated, expected.truncated);
        }
        Ok(())
    })
}

#[test]
fn pooled_passages_are_those_of_the_index_crate() -> TestResult {
    let encoder = encoder()?;
    let whole = encoder.encode_passages(&TEXTS)?;
    for factor in PoolFactor::ALL {
        let pooling = Pooling { factor, ..Default::default() };
        let encoded = encoder.encode_pooled_passages(&TEXTS, pooling)?;
        let expected = whole.embeddings.iter().map(|passage| pooled(passage.as_ref(), pooling));
        assert_eq!(encoded.embeddings, expected.collect::<Vec<_>>());
        assert_eq!(encoded.truncated, whole.truncated);
    }
    Ok(())
}

#[test]
fn rows_have_length_1() -> TestResult {
    with_every_encoder(|encoder, _| {
        for passage in encoder.encode_passages(&TEXTS)?.embeddings {
            assert_eq!(passage.dim(), DIM);
            for row in passage.as_ref().rows() {
                let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
                assert!((norm - 1.0).abs() < 1e-6);
            }
        }
        Ok(())
    })
}

#[test]
fn queries_keep_all_rows_and_passages_those_without_punctuation() -> TestResult {
    with_every_encoder(|encoder, _| {
        let queries = encoder.encode_queries(&["a-b", ""])?.embeddings;
        assert_eq!(queries.iter().map(Embeddings::num_tokens).collect::<Vec<_>>(), [8, 8]);
        let passages = encoder.encode_passages(&["a-a", ""])?.embeddings;
        assert_eq!(passages.iter().map(Embeddings::num_tokens).collect::<Vec<_>>(), [5, 3]);
        Ok(())
    })
}

#[test]
fn one_query_is_encoded_as_many_are() -> TestResult {
    with_every_encoder(|encoder, on| {
        let many = encoder.encode_queries(&["東京"])?.embeddings;
        assert_close(&[encoder.encode_query("東京")?.embeddings], &many, on.within);
        Ok(())
    })
}

#[test]
fn cut_texts_are_reported_in_order() -> TestResult {
    let texts = ["a", &"a ".repeat(9), "東", &"a ".repeat(12)];
    let truncated = encoder()?.encode_passages(&texts)?.truncated;
    let expected = [Truncation { text: 1, tokens_cut: 2 }, Truncation { text: 3, tokens_cut: 5 }];
    assert_eq!(truncated, expected);
    Ok(())
}

#[test]
fn a_query_says_how_many_of_its_tokens_were_cut() -> TestResult {
    let encoder = encoder()?;
    let query = encoder.encode_query(&"a ".repeat(9))?;
    assert_eq!((query.embeddings.num_tokens(), query.tokens_cut), (8, 4));
    assert_eq!(encoder.encode_query("a")?.tokens_cut, 0);
    Ok(())
}

#[test]
fn the_number_of_tokens_is_that_of_the_text_or_an_error() -> TestResult {
    assert_eq!(encoder()?.num_tokens("a 東 a")?, 3);
    let no_unknown = Tiny::new().but(|tiny| {
        tiny.tokenizer["model"]["unk_token"] = "[nothing]".into();
        tiny.metadata["mask_punctuation"] = false.into();
    });
    let error = no_unknown.load()?.num_tokens("木").expect_err("an unknown word");
    assert!(matches!(error, Error::Text { .. }));
    Ok(())
}

#[test]
fn progress_counts_up_to_all_texts() -> TestResult {
    let encoder = encoder()?.with_options(EncodeOptions { batch: BatchSize::Tokens(12) });
    let mut seen = Vec::new();
    encoder.encode_passages_reporting(&TEXTS, &mut |done, of| seen.push((done, of)))?;
    assert!(seen.is_sorted());
    assert_eq!(seen.last(), Some(&(6, 6)));
    Ok(())
}

#[test]
fn no_text_gives_no_embeddings() -> TestResult {
    assert!(encoder()?.encode_passages(&[])?.embeddings.is_empty());
    Ok(())
}

#[test]
fn threads_may_share_an_encoder() -> TestResult {
    with_every_encoder(|encoder, _| {
        let expected = encoder.encode_passages(&TEXTS)?;
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..2).map(|_| scope.spawn(|| encoder.encode_passages(&TEXTS))).collect();
            for thread in threads {
                let encoded = thread.join().expect("a thread that did not panic");
                assert!(matches!(encoded, Ok(encoded) if encoded == expected));
            }
        });
        Ok(())
    })
}
