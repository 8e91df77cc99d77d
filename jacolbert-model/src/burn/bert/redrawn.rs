//! Replacement of a parameter's values.

use burn::module::Param;
use burn::tensor::Tensor;

/// Replaces the tensor of a parameter by `draw` of it. It requires gradients if the old one did.
pub(in crate::burn) fn redrawn(
    parameter: &mut Param<Tensor<2>>,
    draw: impl FnOnce(Tensor<2>) -> Tensor<2>,
) {
    *parameter = parameter.clone().map(|tensor| {
        let learns = tensor.is_require_grad();
        let tensor = draw(tensor).detach();
        if learns { tensor.require_grad() } else { tensor }
    });
}
