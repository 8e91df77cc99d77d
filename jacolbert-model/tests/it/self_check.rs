//! What a self-check finds, and what it lets pass.

use jacolbert_model::{Device, Encoder, Error, SelfCheckOptions};

use crate::TestResult;
use crate::devices::on_every_device;
use crate::layout_folders::assembled;
use crate::tiny::{Tensor, Tiny};

/// The tiny model with one weight of its projection changed on `device`, though not in its folder.
fn altered_on(device: &Device) -> Result<(tempfile::TempDir, Encoder), Box<dyn std::error::Error>> {
    let altered = Tiny::new().but(|tiny| {
        let linear = tiny.tensors.get_mut("linear.weight").expect("the projection");
        let mut values = linear.values();
        values[0] += 0.5;
        *linear = Tensor::of_f32(&linear.shape, &values);
    });
    let (folder, original) = (altered.write()?, Tiny::new().write()?);
    let encoder = Encoder::from_dir(folder.path(), &Default::default(), device)?;
    let weights = "model.safetensors";
    std::fs::copy(original.path().join(weights), folder.path().join(weights))?;
    Ok((folder, encoder))
}

#[test]
fn every_device_passes() -> TestResult {
    let folder = assembled("f32")?;
    on_every_device(|on| {
        let check = Encoder::from_dir(folder.path(), &Default::default(), &on.device)?
            .self_check(&Default::default())?;
        println!("{check:?}");
        assert_eq!(check.num_texts, 12);
        assert!(check.num_tokens > 200, "{}", check.num_tokens);
        // Without flex the CPU's other number formats are compared with `f32`.
        let is_rounded = on.device == Device::cpu() && !cfg!(feature = "flex");
        let (embeddings, scores) = if is_rounded { (0.05, 0.5) } else { (on.within, 1e-3) };
        assert!(check.embeddings < embeddings && check.scores < scores, "{check:?}");
        Ok(())
    })
}

#[test]
fn a_device_with_an_altered_weight_fails_and_is_named() -> TestResult {
    on_every_device(|on| {
        let (_folder, encoder) = altered_on(&on.device)?;
        let error = encoder.self_check(&Default::default()).expect_err("another weight");
        assert!(
            matches!(&error, Error::SelfCheck { device, text, difference, within, .. }
                if device.starts_with(&on.device.to_string()) && text.chars().count() <= 20
                && *difference > *within && *within == 1e-4),
            "{error:?}"
        );
        Ok(())
    })
}

#[test]
fn scores_are_compared_too() -> TestResult {
    let options = SelfCheckOptions { embeddings_within: Some(2.0), scores_within: Some(1e-6) };
    on_every_device(|on| {
        let (_folder, encoder) = altered_on(&on.device)?;
        let error = encoder.self_check(&options).expect_err("another weight");
        assert!(
            matches!(&error, Error::SelfCheckScore { difference, within, .. }
                if *difference > *within && *within == 1e-6),
            "{error:?}"
        );
        Ok(())
    })
}

#[test]
fn a_checkpoint_of_another_shape_in_the_same_folder_fails() -> TestResult {
    let folder = Tiny::new().write()?;
    let encoder = Encoder::from_dir(folder.path(), &Default::default(), &Device::cpu())?;
    let shorter = Tiny::new().but(|tiny| tiny.metadata["query_maxlen"] = 7.into());
    std::fs::copy(
        shorter.write()?.path().join("artifact.metadata"),
        folder.path().join("artifact.metadata"),
    )?;
    let error = encoder.self_check(&Default::default()).expect_err("shorter queries");
    assert!(matches!(error, Error::SelfCheck { difference: f32::INFINITY, .. }), "{error:?}");
    Ok(())
}

#[test]
fn a_folder_that_is_gone_is_named() -> TestResult {
    let folder = Tiny::new().write()?;
    let encoder = Encoder::from_dir(folder.path(), &Default::default(), &Device::cpu())?;
    std::fs::remove_dir_all(folder.path())?;
    let error = encoder.self_check(&Default::default()).expect_err("no folder");
    assert!(matches!(&error, Error::NoFolder { dir } if dir == folder.path()), "{error:?}");
    Ok(())
}
