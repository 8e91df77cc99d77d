//! Products in other number formats.

use jacolbert_model::{Batch, Checkpoint, Device, Encoder, Encoding, LoadOptions, Precision};

use crate::TestResult;
use crate::tiny::Tiny;

const TEXTS: [&str; 3] = ["東 a", "a 東 東 a a", "a"];

fn checkpoint() -> Result<Checkpoint, Box<dyn std::error::Error>> {
    let folder = Tiny::new().write()?;
    Ok(Checkpoint::from_dir(folder.path(), &Default::default(), &Device::flex())?)
}

/// The largest difference of a component from what `f32` gives, over all texts.
fn farthest(precision: Precision) -> Result<f32, Box<dyn std::error::Error>> {
    let folder = Tiny::new().write()?;
    let load = |precision| {
        let options = LoadOptions { precision, ..Default::default() };
        Encoder::from_dir(folder.path(), &options, &Device::flex())
    };
    let exact = load(Precision::F32)?.encode_passages(&TEXTS)?.embeddings;
    let found = load(precision)?.encode_passages(&TEXTS)?.embeddings;
    let rows = exact.iter().zip(&found).flat_map(|(a, b)| a.as_ref().rows().zip(b.as_ref().rows()));
    let differences = rows.flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| (a - b).abs());
    Ok(differences.fold(0.0, f32::max))
}

#[test]
fn fewer_bits_give_about_the_same_embeddings() -> TestResult {
    let (half, brain) = (farthest(Precision::F16)?, farthest(Precision::Bf16)?);
    assert!(half > 0.0 && half < 4e-3, "{half}");
    assert!(brain > half && brain < 3e-2, "{brain}");
    Ok(())
}

#[test]
fn embeddings_are_unit_rows_in_f32_whatever_the_products() -> TestResult {
    let Checkpoint { colbert, tokenizer, .. } = checkpoint()?;
    let encodings: Vec<Encoding> =
        TEXTS.iter().map(|text| tokenizer.encode_passage(text)).collect::<Result<_, _>>()?;
    let batch = || Batch::new(&encodings.iter().collect::<Vec<_>>(), &burn::tensor::Device::flex());
    for precision in [Precision::F32, Precision::Bf16, Precision::F16] {
        let colbert = colbert.clone().with_precision(precision)?;
        assert_eq!(colbert.precision(), precision);
        let embeddings = colbert.forward(batch()).tensor;
        let dim = colbert.dim();
        let values = embeddings.into_data().try_to_vec::<f32>()?;
        for (row, keep) in values.chunks_exact(dim).zip(&encodings[0].keep) {
            let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
            assert!(!keep || (length - 1.0).abs() < 1e-5, "{precision:?}: {length}");
        }
    }
    Ok(())
}

#[test]
fn a_device_is_checked_by_another_precision_too() -> TestResult {
    let folder = Tiny::new().write()?;
    let options = LoadOptions { precision: Precision::Bf16, ..Default::default() };
    let encoder = Encoder::from_dir(folder.path(), &options, &Device::flex())?;
    let check = encoder.self_check(&jacolbert_model::SelfCheckOptions {
        embeddings_within: Some(0.1),
        scores_within: Some(1.0),
    })?;
    assert!(check.embeddings > 1e-5, "the reference is f32: {}", check.embeddings);
    Ok(())
}

#[test]
fn weights_kept_in_a_format_give_the_bits_of_weights_that_are_converted() -> TestResult {
    let folder = Tiny::new().write()?;
    for precision in [Precision::Bf16, Precision::F16] {
        let Checkpoint { colbert, tokenizer, .. } = checkpoint()?;
        let options = LoadOptions { precision, ..Default::default() };
        let encoder = Encoder::from_dir(folder.path(), &options, &Device::flex())?;
        let encoding = tokenizer.encode_passage(TEXTS[1])?;
        let batch = Batch::new(&[&encoding], &burn::tensor::Device::flex());
        let converted = colbert.with_precision(precision)?.forward(batch).tensor;
        let converted = converted.into_data().try_to_vec::<f32>()?;
        let rows = converted.chunks(encoder.dim()).zip(&encoding.keep);
        let rows: Vec<f32> =
            rows.filter(|(_, keep)| **keep).flat_map(|(row, _)| row).copied().collect();
        let kept = encoder.encode_passages(&[TEXTS[1]])?.embeddings.remove(0);
        assert_eq!(kept.values(), rows, "{precision:?}");
    }
    Ok(())
}
