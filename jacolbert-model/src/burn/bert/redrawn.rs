//! Parameters with other values.

use burn::module::Param;
use burn::tensor::Tensor;

/// Puts what `draw` makes of a parameter's tensor in its place; it learns if the parameter did.
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
