//! One suite over every implementation.

use half::bf16;
use jacolbert_core::simd::Isa;

use super::matrices::LARGEST_INPUT;
use super::multiply_add::Fused;
use super::products::DEPTH;
use super::*;
use crate::Activation;

/// The definition, which every machine must equal.
pub(super) fn definition() -> Machine {
    Machine::of(Isa::Scalar)
}

fn every_machine() -> Vec<Machine> {
    let mut all: Vec<Machine> = Isa::all().into_iter().map(Machine::of).collect();
    all.extend(Some(Machine::detected().with_amx()).filter(|machine| machine.has_amx()));
    all
}

/// The same pseudo-random numbers from -1 to 1 for the same seed.
pub(super) fn floats(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2) | 1;
    let numbers = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    });
    numbers.take(n).collect()
}

pub(super) fn lanes(n: usize, seed: u32) -> Vec<Lanes> {
    floats(n * LANES, seed).as_chunks().0.to_vec()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Rows of whole panels, one at the end of the other.
pub(super) fn whole(values: &mut [f32], num_panels: usize) -> RowsMut<'_> {
    RowsMut { values, stride: num_panels * LANES }
}

pub(super) const ACTIVATIONS: [Option<Activation>; 4] =
    [None, Some(Activation::Gelu), Some(Activation::GeluTanh), Some(Activation::Relu)];

/// A product by the formula: one chain of fused multiply-adds an output.
fn by_formula(rows: Rows<'_>, panels: Panels<'_>, bias: &[Lanes], row: usize) -> Vec<f32> {
    let Panels { lanes, inputs } = panels;
    let row = &rows.values[row * rows.stride..][..inputs];
    let column = |c: usize| {
        let panel = c / LANES;
        let lane = c % LANES;
        let weights = &lanes[panel * inputs..(panel + 1) * inputs];
        let pairs = row.iter().zip(weights);
        pairs.fold(bias[panel][lane], |sum, (x, weights)| x.mul_add(weights[lane], sum))
    };
    (0..bias.len() * LANES).map(column).collect()
}

fn check_product(count: usize, inputs: usize, num_panels: usize, machine: Machine) {
    let stride = inputs + 3;
    let values = floats(count * stride, 1);
    let rows = Rows { values: &values, stride, count };
    let panels = Panels { lanes: &lanes(num_panels * inputs, 2), inputs };
    let bias = lanes(num_panels, 3);
    for activation in ACTIVATIONS {
        let mut out = vec![0.5; count * num_panels * LANES];
        machine.product(rows, panels, &bias, activation, whole(&mut out, num_panels));
        for (r, found) in out.chunks_exact(num_panels * LANES).enumerate() {
            let mut expected = by_formula(rows, panels, &bias, r);
            for lanes in expected.as_chunks_mut().0 {
                scalar::activate::<Fused>(activation, lanes);
            }
            assert_eq!(bits(found), bits(&expected), "{machine:?}, {count} x {inputs}, row {r}");
        }
    }
}

#[test]
fn products_are_chains_of_fused_multiply_adds_on_every_machine() {
    for machine in every_machine() {
        for count in 0..=25 {
            check_product(count, 7, 3, machine);
        }
        for num_panels in 1..=5 {
            check_product(14, 9, num_panels, machine);
        }
        for inputs in 0..=100 {
            check_product(7, inputs, 1, machine);
        }
        for inputs in [DEPTH - 1, DEPTH, DEPTH + 1, 3 * DEPTH + 5] {
            check_product(8, inputs, 3, machine);
        }
    }
}

#[test]
fn what_is_beside_the_columns_stays() {
    let inputs = 5;
    let num_panels = 2;
    let count = 13;
    let rows = Rows { values: &floats(count * inputs, 1), stride: inputs, count };
    let panels = Panels { lanes: &lanes(num_panels * inputs, 2), inputs };
    let bias = lanes(num_panels, 3);
    for machine in every_machine() {
        let mut dense = vec![0.5; count * 32];
        let mut wide = vec![0.5; count * 50];
        machine.product(rows, panels, &bias, None, whole(&mut dense, num_panels));
        machine.product(rows, panels, &bias, None, RowsMut { values: &mut wide, stride: 50 });
        for (dense, wide) in dense.chunks(32).zip(wide.chunks(50)) {
            assert_eq!((&wide[..32], &wide[32..]), (dense, &[0.5; 18][..]));
        }
    }
}

