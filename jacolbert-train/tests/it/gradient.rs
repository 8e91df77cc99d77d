//! Value and gradient of a loss, on flex.

use std::error::Error;

use burn::tensor::{Device, Tensor, TensorData};

/// A loss, and its gradient with respect to the scores, row by row.
#[derive(Debug, PartialEq)]
pub(crate) struct Differentiated {
    pub(crate) loss: f32,
    pub(crate) gradient: Vec<f32>,
}

/// Differentiates `loss` at `scores`.
pub(crate) fn differentiate(
    scores: &[Vec<f32>],
    loss: impl FnOnce(Tensor<2>) -> Result<Tensor<1>, jacolbert_train::Error>,
) -> Result<Differentiated, Box<dyn Error>> {
    let scores = tensor(scores, &Device::flex().autodiff()).require_grad();
    let loss = loss(scores.clone())?;
    let gradient = scores.grad(&loss.backward()).ok_or("the scores have no gradient")?;
    Ok(Differentiated { loss: loss.try_into_scalar()?, gradient: numbers(gradient)? })
}

/// Rows of equal length as a tensor.
pub(crate) fn tensor(rows: &[Vec<f32>], device: &Device) -> Tensor<2> {
    let shape = [rows.len(), rows.first().map_or(0, Vec::len)];
    Tensor::from_data(TensorData::new(rows.concat(), shape), device)
}

/// All numbers of a tensor, in order.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Box<dyn Error>> {
    Ok(tensor.try_into_data()?.try_to_vec::<f32>()?)
}

/// Panics unless `found` is `expected` to 1e-5, relative where `expected` is above 1.
pub(crate) fn assert_close(found: &[f32], expected: &[f32], of: &str) {
    assert_eq!(found.len(), expected.len(), "{of}: number of values");
    for (position, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs();
        assert!(
            difference <= 1e-5 * expected.abs().max(1.0),
            "{of}, value {position}: {found} instead of {expected}"
        );
    }
}
