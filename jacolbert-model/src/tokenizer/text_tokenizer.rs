//! What differs between the tokenizers of checkpoints: from a text to its ids.

use std::fmt::Debug;
use std::path::Path;

use super::SpecialTokens;
use crate::Error;

/// Text to ids, without ColBERT's frame and filling.
pub(super) trait TextTokenizer: Debug + Send + Sync {
    /// Ids of all of `text`.
    fn ids(&self, text: &str) -> Result<Vec<u32>, Error>;

    /// The id of `token` as it stands.
    fn id(&self, token: &str) -> Option<u32>;

    /// The ids of the tokens that stand for no text.
    fn special_tokens(&self) -> SpecialTokens;

    /// The largest id there is.
    fn largest_id(&self) -> u32;

    /// Every token with its id.
    fn tokens(&self) -> Vec<(u32, String)>;

    /// The file with the tokens, for errors to name.
    fn path(&self) -> &Path;

    /// Writes its files to the folder `dir`.
    fn save(&self, dir: &Path) -> Result<(), Error>;
}
