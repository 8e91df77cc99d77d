//! Samples beside those that Python draws.

use jacolbert_reproduction::{Error, PythonRandom};

// What CPython 3.11.7 prints for `random.seed(s); print(random.sample(range(n), k))`.
#[test]
fn samples_are_those_that_cpython_draws() -> Result<(), Error> {
    let check = |seed, n, k, expected: &[usize]| {
        assert_eq!(PythonRandom::new(seed).sample(n, k)?, expected, "{seed} {n} {k}");
        Ok::<_, Error>(())
    };
    check(42, 100, 10, &[81, 14, 3, 94, 35, 31, 28, 17, 13, 86])?;
    check(42, 7_000_000, 5, &[5_363_900, 933_912, 209_805, 6_220_576, 2_307_113])?;
    let of_30 = [20, 3, 0, 23, 8, 7, 24, 4, 28, 17, 2, 18, 13, 1, 27, 16, 21, 29, 25, 9];
    check(42, 30, 20, &of_30)?;
    check(42, 10, 10, &[1, 0, 4, 9, 6, 5, 8, 2, 3, 7])?;
    // Either side of where the algorithm changes.
    check(7, 85, 6, &[41, 19, 50, 6, 9, 68])?;
    check(7, 86, 6, &[41, 19, 50, 83, 6, 9])?;
    // A seed and a range of more than 32 bits.
    check((1 << 40) + 7, 1000, 4, &[628, 765, 834, 960])?;
    check(1, 1 << 33, 3, &[3_280_387_012, 1_095_513_148, 6_225_516_707])?;
    check(42, 1, 1, &[0])?;
    check(42, 5, 0, &[])
}

#[test]
fn a_hundred_thousand_of_seven_million_are_those_of_cpython() -> Result<(), Error> {
    let sample = PythonRandom::new(42).sample(7_000_000, 100_000)?;
    assert_eq!(sample[99_997..], [5_032_855, 5_019_509, 6_360_828]);
    assert_eq!(sample.iter().sum::<usize>(), 350_750_106_365);
    Ok(())
}

#[test]
fn more_than_there_are_cannot_be_drawn() {
    let sample = PythonRandom::new(0).sample(3, 4);
    assert!(matches!(sample, Err(Error::Sample { wanted: 4, available: 3 })));
}
