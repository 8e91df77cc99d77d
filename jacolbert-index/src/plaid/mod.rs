//! Indexes that others wrote, for import: colbert-ai (RAGatouille's and PyLate's older PLAID are the
//! same) and fast-plaid (PyLate's PLAID of today).
//!
//! The files of colbert-ai:
//!
//! | file | what | read |
//! |---|---|---|
//! | `metadata.json` | dimension, bits, number of chunks and of centroids | at opening |
//! | `centroids.pt` | f16 or f32 `[centroids, dim]` | at opening |
//! | `buckets.pt` | cutoffs `[2^bits - 1]` and weights `[2^bits]` | at opening |
//! | `N.metadata.json` | first passage, passages and tokens of chunk N | at opening |
//! | `doclens.N.json` | tokens of each passage of the chunk | chunk by chunk |
//! | `N.codes.pt` | centroid of each token, i32 `[tokens]` | chunk by chunk |
//! | `N.residuals.pt` | packed residuals, u8 `[tokens, dim * bits / 8]` | chunk by chunk |
//!
//! `ivf.pid.pt`, `avg_residual.pt` and `plan.json` say nothing more, and stay closed. fast-plaid writes the
//! same as NumPy's arrays, the weights alone in `bucket_weights.npy`, codes as i64, the bits at the
//! top of `metadata.json`; `merged_codes.npy` and `merged_residuals.npy` have those of all chunks.

mod chunk;
mod codec;
mod fault;
mod folder;
mod import;
mod metadata;
mod npy_file;
mod passage;
mod pickle;
mod torch_file;

pub use codec::PlaidCodec;
pub use fault::PlaidFault;
pub use folder::{PlaidFolder, PlaidPassages};
pub use passage::PlaidPassage;