#[test]
fn rows_lie_no_multiple_of_4_kib_apart() {
    for columns in 1..5_000 {
        let stride = row_stride(columns);
        assert!(stride >= columns && stride < columns + 2 * LANES);
        assert!(stride.is_multiple_of(LANES) && !stride.is_multiple_of(1_024));
    }
}

/// Results in one format and in the other, each `[count, num_panels * LANES]`.
fn in_both_formats(
    count: usize,
    num_panels: usize,
    machine: Machine,
    compute: impl Fn(Results<'_>),
) -> Vec<f32> {
    let mut exact = vec![0.5; count * num_panels * LANES];
    let mut nearest = Vec::new();
    nearest.resize(exact.len(), bf16::ONE);
    compute(Results::F32(whole(&mut exact, num_panels)));
    compute(Results::Bf16(RowsMut { values: &mut nearest, stride: num_panels * LANES }));
    let expected: Vec<bf16> = exact.iter().map(|&x| bf16::from_f32(x)).collect();
    assert_eq!(nearest, expected, "{machine:?}");
    exact
}

/// A product in bytes by its formula, and what it should be without them.
fn check_byte_product(count: usize, inputs: usize, num_panels: usize, machine: Machine) {
    let quads = inputs.div_ceil(4).next_multiple_of(LINE);
    let stride = line_stride(quads);
    let values = floats(count * inputs, 1);
    let weights = floats(num_panels * quads * 4 * LANES, 2);
    let mut bytes = vec![[0; 4]; count * stride];
    let mut scales = Vec::new();
    for (row, bytes) in values.chunks(inputs.max(1)).zip(bytes.chunks_mut(stride)) {
        scales.push(machine.quantise(row, bytes.as_flattened_mut()));
    }
    scales.resize(count, ByteScale::default());
    let rows = ByteRows { values: &bytes, quads, stride, scales: &scales };
    let weights: Vec<i8> = weights.iter().map(|weight| (weight * 127.0) as i8).collect();
    let shifted: Vec<u8> =
        weights.iter().map(|byte| byte.cast_unsigned().wrapping_add(WEIGHT_OFFSET)).collect();
    let column_scales = vec![[1.0 / 127.0; LANES]; num_panels];
    let panels = BytePanels { lanes: shifted.as_chunks().0, quads, scales: &column_scales };
    let bias = lanes(num_panels, 3);
    let found = in_both_formats(count, num_panels, machine, |out| {
        machine.byte_product(rows, panels, &bias, None, out);
    });
    let width = num_panels * LANES;
    for (n, &found) in found.iter().enumerate() {
        let r = n / width;
        let panel = n % width / LANES;
        let lane = n % LANES;
        let exact = (0..inputs).map(|i| {
            let byte = weights[(panel * quads + i / 4) * 4 * LANES + 4 * lane + i % 4];
            f64::from(values[r * inputs + i]) * f64::from(byte) / 127.0
        });
        let expected = exact.sum::<f64>() + f64::from(bias[panel][lane]);
        // Each input is off by half a step of at most 1 / 127.
        let within = 1e-5 + inputs as f64 * 0.5 / 127.0;
        assert!((f64::from(found) - expected).abs() <= within, "{machine:?} {count} x {inputs}");
    }
    for activation in ACTIVATIONS {
        let [found, scalar] = [machine, definition()].map(|machine| {
            let mut out = vec![0.5; count * width];
            let room = Results::F32(whole(&mut out, num_panels));
            machine.byte_product(rows, panels, &bias, activation, room);
            bits(&out)
        });
        assert_eq!(found, scalar, "{machine:?}, {count} x {inputs}");
    }
}

#[test]
fn products_in_bytes_are_those_of_the_rounded_numbers_on_every_machine() {
    for machine in every_machine() {
        for count in (0..=70).chain([127, 128, 129, 256, 257, 300]) {
            check_byte_product(count, 7, 2, machine);
        }
        for inputs in 0..=100 {
            check_byte_product(7, inputs, 3, machine);
        }
        for num_panels in 1..=5 {
            check_byte_product(35, 90, num_panels, machine);
        }
        check_byte_product(3, 3_072, 2, machine);
    }
}

/// A sum in bf16 by its formula: of each pair the second first.
fn bf16_sum(bias: f32, inputs: &[[bf16; 2]], weights: &[[bf16; 2]]) -> f32 {
    let pairs = inputs.iter().zip(weights);
    pairs.fold(bias, |sum, ([first, second], [one, other])| {
        let sum = second.to_f32().mul_add(other.to_f32(), sum);
        first.to_f32().mul_add(one.to_f32(), sum)
    })
}

/// The same as tiles add up: two chains a line.
fn bf16_sum_in_tiles(bias: f32, inputs: &[[bf16; 2]], weights: &[[bf16; 2]]) -> f32 {
    let lines = inputs.chunks(LINE).zip(weights.chunks(LINE));
    lines.fold(bias, |sum, (inputs, weights)| {
        let mut chains = [0.0_f32; 2];
        for (inputs, weights) in inputs.iter().zip(weights) {
            for n in [0, 1] {
                chains[n] = inputs[n].to_f32().mul_add(weights[n].to_f32(), chains[n]);
            }
        }
        sum + (chains[0] + chains[1])
    })
}

/// A product in bf16 by its formula.
fn check_bf16_product(count: usize, inputs: usize, num_panels: usize, machine: Machine) {
    let pairs = inputs.div_ceil(2).next_multiple_of(LINE);
    let stride = line_stride(pairs);
    let mut values = vec![[bf16::ZERO; 2]; count * stride];
    for (row, nearest) in
        floats(count * inputs, 1).chunks(inputs.max(1)).zip(values.chunks_mut(stride))
    {
        machine.nearest_bf16(row, nearest.as_flattened_mut());
    }
    let weights = floats(num_panels * pairs * 2 * LANES, 2);
    let weights: Vec<bf16> = weights.into_iter().map(bf16::from_f32).collect();
    let panels = Bf16Panels { lanes: weights.as_chunks().0, pairs };
    let rows = Bf16Rows { values: &values, pairs, stride, count };
    let bias = lanes(num_panels, 3);
    let sum = if machine.has_amx() { bf16_sum_in_tiles } else { bf16_sum };
    for activation in ACTIVATIONS {
        let found = in_both_formats(count, num_panels, machine, |out| {
            machine.bf16_product(rows, panels, &bias, activation, out);
        });
        for (n, found) in found.as_chunks::<LANES>().0.iter().enumerate() {
            let row = &values[n / num_panels * stride..][..pairs];
            let panel = n % num_panels;
            let of_panel = &panels.lanes[panel * pairs..][..pairs];
            let mut expected: Lanes = std::array::from_fn(|lane| {
                let column: Vec<_> =
                    of_panel.iter().map(|lanes| lanes.as_chunks().0[lane]).collect();
                sum(bias[panel][lane], row, &column)
            });
            scalar::activate::<Fused>(activation, &mut expected);
            assert_eq!(bits(found), bits(&expected), "{machine:?}, {count} x {inputs}, {n}");
        }
    }
}

#[test]
fn products_in_bf16_are_sums_in_their_order_on_every_machine() {
    for machine in every_machine() {
        for count in (0..=70).chain([127, 128, 129, 256, 257, 300]) {
            check_bf16_product(count, 7, 2, machine);
        }
        for inputs in 0..=100 {
            check_bf16_product(7, inputs, 3, machine);
        }
        for num_panels in 1..=5 {
            check_bf16_product(35, 90, num_panels, machine);
        }
        check_bf16_product(3, 3_072, 2, machine);
    }
}

#[test]
fn rounded_rows_lie_an_odd_number_of_lines_apart() {
    for groups in 1..5_000 {
        let stride = line_stride(groups);
        assert!(stride >= groups && stride < groups + 2 * LINE);
        assert!(stride.is_multiple_of(LINE) && !(stride / LINE).is_multiple_of(2));
    }
}

#[test]
fn numbers_in_bf16_are_the_nearest_on_every_machine() {
    for machine in every_machine() {
        for size in 1..=100 {
            let row = floats(size, 5);
            let mut nearest = vec![bf16::ONE; size + 1];
            machine.nearest_bf16(&row, &mut nearest);
            let expected: Vec<bf16> = row.iter().map(|&x| bf16::from_f32(x)).collect();
            assert_eq!((&nearest[..size], nearest[size]), (&expected[..], bf16::ONE));
        }
        let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.0, -0.0];
        let mut nearest = [bf16::ONE; 6];
        machine.nearest_bf16(&special, &mut nearest);
        assert!(nearest[0].is_nan());
        assert_eq!(
            nearest[1..].iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
            [0x7F80, 0xFF80, 0x7F80, 0, 0x8000]
        );
    }
}

