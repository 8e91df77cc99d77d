//! One suite over every implementation.

use proptest::prelude::*;

use jacolbert_core::simd::{Isa, Scalar};

use super::kernel_set::Kernels;
use super::lanes::{LARGEST_BYTE, keep_best};
use super::{ByteDots, ByteLanes, CoarseLanes, LANES, Lanes, Term};

/// The same pseudo-random numbers for the same seed.
fn numbers(seed: u32) -> impl Iterator<Item = u32> {
    let mut state = seed | 1;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    })
}

fn floats(n: usize, seed: u32) -> Vec<f32> {
    numbers(seed).take(n).map(|n| n as f32 / (1 << 23) as f32 - 1.0).collect()
}

fn bytes(n: usize, seed: u32) -> Vec<u8> {
    numbers(seed).take(n).map(|n| (n >> 8) as u8).collect()
}

fn panel(dim: usize, seed: u32) -> Vec<Lanes> {
    let values = floats(dim * LANES, seed);
    values.chunks_exact(LANES).map(|lanes| std::array::from_fn(|l| lanes[l])).collect()
}

fn byte_panel(groups: usize, seed: u32) -> Vec<ByteLanes> {
    let values = bytes(groups * 4 * LANES, seed);
    let largest = i32::from(LARGEST_BYTE);
    let within = |byte: u8| (i32::from(byte) % (2 * largest + 1) - largest) as i8;
    let lanes = values.chunks_exact(4 * LANES);
    lanes.map(|lanes| std::array::from_fn(|l| within(lanes[l]))).collect()
}

fn integers(n: usize, seed: u32) -> Vec<ByteDots> {
    let values: Vec<i32> =
        numbers(seed).take(n * LANES).map(|n| n as i32 % 2_000_000 - 1_000_000).collect();
    values.chunks_exact(LANES).map(|lanes| std::array::from_fn(|l| lanes[l])).collect()
}

fn bits(lanes: &[Lanes]) -> Vec<u32> {
    lanes.iter().flatten().map(|value| value.to_bits()).collect()
}

