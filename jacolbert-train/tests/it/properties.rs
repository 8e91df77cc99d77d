//! Laws that hold for any scores.

use std::error::Error;

use burn::tensor::{DType, Device, Tensor};
use jacolbert_train::loss::{
    BatchScores, InBatchNegatives, InBatchTerm, Loss, Normalisation, distillation, in_batch, n_way,
};

use crate::gradient::{assert_close, differentiate, numbers, tensor};

type Tested = Result<(), Box<dyn Error>>;

const PYLATE: InBatchNegatives = InBatchNegatives::PyLate { temperature: 1.0 };

/// Scores without a pattern, between -5 and 5.
fn scores(rows: usize, columns: usize) -> Vec<Vec<f32>> {
    let score = |position: usize| (position * 37 % 101) as f32 / 10.1 - 5.0;
    (0..rows)
        .map(|row| (0..columns).map(|column| score(row * columns + column)).collect())
        .collect()
}

fn constant(rows: &[Vec<f32>]) -> Tensor<2> {
    tensor(rows, &Device::flex())
}

fn close(
    scores: &[Vec<f32>],
    left: impl FnOnce(Tensor<2>) -> Result<Tensor<1>, jacolbert_train::Error>,
    right: impl FnOnce(Tensor<2>) -> Result<Tensor<1>, jacolbert_train::Error>,
) -> Tested {
    let left = differentiate(scores, left)?;
    let right = differentiate(scores, right)?;
    assert_close(&[left.loss], &[right.loss], "loss");
    assert_close(&left.gradient, &right.gradient, "gradient");
    Ok(())
}

#[test]
fn colbert_form_of_one_query_is_zero() -> Tested {
    let found = differentiate(&scores(1, 4), |s| in_batch(s, InBatchNegatives::ColBert))?;
    assert_eq!((found.loss, found.gradient), (0.0, vec![0.0; 4]));
    Ok(())
}

#[test]
fn colbert_form_gives_own_hard_negatives_no_gradient() -> Tested {
    let found = differentiate(&scores(3, 6), |s| in_batch(s, InBatchNegatives::ColBert))?;
    let own_negatives = [found.gradient[1], found.gradient[6 + 3], found.gradient[12 + 5]];
    assert_eq!(own_negatives, [0.0; 3]);
    assert_eq!(found.gradient.iter().filter(|&&g| g == 0.0).count(), 3);
    Ok(())
}

#[test]
fn pylate_form_of_one_query_is_the_n_way_loss() -> Tested {
    close(&scores(1, 4), |s| in_batch(s, PYLATE), n_way)
}

#[test]
fn both_forms_are_equal_with_one_passage_a_query() -> Tested {
    close(&scores(4, 4), |s| in_batch(s, PYLATE), |s| in_batch(s, InBatchNegatives::ColBert))
}

#[test]
fn temperature_divides_scores() -> Tested {
    let halved = InBatchNegatives::PyLate { temperature: 2.0 };
    close(&scores(3, 6), |s| in_batch(s, halved), |s| in_batch(s / 2.0, PYLATE))
}

#[test]
fn n_way_loss_of_one_passage_is_zero() -> Tested {
    let found = differentiate(&scores(3, 1), n_way)?;
    assert_eq!((found.loss, found.gradient), (0.0, vec![0.0; 3]));
    Ok(())
}

#[test]
fn n_way_loss_of_equal_scores_is_the_log_of_their_number() -> Tested {
    let found = differentiate(&vec![vec![3.5; 8]; 2], n_way)?;
    assert_close(&[found.loss], &[8f32.ln()], "loss");
    Ok(())
}

#[test]
fn every_loss_is_unmoved_by_a_constant_added_to_all_scores() -> Tested {
    let teacher = scores(2, 6);
    let shift = 64.0;
    close(&scores(2, 6), n_way, |s| n_way(s + shift))?;
    for negatives in [PYLATE, InBatchNegatives::ColBert] {
        close(&scores(2, 6), |s| in_batch(s, negatives), |s| in_batch(s + shift, negatives))?;
    }
    for normalisation in [Normalisation::None, Normalisation::MinMax] {
        let distilled = |s| distillation(s, constant(&teacher), normalisation);
        close(&scores(2, 6), distilled, |s| distilled(s + shift))?;
    }
    Ok(())
}

#[test]
fn distillation_from_oneself_is_zero() -> Tested {
    for normalisation in [Normalisation::None, Normalisation::MinMax] {
        let own = scores(3, 4);
        let found = differentiate(&own, |s| distillation(s, constant(&own), normalisation))?;
        assert_close(&[found.loss], &[0.0], "loss");
        assert_close(&found.gradient, &[0.0; 12], "gradient");
    }
    Ok(())
}

#[test]
fn min_max_makes_distillation_blind_to_the_teachers_scale() -> Tested {
    let teacher = scores(3, 4);
    let large = constant(&teacher) * 50.0 + 7.0;
    let student: Vec<_> = teacher.iter().rev().cloned().collect();
    close(
        &student,
        |s| distillation(s, constant(&teacher), Normalisation::MinMax),
        |s| distillation(s, large, Normalisation::MinMax),
    )
}

