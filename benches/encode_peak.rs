//! Fused multiply-adds a second that one core of this machine does in `f32`, printed in GFLOP/s, two
//! of them an instruction's lane. `encode.py` compiles it for the machine at hand.

use std::hint::black_box;
use std::time::Instant;

use register::{LANES, Register, multiplied_and_added, of};

/// Sums that do not wait for each other.
const SUMS: usize = 12;
const STEPS: usize = 1_000_000;

fn main() {
    let mut best = 0.0_f64;
    for _ in 0..20 {
        let start = Instant::now();
        black_box(sums(of(black_box(0.999)), of(black_box(0.001))));
        let operations = (2 * STEPS * SUMS * LANES) as f64;
        best = best.max(operations / start.elapsed().as_secs_f64() / 1e9);
    }
    println!("{best:.1}");
}

fn sums(factor: Register, summand: Register) -> [Register; SUMS] {
    let mut sums = [of(0.5); SUMS];
    for _ in 0..STEPS {
        for sum in &mut sums {
            *sum = multiplied_and_added(*sum, factor, summand);
        }
    }
    sums
}

#[cfg(target_feature = "avx512f")]
mod register {
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_set1_ps};

    pub use std::arch::x86_64::__m512 as Register;

    pub const LANES: usize = 16;

    pub fn of(value: f32) -> Register {
        // SAFETY: compiled for a machine with AVX-512.
        unsafe { _mm512_set1_ps(value) }
    }

    pub fn multiplied_and_added(a: Register, b: Register, c: Register) -> Register {
        // SAFETY: compiled for a machine with AVX-512.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
}

#[cfg(not(target_feature = "avx512f"))]
mod register {
    pub const LANES: usize = 8;

    pub type Register = [f32; LANES];

    pub fn of(value: f32) -> Register {
        [value; LANES]
    }

    pub fn multiplied_and_added(a: Register, b: Register, c: Register) -> Register {
        std::array::from_fn(|n| a[n].mul_add(b[n], c[n]))
    }
}
