//! Wrong shapes and options are typed errors.

use burn::tensor::{Device, Tensor};
use jacolbert_train::Error;
use jacolbert_train::loss::{
    BatchScores, InBatchNegatives, InBatchTerm, Loss, NWayTerm, Normalisation, distillation,
    in_batch, n_way,
};

const COLBERT: InBatchNegatives = InBatchNegatives::ColBert;

fn zeros(shape: [usize; 2]) -> Tensor<2> {
    Tensor::zeros(shape, &Device::flex())
}

fn check<T>(found: Result<T, Error>, expected: &Error) {
    assert_eq!(format!("{:?}", found.err()), format!("{:?}", Some(expected)));
}

#[test]
fn scores_of_nothing_are_an_error() {
    for shape in [[0, 4], [4, 0], [0, 0]] {
        let expected = Error::NoScores { shape };
        check(n_way(zeros(shape)), &expected);
        check(in_batch(zeros(shape), COLBERT), &expected);
        check(distillation(zeros(shape), zeros(shape), Normalisation::None), &expected);
        check(BatchScores::own(zeros(shape)), &expected);
        check(BatchScores::all(zeros(shape)), &expected);
    }
}

#[test]
fn passages_shared_unequally_are_an_error() {
    for (queries, columns) in [(3, 7), (3, 2), (2, 1)] {
        let expected = Error::UnequalPassages { queries, columns };
        check(in_batch(zeros([queries, columns]), COLBERT), &expected);
        check(BatchScores::all(zeros([queries, columns])), &expected);
    }
}

#[test]
fn teacher_of_another_shape_is_an_error() -> Result<(), Error> {
    for teacher in [[2, 3], [3, 2], [1, 4], [2, 8], [0, 4]] {
        let expected = Error::TeacherShape { student: [2, 4], teacher };
        let distilled = distillation(zeros([2, 4]), zeros(teacher), Normalisation::MinMax);
        check(distilled, &expected);
        check(BatchScores::all(zeros([2, 8]))?.with_teacher(zeros(teacher)), &expected);
    }
    Ok(())
}

#[test]
fn distillation_without_teacher_is_an_error() -> Result<(), Error> {
    let n_way = Some(NWayTerm::Distillation(Normalisation::None));
    let loss = Loss { n_way, ..Loss::default() };
    check(loss.compute(BatchScores::all(zeros([2, 4]))?), &Error::NoTeacher);
    Ok(())
}

#[test]
fn in_batch_term_without_scores_of_all_passages_is_an_error() -> Result<(), Error> {
    check(Loss::default().compute(BatchScores::own(zeros([2, 4]))?), &Error::OwnScoresOnly);
    Ok(())
}

#[test]
fn temperature_not_above_zero_is_an_error() {
    for temperature in [0.0, -1.0, f32::INFINITY] {
        let negatives = InBatchNegatives::PyLate { temperature };
        check(in_batch(zeros([2, 4]), negatives), &Error::Temperature { temperature });
    }
    let nan = in_batch(zeros([2, 4]), InBatchNegatives::PyLate { temperature: f32::NAN });
    assert!(matches!(nan, Err(Error::Temperature { .. })));
}

#[test]
fn loss_without_terms_is_an_error() -> Result<(), Error> {
    let loss = Loss { n_way: None, in_batch: None };
    check(loss.compute(BatchScores::all(zeros([2, 4]))?), &Error::NoTerm);
    Ok(())
}

#[test]
fn weight_below_zero_is_an_error() -> Result<(), Error> {
    for weight in [-0.5, f32::INFINITY] {
        let term = InBatchTerm { weight, ..InBatchTerm::default() };
        let loss = Loss { in_batch: Some(term), ..Loss::default() };
        check(loss.compute(BatchScores::all(zeros([2, 4]))?), &Error::Weight { weight });
    }
    Ok(())
}
