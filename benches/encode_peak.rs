//! Fused multiply-adds a second that one core of this machine does in `f32`, printed in GFLOP/s, two
//! of them an instruction's lane. `encode.py` compiles it for the machine at hand.

use std::hint::black_box;
use std::time::Instant;

/// Values of a register.
const LANES: usize = if cfg!(target_feature = "avx512f") { 16 } else { 8 };
/// Sums that do not wait for each other.
const SUMS: usize = 12;
const STEPS: usize = 1_000_000;

fn main() {
    let factor = black_box([0.999_f32; LANES]);
    let mut best = 0.0_f64;
    for _ in 0..20 {
        let mut sums = black_box([[0.5_f32; LANES]; SUMS]);
        let start = Instant::now();
        for _ in 0..STEPS {
            for sum in &mut sums {
                for (sum, factor) in sum.iter_mut().zip(&factor) {
                    *sum = sum.mul_add(*factor, 0.001);
                }
            }
        }
        black_box(sums);
        let operations = (2 * STEPS * SUMS * LANES) as f64;
        best = best.max(operations / start.elapsed().as_secs_f64() / 1e9);
    }
    println!("{best:.1}");
}
