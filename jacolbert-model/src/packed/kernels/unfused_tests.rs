//! Kernels without fused multiply-add beside those with it.

use super::multiply_add::Separate;
use super::tests::{ACTIVATIONS, definition, erf_by_series, floats, lanes, whole};
use super::{LANES, Machine, Norm, Panels, Rows, scalar};

/// The largest difference between the numbers that two machines give.
fn farthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn without_fused_multiply_add_products_are_near_and_not_the_same() {
    let unfused = Machine::unfused();
    let mut differs = false;
    for inputs in (0..=100).chain([768, 3_072]) {
        let count = 3;
        let num_panels = 2;
        let values = floats(count * inputs, 1);
        let rows = Rows { values: &values, stride: inputs, count };
        let panels = Panels { lanes: &lanes(num_panels * inputs, 2), inputs };
        let bias = lanes(num_panels, 3);
        for activation in ACTIVATIONS {
            let [found, expected] = [unfused, definition()].map(|machine| {
                let mut out = vec![0.5; count * num_panels * LANES];
                machine.product(rows, panels, &bias, activation, whole(&mut out, num_panels));
                out
            });
            // Each of the products and sums is off by half a unit in the last place.
            assert!(farthest(&found, &expected) < 1e-6 * (inputs + 10) as f32, "{inputs}");
            differs |= found != expected;
        }
    }
    assert!(differs, "two roundings differ from one");
}

#[test]
fn without_fused_multiply_add_rows_are_near() {
    let unfused = Machine::unfused();
    for size in 1..=100 {
        let values = floats(size, 1);
        let added = floats(size, 2);
        let weights = floats(2 * size, 3);
        let (scale, shift) = weights.split_at(size);
        let all = |machine: Machine| {
            let mut normed = values.clone();
            machine.add_and_norm(&mut normed, &added, size, Norm { scale, shift, epsilon: 1e-5 });
            let mut soft = values.clone();
            machine.softmax(&mut soft, &added);
            let mut unit = values.clone();
            machine.unit(&mut unit, 1e-12);
            [normed, soft, unit].concat()
        };
        assert!(farthest(&all(unfused), &all(definition())) < 1e-6, "{size}");
        let bytes = |machine: Machine| {
            let mut bytes = vec![0; size];
            (machine.quantise(&values, &mut bytes).unit, bytes)
        };
        let found = bytes(unfused);
        let expected = bytes(definition());
        assert_eq!(found.0, expected.0);
        assert!(found.1.iter().zip(&expected.1).all(|(a, b)| (a - b).abs() <= 1), "{size}");
    }
}

#[test]
fn exp_and_erf_are_about_as_near_without_fused_multiply_add() {
    for step in -8_600..=8_799 {
        let x = step as f32 * 1e-2;
        let found = f64::from(scalar::exp::<Separate>(x));
        let expected = f64::from(x).exp();
        assert!((found / expected - 1.0).abs() < 3e-7, "exp({x}) = {found}");
    }
    for step in -400..=400 {
        let x = step as f32 * 1e-2;
        let found = scalar::erf::<Separate>(x);
        let expected = erf_by_series(f64::from(x));
        assert!((f64::from(found) - expected).abs() < 6e-7, "erf({x}) = {found}, not {expected}");
    }
}
