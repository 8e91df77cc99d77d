//! The loss of 200 steps beside PyTorch's, as written by make_fixture.py.

use std::ops::ControlFlow;

use jacolbert_train::{
    Choice, Chunking, Decay, Event, ExampleOptions, OptimiserOptions, Order, Schedule,
    TrainOptions, Trainer, TrainingHooks,
};
use serde::Deserialize;

use crate::{TestResult, tiny};

#[derive(Deserialize)]
struct Curve {
    loss: Vec<f32>,
    norm: Vec<f32>,
}

fn options() -> TrainOptions {
    TrainOptions {
        steps: 200,
        batch_size: 8,
        optimiser: OptimiserOptions {
            weight_decay: 0.05,
            projection_rate: 2.0,
            ..Default::default()
        },
        schedule: Schedule { learning_rate: 4e-4, warmup_steps: 20, decay: Decay::Linear },
        max_norm: Some(1.5),
        ..Default::default()
    }
}

/// Losses within 1 % of PyTorch's at every step, and gradient norms within 5 %: a gradient jumps
/// where two tokens of a passage are almost equally good and the other one wins.
fn check(config: TrainOptions) -> TestResult {
    let curve: Curve = serde_json::from_str(include_str!("curve.json"))?;
    let options = ExampleOptions {
        n_way: 3,
        order: Order::AsStored,
        choice: Choice::First,
        ..Default::default()
    };
    let mut losses = Vec::new();
    let mut norms = Vec::new();
    let hooks = TrainingHooks::new().on_event(|event| {
        if let &Event::Step { loss, gradient_norm, .. } = event {
            losses.push(loss);
            norms.push(gradient_norm);
        }
        ControlFlow::Continue(())
    });
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    trainer.run(&mut tiny::examples(&options)?, hooks)?;
    let curves = [(losses, curve.loss, 0.01, "loss"), (norms, curve.norm, 0.05, "norm")];
    for (found, expected, within, of) in curves {
        assert_eq!(found.len(), expected.len());
        for (step, (found, expected)) in found.into_iter().zip(expected).enumerate() {
            let difference = (found / expected - 1.0).abs();
            assert!(difference < within, "{of} of step {step}: {found}, not {expected}");
        }
    }
    Ok(())
}

#[test]
fn two_hundred_losses_are_those_of_pytorch_within_a_hundredth() -> TestResult {
    check(options())
}

#[test]
fn so_they_are_chunk_by_chunk() -> TestResult {
    check(TrainOptions { chunking: Chunking::ByLength { texts: 3 }, ..options() })?;
    check(TrainOptions { chunking: Chunking::GradCache { texts: 5 }, ..options() })
}
