//! The ways in which weights may be stored.

use half::{bf16, f16};
use safetensors::Dtype;

use crate::TestResult;
use crate::devices::on_every_device;
use crate::tiny::{Tensor, Tiny};

/// The tiny checkpoint after `change` must encode as without it.
fn check(change: impl FnOnce(&mut Tiny)) -> TestResult {
    let texts = ["東京 ab!", "", "a-b"];
    let changed = Tiny::new().but(change);
    on_every_device(|on| {
        let expected = Tiny::new().load_on(&on.device)?.encode_passages(&texts)?;
        assert_eq!(changed.load_on(&on.device)?.encode_passages(&texts)?, expected);
        Ok(())
    })
}

/// All weights in another kind of number, which holds them exactly.
fn convert<const N: usize>(tiny: &mut Tiny, dtype: Dtype, bytes: impl Fn(f32) -> [u8; N]) {
    for tensor in tiny.tensors.values_mut() {
        tensor.bytes = tensor.values().into_iter().flat_map(&bytes).collect();
        tensor.dtype = dtype;
    }
}

#[test]
fn weights_may_be_stored_in_f16() -> TestResult {
    check(|tiny| convert(tiny, Dtype::F16, |value| f16::from_f32(value).to_le_bytes()))
}

#[test]
fn weights_may_be_stored_in_bf16() -> TestResult {
    check(|tiny| convert(tiny, Dtype::BF16, |value| bf16::from_f32(value).to_le_bytes()))
}

#[test]
fn layer_norms_may_have_their_old_names() -> TestResult {
    check(|tiny| {
        tiny.tensors = std::mem::take(&mut tiny.tensors)
            .into_iter()
            .map(|(name, tensor)| {
                let old = name.replace("LayerNorm.weight", "LayerNorm.gamma");
                (old.replace("LayerNorm.bias", "LayerNorm.beta"), tensor)
            })
            .collect();
    })
}

#[test]
fn pooler_and_position_ids_may_be_there() -> TestResult {
    check(|tiny| {
        let pooler = Tensor::of_f32(&[8, 8], &[0.5; 64]);
        tiny.tensors.insert("bert.pooler.dense.weight".into(), pooler);
        let ids = Tensor { dtype: Dtype::I64, shape: vec![1, 40], bytes: vec![0; 320] };
        tiny.tensors.insert("bert.embeddings.position_ids".into(), ids);
    })
}
