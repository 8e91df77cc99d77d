//! Room for what is computed in between.

use half::bf16;

use super::kernels::{Bf16Pairs, ByteScale, Lanes};

/// Values that a thread computes with, kept from one piece of work to the next, so that memory is not
/// asked for and cleared for each. What is in them counts for nothing.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    pub(super) between: Between,
    pub(super) outputs: Room<f32>,
    pub(super) rounded: Rounded,
}

/// Rows rounded for a product.
#[derive(Debug, Default)]
pub(super) struct Rounded {
    pub(super) bf16: Room<[bf16; 2]>,
    pub(super) bytes: Room<[i8; 4]>,
    pub(super) scales: Room<ByteScale>,
}

/// Rows between two steps, in one format or the other.
#[derive(Debug, Default)]
pub(super) struct Between {
    pub(super) f32: Room<f32>,
    pub(super) bf16: Room<[bf16; 2]>,
}

/// What a head of attention computes with.
#[derive(Debug, Default)]
pub(super) struct HeadRooms {
    pub(super) keys: Room<Lanes>,
    pub(super) values: Room<Lanes>,
    pub(super) scores: Room<f32>,
    pub(super) bf16: Bf16HeadRooms,
}

/// The same for one in bf16.
#[derive(Debug, Default)]
pub(super) struct Bf16HeadRooms {
    pub(super) keys: Room<Bf16Pairs>,
    pub(super) values: Room<Bf16Pairs>,
    pub(super) weights: Room<[bf16; 2]>,
}

/// What the layers of a pass compute with one after the other, for all rows.
#[derive(Debug, Default)]
pub(super) struct PassRooms {
    pub(super) queries_keys_values: Between,
    pub(super) context: Between,
}

/// Room for as many values as are asked for.
#[derive(Debug)]
pub(super) struct Room<T>(Vec<T>);

impl<T> Default for Room<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + Default> Room<T> {
    /// For `len` values, whatever they are.
    pub(super) fn of(&mut self, len: usize) -> &mut [T] {
        if self.0.len() < len {
            self.0.resize(len, T::default());
        }
        #[cfg(test)]
        spoil(&mut self.0);
        &mut self.0[..len]
    }
}

/// Makes no numbers of all that was there, so that a test fails if any of it counts.
#[cfg(test)]
#[allow(unsafe_code)]
fn spoil<T: Copy>(values: &mut [T]) {
    // SAFETY: what rooms are for, floats and integers, may have any bits.
    unsafe { values.as_mut_ptr().write_bytes(0xFF, values.len()) };
}