proptest! {
    #[test]
    fn dots_have_the_same_bits_on_every_isa(
        n_rows in 0usize..=100, dim in 0usize..=40, seed: u32,
    ) {
        let panel = panel(dim, seed);
        let rows = floats(n_rows * dim, seed ^ 77);
        let mut expected = vec![[0.0; LANES]; n_rows];
        Scalar.dots(&panel, &rows, &mut expected);
        for isa in Isa::all() {
            let mut dots = vec![[f32::NAN; LANES]; n_rows];
            super::dots(isa, &panel, &rows, &mut dots);
            prop_assert_eq!(bits(&dots), bits(&expected), "{:?}", isa);
        }
    }

    #[test]
    fn byte_dots_are_exact_on_every_isa(
        n_rows in 0usize..=100, groups in 0usize..=40, seed: u32, extreme: bool,
    ) {
        let mut panel = byte_panel(groups, seed);
        let mut rows = bytes(4 * n_rows * groups, seed ^ 77);
        if extreme {
            rows.fill(u8::MAX);
            panel.iter_mut().for_each(|lanes| lanes.fill(-LARGEST_BYTE));
        }
        let mut expected = vec![[0; LANES]; n_rows];
        for (row, expected) in rows.chunks(4 * groups.max(1)).zip(&mut expected) {
            for (lane, expected) in expected.iter_mut().enumerate() {
                let component = |d: usize| i32::from(panel[d / 4][4 * lane + d % 4]);
                *expected = row.iter().enumerate().map(|(d, &r)| i32::from(r) * component(d)).sum();
            }
        }
        for isa in Isa::all() {
            let mut dots = vec![[7; LANES]; n_rows];
            super::byte_dots(isa, &panel, &rows, &mut dots);
            prop_assert_eq!(&dots, &expected, "{:?}", isa);
        }
    }

    #[test]
    fn unpacked_levels_are_those_of_the_packed_numbers(
        log_bits in 0usize..3, len in 0usize..=100, n_rows in 0usize..4, seed: u32,
    ) {
        let bits = 1 << log_bits;
        let packed = bytes(n_rows * len, seed);
        let levels: [u8; 16] = std::array::from_fn(|n| (n * 13 + 5) as u8);
        let row_len = len * 8 / bits;
        for isa in Isa::all() {
            let mut unpacked = vec![0; n_rows * row_len];
            super::unpack(isa, bits, &packed, len, &levels, &mut unpacked);
            for (at, &level) in unpacked.iter().enumerate() {
                let row = at / row_len;
                let component = at % row_len;
                let byte = packed[row * len + component % len];
                let part = component / len;
                let number = byte >> (part * bits) & ((1u16 << bits) - 1) as u8;
                prop_assert_eq!(level, levels[usize::from(number)], "{:?}", isa);
            }
        }
    }

    #[test]
    fn decoded_rows_have_the_same_bits_on_every_isa(dim in 0usize..=100, seed: u32) {
        let centroid = bytes(dim, seed);
        let levels = bytes(dim, seed ^ 1);
        let scales = [0.003, 0.017, 1.25];
        for isa in Isa::all() {
            let mut row = vec![f32::NAN; dim];
            super::decode(isa, &centroid, &levels, scales, &mut row);
            for ((value, &c), &v) in row.iter().zip(&centroid).zip(&levels) {
                let c = f32::from(c) - 128.0;
                let v = f32::from(v) - 128.0;
                let expected = 1.25 * (0.003f32 * c + 0.017f32 * v);
                prop_assert_eq!(value.to_bits(), expected.to_bits(), "{:?}", isa);
            }
        }
    }

    #[test]
    fn raised_scores_have_the_same_bits_on_every_isa(n in 0usize..=100, seed: u32) {
        let dots = integers(n, seed);
        let offsets = integers(1, seed ^ 3)[0];
        let bases = integers(n, seed ^ 5);
        let factors = floats(3 * n, seed ^ 7);
        let terms: Vec<Term<'_>> = (0..n)
            .map(|t| Term {
                base: &bases[t],
                base_scale: factors[3 * t],
                scale: factors[3 * t + 1],
                factor: factors[3 * t + 2],
            })
            .collect();
        let mut expected = [f32::NEG_INFINITY; LANES];
        Scalar.raise_best(&mut expected, &dots, &offsets, &terms);
        let mut scaled = vec![[0.0; LANES]; n];
        Scalar.scale_dots(&dots, &offsets, &factors, &mut scaled);
        for isa in Isa::all() {
            let mut best = [f32::NEG_INFINITY; LANES];
            super::raise_best(isa, &mut best, &dots, &offsets, &terms);
            prop_assert_eq!(bits(&[best]), bits(&[expected]), "{:?}", isa);
            let mut exact = vec![[f32::NAN; LANES]; n];
            super::scale_dots(isa, &dots, &offsets, &factors, &mut exact);
            prop_assert_eq!(bits(&exact), bits(&scaled), "{:?}", isa);
        }
    }

    #[test]
    fn coarse_scores_are_the_same_on_every_isa(n in 1usize..=100, seed: u32) {
        let dots = integers(n, seed);
        let offsets = integers(1, seed ^ 3)[0];
        let scales = floats(n, seed ^ 5);
        let steps = [3e-4; LANES];
        let codes: Vec<u16> = numbers(seed ^ 9).take(n).map(|c| c as u16 % 120).collect();
        let step = |value: f32| (value * 3e-4).round_ties_even().clamp(0.0, 255.0) as u8;
        let expected: Vec<CoarseLanes> = dots
            .iter()
            .zip(&scales)
            .map(|(dots, scale)| {
                std::array::from_fn(|l| step(scale * (dots[l] - offsets[l]) as f32))
            })
            .collect();
        let mut best = [0; LANES];
        for &code in codes.iter().filter(|&&code| usize::from(code) < n) {
            let row = &expected[usize::from(code)];
            best.iter_mut().zip(row).for_each(|(best, &score)| *best = score.max(*best));
        }
        for isa in Isa::all() {
            let mut coarse = vec![[9; LANES]; n];
            super::coarsen(isa, &dots, &offsets, &scales, &steps, &mut coarse);
            prop_assert_eq!(&coarse, &expected, "{:?}", isa);
            let mut kept = [0; LANES];
            super::coarse_best(isa, &coarse, &codes, &mut kept);
            prop_assert_eq!(kept, best, "{:?}", isa);
        }
    }

    #[test]
    fn reached_are_the_codes_with_a_lane_at_its_threshold(
        n in 1usize..=40, seed: u32, spread in 1u8..,
    ) {
        let scores = bytes(n * LANES, seed);
        let table: Vec<CoarseLanes> = scores.as_chunks().0.to_vec();
        let codes: Vec<u16> = numbers(seed ^ 9).take(50).map(|c| c as u16 % 60).collect();
        let thresholds: CoarseLanes =
            std::array::from_fn(|lane| scores[lane].saturating_add(spread));
        let reaches = |&code: &u16| {
            let row = table.get(usize::from(code));
            row.is_some_and(|row| row.iter().zip(&thresholds).any(|(score, least)| score >= least))
        };
        let mut expected: Vec<bool> = codes.iter().map(reaches).collect();
        expected[7] = true;
        for isa in Isa::all() {
            let mut reached = vec![false; codes.len()];
            reached[7] = true;
            super::mark_reached(isa, &table, &codes, &thresholds, &mut reached);
            prop_assert_eq!(&reached, &expected, "{:?}", isa);
        }
    }
}

#[test]
fn dot_is_the_sum_of_products() {
    let panel = panel(128, 3);
    let rows = floats(128, 4);
    let mut dots = [[0.0; LANES]];
    Scalar.dots(&panel, &rows, &mut dots);
    for lane in 0..LANES {
        let exact: f64 =
            rows.iter().zip(&panel).map(|(&r, p)| f64::from(r) * f64::from(p[lane])).sum();
        assert!((f64::from(dots[0][lane]) - exact).abs() < 1e-4);
    }
}

#[test]
fn best_keeps_its_value_against_nan() {
    let mut best = [1.0; LANES];
    keep_best(&mut best, &[f32::NAN; LANES]);
    assert_eq!(best, [1.0; LANES]);
    let term = Term { base: &[0; LANES], base_scale: 0.0, scale: f32::NAN, factor: 1.0 };
    Scalar.raise_best(&mut best, &[[1; LANES]], &[0; LANES], &[term]);
    assert_eq!(best, [1.0; LANES]);
}
