//! A checksum over values of many kinds, the same on every machine.

/// CRC-32 of the values added, in order. Texts and slices are added with their lengths.
#[derive(Debug, Clone, Default)]
pub struct Checksum {
    crc: crc32fast::Hasher,
}

/// Floats that are put in at once.
const BLOCK: usize = 1_024;

impl Checksum {
    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.crc.update(text.as_bytes());
    }

    /// Adds a number.
    pub fn number(&mut self, number: u64) {
        self.crc.update(&number.to_le_bytes());
    }

    /// Adds ids.
    pub fn ids(&mut self, ids: &[u32]) {
        self.number(ids.len() as u64);
        ids.iter().for_each(|id| self.crc.update(&id.to_le_bytes()));
    }

    /// Adds floats.
    pub fn floats(&mut self, floats: &[f32]) {
        self.number(floats.len() as u64);
        let mut bytes = [[0; size_of::<f32>()]; BLOCK];
        for block in floats.chunks(BLOCK) {
            let bytes = &mut bytes[..block.len()];
            bytes.iter_mut().zip(block).for_each(|(bytes, float)| *bytes = float.to_le_bytes());
            self.crc.update(bytes.as_flattened());
        }
    }

    /// The checksum.
    pub fn finish(self) -> u32 {
        self.crc.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(put_in: impl FnOnce(&mut Checksum)) -> u32 {
        let mut checksum = Checksum::default();
        put_in(&mut checksum);
        checksum.finish()
    }

    #[test]
    fn every_float_counts_in_and_between_blocks() {
        let floats = vec![0.5; 2 * BLOCK + 3];
        let whole = checksum(|sum| sum.floats(&floats));
        for at in [0, BLOCK - 1, BLOCK, 2 * BLOCK + 2] {
            let mut other = floats.clone();
            other[at] = 0.25;
            assert_ne!(checksum(|sum| sum.floats(&other)), whole, "{at}");
        }
        assert_ne!(checksum(|sum| sum.floats(&floats[1..])), whole);
    }

    #[test]
    fn borders_between_texts_count() {
        let check = |texts: [&str; 2]| checksum(|sum| texts.iter().for_each(|text| sum.text(text)));
        assert_ne!(check(["東京", "都"]), check(["東", "京都"]));
    }

    #[test]
    fn a_checksum_is_the_same_on_every_machine() {
        let found = checksum(|sum| {
            sum.text("東京");
            sum.ids(&[1, 2]);
            sum.floats(&[1.0, -0.5]);
        });
        // zlib.crc32(struct.pack("<Q6sQ2IQ2f", 6, "東京".encode(), 2, 1, 2, 2, 1.0, -0.5))
        assert_eq!(found, 0xe2ac_99d9);
    }
}
