//! What can be wrong with a file of a foreign index.

/// Why a file of a PLAID index was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaidFault {
    /// It is not the JSON that it should be.
    #[error("not the JSON that is expected")]
    Json(#[source] serde_json::Error),
    /// Residuals of a width that the format does not have, or that does not fill bytes.
    #[error("rows of {dim} components in {bits} bits each")]
    Width {
        /// Length of a row.
        dim: usize,
        /// Bits of a component.
        bits: u64,
    },
    /// It is not an archive as PyTorch has written since its version 1.6.
    #[error("not an archive of PyTorch: {what}")]
    Archive {
        /// What is missing or wrong.
        what: String,
    },
    /// Its pickle has an instruction that no tensor needs.
    #[error("the pickle has the instruction {opcode:#04x}, which is not followed")]
    PickleOpcode {
        /// The instruction.
        opcode: u8,
    },
    /// Its pickle wants to call something that builds no tensor.
    #[error("the pickle names {global}, which is never called")]
    PickleGlobal {
        /// Module and name.
        global: String,
    },
    /// Its pickle ends early, or does not leave tensors behind.
    #[error("the pickle does not describe tensors")]
    Pickle,
    /// It holds more or fewer tensors than expected.
    #[error("{found} tensors, not {expected}")]
    NumTensors {
        /// Number expected.
        expected: usize,
        /// Number found.
        found: usize,
    },
    /// A tensor has another shape than the other files say.
    #[error("a tensor of shape {found:?}, not {expected:?}")]
    Shape {
        /// Shape expected.
        expected: Vec<usize>,
        /// Shape found.
        found: Vec<usize>,
    },
    /// A tensor has elements of another type.
    #[error("a tensor in a torch.{found}, not in {expected}")]
    Dtype {
        /// Storages that would do.
        expected: &'static str,
        /// Storage found.
        found: String,
    },
    /// A tensor does not lie in its storage row by row.
    #[error("a tensor that does not lie row by row within its storage")]
    Layout,
    /// A storage does not have as many bytes as its pickle says.
    #[error("a storage of {found} bytes, not {expected}")]
    StorageLength {
        /// Bytes that the pickle says.
        expected: u64,
        /// Bytes in the archive.
        found: u64,
    },
    /// Two numbers that should be equal are not.
    #[error("{what}: {found}, not {expected}")]
    Disagrees {
        /// What is counted.
        what: &'static str,
        /// The number elsewhere.
        expected: u64,
        /// The number here.
        found: u64,
    },
    /// A token has a code beyond the centroids.
    #[error("token {token} has code {code} where there are {num_centroids} centroids")]
    Code {
        /// The token, counted within the chunk.
        token: usize,
        /// Its code.
        code: i64,
        /// Number of centroids.
        num_centroids: usize,
    },
    /// A value is not a finite number of ordinary size.
    #[error("value {at} is not a number up to 1e15")]
    NotFinite {
        /// Its place in the tensor.
        at: usize,
    },
}
