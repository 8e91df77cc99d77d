//! The trained parameters of a model, as flat tensors in the order of Burn's visitor.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{DType, Gradients, Tensor, TensorData};
use jacolbert_model::{Colbert, TensorFile};

use crate::Error;

/// A parameter without its values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    /// Its path in the model, as in `bert.layers.0.attention.query.weight`.
    pub(crate) name: String,
    /// Number of its values.
    pub(crate) len: usize,
    pub(crate) role: Role,
}

/// The role of a parameter, which the optimiser's options distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A matrix of the encoder.
    Matrix,
    /// A bias, or a layer norm's scale or shift.
    BiasOrNorm,
    /// The matrix from hidden vectors to embeddings.
    Projection,
}

/// Describes the trained parameters of `model`.
pub(crate) fn describe(model: &Colbert) -> Vec<Parameter> {
    let mut describer = Describer::default();
    model.visit(&mut describer);
    describer.parameters
}

/// The values of the trained parameters, each `[len]`, without autodiff.
pub(crate) fn values(model: &Colbert) -> Vec<Tensor<1>> {
    let mut reader = Reader { gradients: None, tensors: Vec::new() };
    model.visit(&mut reader);
    reader.tensors
}

/// The gradients of the trained parameters, each `[len]`, without autodiff; zero for a parameter that the
/// loss does not depend on.
pub(crate) fn gradients(model: &Colbert, gradients: Gradients) -> Vec<Tensor<1>> {
    let mut reader = Reader { gradients: Some(gradients), tensors: Vec::new() };
    model.visit(&mut reader);
    reader.tensors
}

/// Sets the parameters of `model` to the values in `file`, whose names are `prefix` and the parameter's
/// name, and freezes those that the file lacks. The error is the name of one with another shape.
pub(crate) fn restore(
    model: Colbert,
    file: &mut TensorFile,
    prefix: &str,
) -> Result<Colbert, String> {
    let mut restorer = Restorer { file, prefix, path: Vec::new(), misfit: None };
    let model = model.map(&mut restorer);
    restorer.misfit.map_or(Ok(model), Err)
}

/// The values of a flat tensor.
pub(crate) fn numbers(tensor: Tensor<1>) -> Result<Vec<f32>, Error> {
    let data = tensor.try_into_data_dtype(DType::F32).map_err(Error::device)?;
    data.try_to_vec::<f32>().map_err(Error::device)
}

/// `model` with new values of its trained parameters, each `[len]`.
pub(crate) fn with_values(model: Colbert, values: Vec<Tensor<1>>) -> Colbert {
    model.map(&mut Writer { values: values.into_iter() })
}

/// Whether a parameter of a model in training is trained and not frozen.
fn is_trained<const D: usize>(param: &Param<Tensor<D>>) -> bool {
    param.val().is_require_grad()
}

#[derive(Default)]
struct Describer {
    path: Vec<String>,
    parameters: Vec<Parameter>,
}

impl ModuleVisitor for Describer {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !is_trained(param) {
            return;
        }
        let role = match D {
            _ if self.path.first().is_some_and(|name| name == "linear") => Role::Projection,
            1 => Role::BiasOrNorm,
            _ => Role::Matrix,
        };
        let len = param.lazy_shape().num_elements();
        self.parameters.push(Parameter { name: self.path.join("."), len, role });
    }
}

/// Collects values, or gradients if there are some.
struct Reader {
    gradients: Option<Gradients>,
    tensors: Vec<Tensor<1>>,
}

impl ModuleVisitor for Reader {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !is_trained(param) {
            return;
        }
        let value = param.val();
        let len = value.shape().num_elements();
        let tensor = match &mut self.gradients {
            None => value.without_autodiff(),
            Some(gradients) => match value.grad_remove(gradients) {
                Some(gradient) => gradient,
                None => value.without_autodiff().zeros_like(),
            },
        };
        self.tensors.push(tensor.reshape([len]));
    }
}

struct Writer {
    values: std::vec::IntoIter<Tensor<1>>,
}

impl ModuleMapper for Writer {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !is_trained(&param) {
            return param;
        }
        match self.values.next() {
            Some(value) => param.map(|old| value.reshape(old.shape()).autodiff().require_grad()),
            None => param,
        }
    }
}

struct Restorer<'a> {
    file: &'a mut TensorFile,
    prefix: &'a str,
    path: Vec<String>,
    misfit: Option<String>,
}

impl ModuleMapper for Restorer<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = format!("{}{}", self.prefix, self.path.join("."));
        let shape = param.lazy_shape();
        match self.file.remove(&name, &[shape.num_elements()]) {
            Some(values) => {
                param.map(|old| Tensor::from_data(TensorData::new(values, shape), &old.device()))
            }
            None => {
                if self.file.names().any(|stored| stored == name) {
                    self.misfit.get_or_insert(name);
                }
                param.set_require_grad(false)
            }
        }
    }
}