#[test]
fn the_largest_bytes_do_not_overflow() {
    let quads = (MOST_BYTE_INPUTS / 4) / LINE * LINE;
    for (input, weight) in [(LARGEST_INPUT, u8::MAX), (-LARGEST_INPUT, u8::MAX), (LARGEST_INPUT, 1)]
    {
        let bytes = vec![[input; 4]; quads];
        let lanes = vec![[weight; 4 * LANES]; quads];
        let panels = BytePanels { lanes: &lanes, quads, scales: &[[1.0; LANES]] };
        let num_inputs = 4 * quads as i32;
        let input = i32::from(input);
        let offset = i32::from(WEIGHT_OFFSET);
        let scales = [ByteScale { unit: 1.0, excess: offset * input * num_inputs }];
        let rows = ByteRows { values: &bytes, quads, stride: quads, scales: &scales };
        let expected = (input * (i32::from(weight) - offset) * num_inputs) as f32;
        for machine in every_machine() {
            let mut out = [0.0; LANES];
            let room = Results::F32(whole(&mut out, 1));
            machine.byte_product(rows, panels, &[[0.0; LANES]], None, room);
            assert_eq!(out, [expected; LANES], "{machine:?}");
        }
    }
}

#[test]
fn bytes_are_the_nearest_and_the_largest_has_all_bits() {
    for machine in every_machine() {
        for size in 1..=100 {
            let row = floats(size, 5);
            let mut bytes = vec![0; size + 1];
            let ByteScale { unit, excess } = machine.quantise(&row, &mut bytes);
            let mut far = row.iter().zip(&bytes).map(|(x, &n)| (x - f32::from(n) * unit).abs());
            assert!(far.all(|far| far <= 0.501 * unit));
            let largest = bytes.iter().map(|n| n.abs()).max();
            assert_eq!((largest, bytes[size]), (Some(LARGEST_INPUT), 0));
            let total: i32 = bytes.iter().map(|&n| i32::from(n)).sum();
            assert_eq!(excess, i32::from(WEIGHT_OFFSET) * total);
        }
        assert_eq!(machine.quantise(&[0.0; 20], &mut [7; 20]).unit, 0.0);
        for fault in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(machine.quantise(&[1.0, fault, 2.0], &mut [0; 3]).unit.is_nan());
        }
    }
}

