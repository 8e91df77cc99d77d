//! What two states of a collection have in common.

use super::document_block::DocumentBlock;
use super::documents::Documents;

impl<B: AsRef<[u8]> + Clone> Documents<B> {
    /// The same documents. Files beside blocks that `earlier` has too are not opened and compared with their
    /// checksums again.
    #[must_use]
    pub fn sharing(mut self, earlier: &Self) -> Self {
        for block in self.blocks_mut() {
            let at =
                earlier.blocks().binary_search_by_key(&block.first_id(), DocumentBlock::first_id);
            let Some(same) = at.ok().map(|at| &earlier.blocks()[at]) else { continue };
            for file in &mut block.companions {
                let opened = same.companions.iter().find(|other| other.is_same(file));
                opened.into_iter().for_each(|opened| *file = opened.clone());
            }
        }
        self
    }
}
