//! The model as a Burn module: the reference computation, which trains and runs on every device of Burn.

mod batch;
mod bert;
mod checkpoint;
mod colbert;
mod engine;
mod fresh_weights;
mod loader;
mod maxsim;
mod module_path;
mod products;
mod token_weights;
mod transpose;
mod weight_format;
mod writer;

pub use batch::Batch;
pub use bert::Bert;
pub use checkpoint::Checkpoint;
pub use colbert::{Colbert, TokenEmbeddings};
pub(crate) use engine::{ModuleEngine, SentenceModule};
pub use fresh_weights::FreshWeights;
pub use maxsim::{maxsim_all, maxsim_n_way};
pub use token_weights::TokenWeights;
pub use weight_format::WeightFormat;
pub(crate) use writer::{stored_tensors, weights_checksum};