#[test]
fn rows_have_the_same_bits_on_every_machine() {
    for machine in every_machine() {
        for size in 1..=100 {
            let stride = size + 2;
            let (values, added, weights) =
                (floats(3 * stride, 1), floats(3 * stride, 2), floats(2 * size, 3));
            let (scale, shift) = weights.split_at(size);
            let all = |machine: Machine| {
                let (mut normed, mut soft, mut unit) =
                    (values.clone(), values.clone(), values.clone());
                machine.add_and_norm(
                    &mut normed,
                    &added,
                    stride,
                    Norm { scale, shift, epsilon: 1e-5 },
                );
                let mut nearest = vec![bf16::ONE; values.len()];
                machine.softmax_in_bf16(&mut soft, &added, &mut nearest);
                soft.copy_from_slice(&values);
                machine.softmax(&mut soft, &added);
                assert!(nearest.iter().zip(&soft).all(|(&near, &x)| near == bf16::from_f32(x)));
                machine.unit(&mut unit, 1e-12);
                [bits(&normed), bits(&soft), bits(&unit)]
            };
            assert_eq!(all(machine), all(definition()), "{machine:?}, {size}");
        }
    }
}

#[test]
fn norms_are_those_of_the_formula() {
    for size in 1..=100 {
        let values = floats(size, 1);
        let added = floats(size, 2);
        let weights = floats(2 * size, 3);
        let (scale, shift) = weights.split_at(size);
        let mut found = values.clone();
        definition().add_and_norm(&mut found, &added, size, Norm { scale, shift, epsilon: 1e-5 });
        let x: Vec<f64> = values.iter().zip(&added).map(|(a, b)| f64::from(a + b)).collect();
        let mean = x.iter().sum::<f64>() / size as f64;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / size as f64;
        for n in 0..size {
            let unit = (x[n] - mean) / (variance + 1e-5).sqrt();
            let expected = unit * f64::from(scale[n]) + f64::from(shift[n]);
            assert!((f64::from(found[n]) - expected).abs() < 2e-6, "{size}: {expected}");
        }
    }
}

