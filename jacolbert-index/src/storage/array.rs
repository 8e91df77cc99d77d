//! A typed view of a section of a file.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use super::bytes::Bytes;

/// Values of type `T` that lie in the bytes of a file, which it keeps alive.
///
/// The range was checked for bounds and alignment when the array was made, so reading cannot fail.
#[derive(Debug, Clone)]
pub(crate) struct Array<T> {
    bytes: Arc<Bytes>,
    range: Range<usize>,
    of: PhantomData<T>,
}

impl<T: bytemuck::Pod> Array<T> {
    /// The values in `range`; `None` if it is out of bounds or does not hold whole, aligned values.
    pub(crate) fn new(bytes: Arc<Bytes>, range: Range<usize>) -> Option<Self> {
        let section = bytes.as_slice().get(range.clone())?;
        bytemuck::try_cast_slice::<u8, T>(section).ok()?;
        Some(Self { bytes, range, of: PhantomData })
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        bytemuck::cast_slice(&self.bytes.as_slice()[self.range.clone()])
    }

    pub(crate) fn len(&self) -> usize {
        self.range.len() / size_of::<T>()
    }
}
