//! Room for what is computed in between.

use half::bf16;

use super::kernels::Lanes;

/// Values that a thread computes with, kept from one piece of work to the next, so that memory is not
/// asked for and cleared for each. What is in them counts for nothing.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    pub(super) first: Room<f32>,
    pub(super) second: Room<f32>,
    pub(super) rounded: Rounded,
}

/// Rows rounded for a product.
#[derive(Debug, Default)]
pub(super) struct Rounded {
    pub(super) bf16: Room<[bf16; 2]>,
    pub(super) integers: Room<[i16; 2]>,
    pub(super) scales: Room<f32>,
}

/// What a head of attention computes with.
#[derive(Debug, Default)]
pub(super) struct HeadRooms {
    pub(super) keys: Room<Lanes>,
    pub(super) values: Room<Lanes>,
    pub(super) scores: Room<f32>,
}

/// What the layers of a pass compute with one after the other, for all rows.
#[derive(Debug, Default)]
pub(super) struct PassRooms {
    pub(super) queries_keys_values: Room<f32>,
    pub(super) context: Room<f32>,
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
        &mut self.0[..len]
    }
}
