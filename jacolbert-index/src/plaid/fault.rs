//! What can be wrong with a file of a foreign index.

/// Why a file of a PLAID index was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaidFault {
    /// It is not the JSON that it should be.
    #[error("not the JSON that is expected")]
    Json(#[source] serde_json::Error),
    /// Residuals are stored in 1, 2, 4 or 8 bits.
    #[error("residuals of {bits} bits")]
    Bits {
        /// The number of bits.
        bits: u64,
    },
    /// Rows of no component, of more than 65,536, or of such that do not fill bytes.
    #[error("rows of {dim} components")]
    Dim {
        /// Length of a row.
        dim: usize,
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
    /// It is not an array of NumPy, row by row.
    #[error("not an array of NumPy, or one by columns")]
    NpyHeader,
    /// The chunk is in the merged file, while a chunk before it was written again since the merging.
    #[error("a chunk before chunk {number} was written again after all were merged")]
    StaleMerge {
        /// The chunk that is in the merged file.
        number: usize,
    },
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
    #[error("elements of {found}, not of {expected}")]
    Dtype {
        /// Types that would do, as the format calls them.
        expected: &'static str,
        /// Type found.
        found: String,
    },
    /// A tensor does not lie in its storage row by row.
    #[error("a tensor that does not lie row by row within its storage")]
    Layout,
    /// There are not as many bytes of values as the file itself says.
    #[error("a storage of {found} bytes, not {expected}")]
    StorageLength {
        /// Bytes that it says.
        expected: u64,
        /// Bytes that are there.
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
