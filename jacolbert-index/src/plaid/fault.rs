//! What can be wrong with a file of a foreign index.

/// Why a file of a PLAID index was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaidFault {
    /// The file is not what its name says.
    #[error("the file {0}")]
    WrongFile(jacolbert_core::WrongFile),
    /// The file is not the expected JSON.
    #[error("not the JSON that is expected")]
    Json(#[source] serde_json::Error),
    /// Residuals are stored in 1, 2, 4 or 8 bits.
    #[error("residuals of {bits} bits")]
    Bits {
        /// The number of bits.
        bits: u64,
    },
    /// Rows have no component, more than 65,536, or a number of them that does not fill bytes.
    #[error("rows of {dim} components")]
    Dim {
        /// Length of a row.
        dim: usize,
    },
    /// The file is not a zip archive, as PyTorch writes since version 1.6.
    #[error("not an archive of PyTorch: {what}")]
    Archive {
        /// What is missing or wrong.
        what: String,
    },
    /// The pickle has an instruction that no tensor needs.
    #[error("the pickle has the instruction {opcode:#04x}, which is not followed")]
    PickleOpcode {
        /// The instruction.
        opcode: u8,
    },
    /// The pickle names a function that does not build a tensor.
    #[error("the pickle names {global}, which is never called")]
    PickleGlobal {
        /// Module and name.
        global: String,
    },
    /// The pickle ends early, or does not describe tensors.
    #[error("the pickle does not describe tensors")]
    Pickle,
    /// The file is not a NumPy array in row-major order.
    #[error("not an array of NumPy, or one by columns")]
    NpyHeader,
    /// The chunk is in the merged file, but an earlier chunk was rewritten after the merge.
    #[error("a chunk before chunk {number} was written again after all were merged")]
    StaleMerge {
        /// The chunk that is in the merged file.
        number: usize,
    },
    /// The file holds more or fewer tensors than expected.
    #[error("{found} tensors, not {expected}")]
    NumTensors {
        /// Number expected.
        expected: usize,
        /// Number found.
        found: usize,
    },
    /// A tensor has another shape than the other files imply.
    #[error("a tensor of shape {found:?}, not {expected:?}")]
    Shape {
        /// Shape expected.
        expected: Vec<usize>,
        /// Shape found.
        found: Vec<usize>,
    },
    /// A tensor has elements of another type.
    #[error("elements of {found}, not of {expected}")]
    Dtype {
        /// Accepted types, in the names of the format.
        expected: &'static str,
        /// Type found.
        found: String,
    },
    /// A tensor is not stored in row-major order within its storage.
    #[error("a tensor that does not lie row by row within its storage")]
    Layout,
    /// The file has more or fewer bytes of values than its header says.
    #[error("a storage of {found} bytes, not {expected}")]
    StorageLength {
        /// Number of bytes by the header.
        expected: u64,
        /// Number of bytes found.
        found: u64,
    },
    /// Two numbers that should be equal are not.
    #[error("{what}: {found}, not {expected}")]
    Disagrees {
        /// What is counted.
        what: &'static str,
        /// The number in another file.
        expected: u64,
        /// The number in this file.
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
    /// A value is not a number, or its absolute value is above 1e15.
    #[error("value {at} is not finite or exceeds 1e15")]
    NotFinite {
        /// Position of the value in the tensor.
        at: usize,
    },
}
