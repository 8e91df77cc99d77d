//! Resuming and prolonging a training from its latest checkpoint.

use std::path::Path;

use jacolbert_model::{Checkpoint, Device, LoadOptions};

use super::Trainer;
use super::state::{self, Restored};
use super::training_folder::TrainingFolder;
use crate::{Error, TrainOptions, parameters};

impl Trainer {
    /// Resumes the training whose latest checkpoint is in `folder`.
    ///
    /// On flex and on one machine, its weights have the same bits as without an interruption. `load` says
    /// how to load the model; see [`LoadOptions`].
    ///
    /// # Errors
    /// [`Error::NoCheckpoint`]; [`Error::OtherSetting`] if the training began with other
    /// `options`, and [`Error::MoreSteps`] if it began with fewer steps; [`Error::Io`], [`Error::State`],
    /// [`Error::Format`], [`Error::StateTensor`] and [`Error::Model`] for files that cannot be read.
    pub fn resume(
        folder: &Path,
        options: TrainOptions,
        load: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        Self::restore(folder, options, load, device, |restored| {
            if restored.saved_steps < options.steps {
                return Err(Error::MoreSteps { saved: restored.saved_steps, given: options.steps });
            }
            Ok(())
        })
    }

    /// Continues the training whose latest checkpoint is in `folder` to a larger number of steps, that of
    /// `options`. The other options must be those it began with.
    ///
    /// From this checkpoint on, the learning rate is [`Schedule::rate`](crate::Schedule::rate) of the new
    /// number of steps. Without a [decay](crate::Decay::None), the training is the same as one that began
    /// with that number, and it may be prolonged at any checkpoint. With a linear decay, the training must
    /// have reached its end, where the rate was almost 0; it jumps up to the line that falls to 0 at the new
    /// end. The weights then depend on both numbers of steps, besides start, rows and settings. The
    /// checkpoints list at which steps a training was prolonged; see [`prolonged_at`](Self::prolonged_at).
    ///
    /// If it has this number of steps already, it is resumed. So the same call can be repeated after an
    /// interruption.
    ///
    /// # Errors
    /// [`Error::NotEnded`] if the learning rate decays and the training has not reached its end; and those of
    /// [`resume`](Self::resume), of which [`Error::OtherSetting`] is also that for fewer steps.
    pub fn prolong(
        folder: &Path,
        options: TrainOptions,
        load: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        Self::restore(folder, options, load, device, |restored| restored.prolong(&options))
    }

    fn restore(
        folder: &Path,
        options: TrainOptions,
        load: &LoadOptions,
        device: &Device,
        check_steps: impl FnOnce(&mut Restored) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        options.check()?;
        let latest = TrainingFolder::new(folder).latest()?;
        let dir = latest.ok_or_else(|| Error::NoCheckpoint { folder: folder.into() })?;
        let mut restored = Restored::open(&dir, &options)?;
        check_steps(&mut restored)?;
        let Restored { mut tensors, progress, averaging, .. } = restored;
        let missing = |tensor| state::missing_tensor(&dir, tensor);
        let model = Checkpoint::from_dir(&dir.join(state::MODEL), load, device)?;
        let colbert =
            parameters::restore(model.colbert, &mut tensors, state::WEIGHTS).map_err(missing)?;
        let start = Self::new(Checkpoint { colbert, ..model }, options)?;
        let optimiser =
            start.optimiser.restore(&mut tensors, progress.step, averaging).map_err(missing)?;
        Ok(Self { optimiser, progress, folder: Some(folder.into()), ..start })
    }

    /// The steps at which the training was prolonged, ascending; see [`prolong`](Self::prolong).
    pub fn prolonged_at(&self) -> &[u64] {
        &self.progress.prolonged_at
    }
}
