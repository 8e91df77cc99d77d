//! Bytes in place, as tantivy takes them.

use std::ops::Deref;
use std::sync::Arc;

use stable_deref_trait::StableDeref;
use tantivy::directory::OwnedBytes;

/// Bytes that stay where they are as long as it lives.
struct Pinned<B>(Arc<B>);

impl<B: AsRef<[u8]>> Deref for Pinned<B> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_ref().as_ref()
    }
}

// SAFETY: `OwnedBytes` dereferences a `Pinned` once and keeps the slice as long as the `Pinned` itself. The `B`
// lies in an `Arc`, so that it does not move with the `Pinned`, and nobody has or makes a `&mut B`: the slice that
// `as_ref` borrows from the `B` is valid until the `B` is dropped, which is after the last `Pinned`.
#[expect(unsafe_code, reason = "hands mapped bytes to tantivy, which cannot borrow")]
unsafe impl<B: AsRef<[u8]>> StableDeref for Pinned<B> {}

/// The bytes of `holder`, which are not copied.
pub(super) fn pinned<B: AsRef<[u8]> + Send + Sync + 'static>(holder: B) -> OwnedBytes {
    OwnedBytes::new(Pinned(Arc::new(holder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_bytes_are_those_of_the_holder_which_they_keep() {
        let holder: Arc<[u8]> = vec![7; 100].into();
        let bytes = pinned(holder.clone());
        let part = bytes.clone().slice(10..20);
        drop(bytes);
        assert_eq!(part.as_slice(), [7; 10]);
        assert_eq!(part.as_slice().as_ptr(), holder[10..].as_ptr(), "not copied");
        assert_eq!(Arc::strong_count(&holder), 2);
        drop(part);
        assert_eq!(Arc::strong_count(&holder), 1);
    }
}