#[test]
fn softmax_sums_to_1_and_passes_over_what_is_masked() {
    for size in 1..=100 {
        let mut row = floats(size, 1);
        let mut mask = vec![0.0; size];
        mask.iter_mut().skip(1).step_by(2).for_each(|mask| *mask = -1e4);
        let weights: Vec<f64> = row.iter().step_by(2).map(|&x| f64::from(x).exp()).collect();
        let total: f64 = weights.iter().sum();
        Machine::detected().softmax(&mut row, &mask);
        for (n, &found) in row.iter().enumerate() {
            let expected = if n % 2 == 0 { weights[n / 2] / total } else { 0.0 };
            assert!((f64::from(found) - expected).abs() < 2e-7, "{size}: {found}, {expected}");
        }
    }
}

#[test]
fn exp_is_within_2e_7_of_itself() {
    for step in -86_000..=87_999 {
        let x = step as f32 * 1e-3;
        let found = f64::from(scalar::exp::<Fused>(x));
        let expected = f64::from(x).exp();
        assert!((found / expected - 1.0).abs() < 2e-7, "exp({x}) = {found}");
    }
    assert_eq!([-1e4, -100.0, f32::NEG_INFINITY].map(scalar::exp::<Fused>), [0.0; 3]);
    assert!(scalar::exp::<Fused>(f32::NAN).is_nan());
    assert!(scalar::exp::<Fused>(f32::INFINITY).is_finite());
}

/// `erf` by its Taylor series, `2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n+1))`, which is exact enough below 4.
pub(super) fn erf_by_series(x: f64) -> f64 {
    let mut power = x;
    let mut sum = x;
    for n in 1..100 {
        power *= -x * x / f64::from(n);
        sum += power / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

#[test]
fn erf_is_within_4e_7() {
    for step in -4_000..=4_000 {
        let x = step as f32 * 1e-3;
        let found = f64::from(scalar::erf::<Fused>(x));
        let expected = erf_by_series(f64::from(x));
        assert!((found - expected).abs() < 4e-7, "erf({x}) = {found}, not {expected}");
    }
    for x in [3.92, 4.0, 100.0, f32::INFINITY] {
        assert_eq!([scalar::erf::<Fused>(x), scalar::erf::<Fused>(-x)], [1.0, -1.0]);
    }
    assert!(scalar::erf::<Fused>(f32::NAN).is_nan());
}

#[test]
fn gelu_far_below_zero_is_zero() {
    let mut lanes = [-1_000.0; LANES];
    scalar::activate::<Fused>(Some(Activation::Gelu), &mut lanes);
    assert_eq!(lanes, [0.0; LANES]);
}

#[test]
fn gelu_by_tanh_is_that_of_the_formula() {
    for step in -1_000..=1_000 {
        let x = step as f32 * 1e-2;
        let mut lanes = [x; LANES];
        scalar::activate::<Fused>(Some(Activation::GeluTanh), &mut lanes);
        let wide = f64::from(x);
        let u = (2.0 / std::f64::consts::PI).sqrt() * (wide + 0.044_715 * wide.powi(3));
        let expected = 0.5 * wide * (1.0 + u.tanh());
        assert!((f64::from(lanes[0]) - expected).abs() < 2e-6, "{x}: {}", lanes[0]);
    }
}