#[test]
fn min_max_of_two_passages_has_no_gradient() -> Tested {
    let student = vec![vec![3.0, 5.0], vec![9.0, 2.0]];
    let teacher = vec![vec![1.0, 0.0], vec![4.0, 1.0]];
    let found =
        differentiate(&student, |s| distillation(s, constant(&teacher), Normalisation::MinMax))?;
    assert_close(&found.gradient, &[0.0; 4], "gradient");
    Ok(())
}

#[test]
fn min_max_of_equal_student_scores_has_a_large_but_finite_gradient() -> Tested {
    let teacher = constant(&scores(1, 4));
    let student = vec![vec![5.0; 4]];
    let found = differentiate(&student, |s| distillation(s, teacher, Normalisation::MinMax))?;
    assert!(found.gradient.iter().all(|g| g.is_finite()));
    assert!(found.gradient.iter().any(|g| g.abs() > 1e6));
    Ok(())
}

#[test]
fn teacher_gets_no_gradient() -> Tested {
    let device = Device::flex().autodiff();
    let student = tensor(&scores(2, 3), &device).require_grad();
    let teacher = tensor(&scores(2, 3), &device).mul_scalar(-1.0).detach().require_grad();
    let loss = distillation(student.clone(), teacher.clone(), Normalisation::None)?;
    let gradients = loss.backward();
    assert!(student.grad(&gradients).is_some());
    assert!(teacher.grad(&gradients).is_none());
    Ok(())
}

#[test]
fn teacher_may_have_another_float_type() -> Tested {
    let teacher = scores(2, 3);
    let distilled = |teacher| move |s| distillation(s, teacher, Normalisation::None);
    let double = constant(&teacher).cast(DType::F64);
    close(&scores(2, 3), distilled(constant(&teacher)), distilled(double))
}

#[test]
fn gradient_checkpointing_changes_nothing() -> Tested {
    let loss = |s| Loss::default().compute(BatchScores::all(s)?);
    let plain = differentiate(&scores(3, 6), loss)?;
    let device = Device::flex().autodiff().gradient_checkpointing();
    let checkpointed = tensor(&scores(3, 6), &device).require_grad();
    let gradients = loss(checkpointed.clone())?.backward();
    let gradient = checkpointed.grad(&gradients).ok_or("no gradient")?;
    assert_close(&numbers(gradient)?, &plain.gradient, "gradient");
    Ok(())
}

#[test]
fn loss_without_in_batch_term_is_the_same_from_own_and_from_all_scores() -> Tested {
    let loss = Loss { in_batch: None, ..Loss::default() };
    let all = scores(2, 4);
    let own = vec![all[0][..2].to_vec(), all[1][2..].to_vec()];
    let from_all = differentiate(&all, |s| loss.compute(BatchScores::all(s)?))?;
    let from_own = differentiate(&own, |s| loss.compute(BatchScores::own(s)?))?;
    assert_eq!(from_all.loss, from_own.loss);
    assert_eq!([&from_all.gradient[..2], &from_all.gradient[6..]].concat(), from_own.gradient);
    Ok(())
}

#[test]
fn in_batch_term_of_weight_zero_adds_nothing() -> Tested {
    let none = Loss { in_batch: None, ..Loss::default() };
    let weightless = InBatchTerm { weight: 0.0, ..InBatchTerm::default() };
    let zero = Loss { in_batch: Some(weightless), ..Loss::default() };
    close(
        &scores(3, 6),
        |s| none.compute(BatchScores::all(s)?),
        |s| zero.compute(BatchScores::all(s)?),
    )
}

#[test]
fn in_batch_term_may_stand_alone() -> Tested {
    let negatives = InBatchNegatives::PyLate { temperature: 0.5 };
    let loss = Loss { n_way: None, in_batch: Some(InBatchTerm { negatives, weight: 2.0 }) };
    let term = |s| Ok(in_batch(s, negatives)?.mul_scalar(2.0));
    close(&scores(3, 6), |s| loss.compute(BatchScores::all(s)?), term)
}

#[test]
fn scores_far_below_the_best_get_no_gradient_unless_they_are_the_positive() -> Tested {
    let rows = vec![vec![30.0, 9.0, 29.0], vec![1.0, 40.0, 41.0]];
    let found = differentiate(&rows, n_way)?;
    let shares = |far: f64| [1.0 / (1.0 + far), far / (1.0 + far)];
    let [best, next] = shares((-1.0f64).exp());
    let expected = [best - 1.0, 0.0, next, -1.0, next, best].map(|slope| (slope / 2.0) as f32);
    assert_close(&found.gradient, &expected, "gradient");
    assert!(found.gradient[1].abs() < 1e-9);
    assert_eq!(found.gradient[3], -0.5);
    let losses = [-best.ln(), 40.0 - best.ln()];
    assert_close(&[found.loss], &[((losses[0] + losses[1]) / 2.0) as f32], "loss");
    Ok(())
}

#[test]
fn nan_score_gives_nan_loss() -> Tested {
    let mut rows = scores(2, 4);
    rows[1][2] = f32::NAN;
    let loss = Loss::default().compute(BatchScores::all(constant(&rows))?)?;
    assert!(numbers(loss)?[0].is_nan());
    Ok(())
}
