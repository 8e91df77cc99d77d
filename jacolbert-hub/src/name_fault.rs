//! Why a text cannot be the name of a model.

/// Why a text cannot be the name of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It is the path of a folder or a file.
    #[error("it is a path; a folder is loaded as it is, without a hub")]
    Path,
    /// It is an address, but not that of a model's page on the hub.
    #[error("it is an address; the name is `owner/name` behind the host of a model's page")]
    Address,
    /// It has more than two parts.
    #[error(
        "it has more than two parts; a name is `owner/name`, and the revision is an option of its own"
    )]
    Parts,
    /// It has characters that names do not have.
    #[error("a name consists of letters, digits, `.`, `-` and `_`, without `..` and `--`")]
    Characters,
    /// The name is possible, but the revision cannot be a branch, tag or commit.
    #[error("the revision cannot be a branch, a tag or a commit")]
    Revision,
}
