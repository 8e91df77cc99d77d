//! Multi-head self-attention with its output projection, residual and norm.

use bytemuck::Pod;
use half::bf16;

use super::bf16_head::Bf16Head;
use super::head::Head;
use super::kernels::{Bf16Rows, LANES, LINE, Machine, Results, Rows, RowsMut};
use super::linear::{Bf16Linear, Outputs, PackedLinear};
use super::norm::PackedNorm;
use super::packing::Packing;
use super::partition::Partition;
use super::ragged::Ragged;
use super::scratch::{Buffer, HeadScratch, PassScratch, Scratch};
use super::weights::Matrix;
use crate::checkpoint::Weights;
use crate::{BertConfig, Error};

/// `norm(x + output(softmax(q kᵀ / √d + mask) v))`, with `d` the length of a head's vectors.
#[derive(Debug)]
pub(super) struct PackedAttention {
    /// `q / √d`, `k` and `v` of all heads.
    inputs: PackedLinear,
    output: PackedLinear,
    norm: PackedNorm,
    num_heads: usize,
    hidden: usize,
}

/// What the heads found, row by row, in the format that the output multiplies if that is bf16.
pub(super) enum Context<'r> {
    F32(&'r [f32]),
    Bf16(Bf16Linear<'r>, &'r [[bf16; 2]]),
}

impl PackedAttention {
    /// Takes and packs the attention of the layer `layer`.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take(
        config: &BertConfig,
        weights: &mut Weights,
        layer: &str,
        packing: Packing,
    ) -> Result<Self, Error> {
        let BertConfig { hidden_size: hidden, num_attention_heads: num_heads, .. } = *config;
        let mut matrix = |name| Matrix::take(weights, &format!("{layer}.{name}"), [hidden, hidden]);
        let query = matrix("attention.self.query")?.divided(((hidden / num_heads) as f32).sqrt());
        let key = matrix("attention.self.key")?;
        let value = matrix("attention.self.value")?;
        let inputs = packing.pack(PackedLinear::new(&[query, key, value]));
        let output = packing.pack(PackedLinear::new(&[matrix("attention.output.dense")?]));
        let norm = format!("{layer}.attention.output.LayerNorm");
        let norm = PackedNorm::take(weights, &norm, config)?;
        Ok(Self { inputs, output, norm, num_heads, hidden })
    }

    /// From one row of hidden states to the next.
    pub(super) fn stride(&self) -> usize {
        self.output.stride()
    }

    #[cfg(any(feature = "measure", test))]
    pub(super) fn linears(&self) -> [&PackedLinear; 2] {
        [&self.inputs, &self.output]
    }

    /// `softmax(q kᵀ / √d + mask) v` of all heads, row by row.
    pub(super) fn context<'r>(
        &'r self,
        hidden: &[f32],
        batch: &Ragged<'_>,
        partition: &Partition,
        scratch: &'r mut PassScratch,
    ) -> Context<'r> {
        if self.is_in_bf16(partition.machine) {
            return self.context_of_bf16(hidden, batch, partition, scratch);
        }
        let PassScratch { queries_keys_values, context } = scratch;
        let width = self.inputs.stride();
        let buffer = &mut queries_keys_values.f32;
        let inputs = self.inputs(hidden, partition, buffer, width, |out| Outputs::F32(out));
        let context = context.f32.take(batch.num_rows() * self.stride());
        self.heads(batch, partition, context, self.stride(), |text, head, scratch, out| {
            let head = self.head(inputs, batch, text, head);
            head.context(batch.mask(text), partition.machine, scratch, out);
        });
        Context::F32(context)
    }

    /// The same by heads in bf16.
    fn context_of_bf16<'r>(
        &'r self,
        hidden: &[f32],
        batch: &Ragged<'_>,
        partition: &Partition,
        scratch: &'r mut PassScratch,
    ) -> Context<'r> {
        let PassScratch { queries_keys_values, context } = scratch;
        let width = self.inputs.bf16_stride();
        let buffer = &mut queries_keys_values.bf16;
        let inputs = self.inputs(hidden, partition, buffer, width, |out| Outputs::Bf16(out));
        let compute = |text, head, scratch: &mut HeadScratch, mut out: Results<'_>| {
            let head = self.bf16_head(inputs, batch, text, head);
            head.context(batch.mask(text), partition.machine, scratch, &mut out);
        };
        let Some(output) = self.output.as_bf16() else {
            let context = context.f32.take(batch.num_rows() * self.stride());
            self.heads(batch, partition, context, self.stride(), |text, head, scratch, out| {
                compute(text, head, scratch, Results::F32(out));
            });
            return Context::F32(context);
        };
        let context = context.bf16.take(batch.num_rows() * self.bf16_stride());
        let values = context.as_flattened_mut();
        let stride = 2 * self.bf16_stride();
        self.heads(batch, partition, values, stride, |text, head, scratch, out| {
            compute(text, head, scratch, Results::Bf16(out));
        });
        Context::Bf16(output, context)
    }

    /// Whether heads compute in bf16: if the layers do, or if the layers are in bytes and the machine has
    /// instructions for it; and vectors are whole lines.
    fn is_in_bf16(&self, machine: Machine) -> bool {
        let is_rounded = match self.inputs.as_bf16() {
            Some(_) => true,
            None => self.inputs.is_in_bytes() && machine.has_bf16(),
        };
        is_rounded && self.size().is_multiple_of(2 * LINE)
    }

    /// Length of a head's vectors.
    fn size(&self) -> usize {
        self.hidden / self.num_heads
    }

    /// Pairs from one row of hidden states in bf16 to the next.
    fn bf16_stride(&self) -> usize {
        self.output.bf16_stride()
    }

    /// Calls `compute` with every text, head, scratch, and the places of its vectors in `context`.
    fn heads<T: Copy + Default + Send>(
        &self,
        batch: &Ragged<'_>,
        partition: &Partition,
        context: &mut [T],
        stride: usize,
        compute: impl Fn(usize, usize, &mut HeadScratch, RowsMut<'_, T>) + Sync + Send,
    ) {
        if self.size().is_multiple_of(LANES) && partition.is_enough(batch.num_texts()) {
            self.text_by_text(batch, partition, context, stride, compute);
        } else {
            self.head_by_head(batch, partition, context, stride, compute);
        }
    }

    /// The heads of a text put their vectors where they belong.
    fn text_by_text<T: Send>(
        &self,
        batch: &Ragged<'_>,
        partition: &Partition,
        context: &mut [T],
        stride: usize,
        compute: impl Fn(usize, usize, &mut HeadScratch, RowsMut<'_, T>) + Sync + Send,
    ) {
        partition.for_each(batch.texts_of(context, stride), |scratch, (text, context)| {
            for head in 0..self.num_heads {
                let values = context.get_mut(head * self.size()..).unwrap_or_default();
                compute(text, head, scratch, RowsMut { values, stride });
            }
        });
    }

    /// For fewer texts than threads, or for vectors that are no whole panels.
    fn head_by_head<T: Copy + Default + Send>(
        &self,
        batch: &Ragged<'_>,
        partition: &Partition,
        context: &mut [T],
        stride: usize,
        compute: impl Fn(usize, usize, &mut HeadScratch, RowsMut<'_, T>) + Sync + Send,
    ) {
        let size = self.size();
        let vector_stride = self.size().next_multiple_of(LANES);
        let heads = partition.map(batch.num_texts() * self.num_heads, |scratch, n| {
            let text = n / self.num_heads;
            let head = n % self.num_heads;
            let mut vectors = vec![T::default(); batch.rows(text).len() * vector_stride];
            let out = RowsMut { values: &mut vectors, stride: vector_stride };
            compute(text, head, scratch, out);
            vectors
        });
        for (n, vectors) in heads.iter().enumerate() {
            let text = n / self.num_heads;
            let head = n % self.num_heads;
            let rows = context.chunks_exact_mut(stride).skip(batch.rows(text).start);
            for (row, vector) in rows.zip(vectors.chunks_exact(vector_stride)) {
                row[head * size..][..size].copy_from_slice(&vector[..size]);
            }
        }
    }

    fn head<'a>(
        &self,
        inputs: &'a [f32],
        batch: &Ragged<'_>,
        text: usize,
        head: usize,
    ) -> Head<'a> {
        let range = batch.rows(text);
        let stride = self.inputs.stride();
        let values = &inputs[range.start * stride..range.end * stride];
        let values = values.get(head * self.size()..).unwrap_or_default();
        let rows = Rows { values, stride, count: range.len() };
        Head { rows, hidden: self.hidden, size: self.size() }
    }

    fn bf16_head<'a>(
        &self,
        inputs: &'a [[bf16; 2]],
        batch: &Ragged<'_>,
        text: usize,
        head: usize,
    ) -> Bf16Head<'a> {
        let range = batch.rows(text);
        let stride = self.inputs.bf16_stride();
        let hidden = self.hidden / 2;
        let size = self.size() / 2;
        let rows = &inputs[range.start * stride..range.end * stride];
        let rows = rows.get(head * size..).unwrap_or_default();
        Bf16Head { rows, stride, tokens: range.len(), hidden, size }
    }

    /// `q / √d`, `k` and `v` of every row, `width` long, in the format of `buffer`.
    fn inputs<'r, T: Pod + Default + Send>(
        &self,
        hidden: &[f32],
        partition: &Partition,
        buffer: &'r mut Buffer<T>,
        width: usize,
        outputs: impl Fn(&mut [T]) -> Outputs<'_> + Sync,
    ) -> &'r [T] {
        let stride = self.stride();
        let out = buffer.take(hidden.len() / stride * width);
        partition.for_blocks(out, width, |first, out, scratch| {
            let rows = Rows { values: &hidden[first * stride..], stride, count: out.len() / width };
            self.inputs.apply(rows, None, partition, &mut scratch.rounded, outputs(out));
        });
        out
    }

    /// `norm(x + output(context))` of rows `stride` long from row `first` on, in the place of `x`.
    pub(super) fn add_output(
        &self,
        hidden: &mut [f32],
        first: usize,
        context: &Context<'_>,
        partition: &Partition,
        scratch: &mut Scratch,
    ) {
        let stride = self.stride();
        let count = hidden.len() / stride;
        let outputs = scratch.outputs.take(hidden.len());
        let out = Outputs::F32(&mut *outputs);
        match context {
            Context::F32(context) => {
                let rows = Rows { values: &context[first * stride..], stride, count };
                self.output.apply(rows, None, partition, &mut scratch.rounded, out);
            }
            Context::Bf16(output, context) => {
                let stride = self.bf16_stride();
                let values = &context[first * stride..];
                let rows = Bf16Rows { values, pairs: self.output.num_pairs(), stride, count };
                output.apply(rows, None, partition, out);
            }
        }
        partition.machine.add_and_norm(hidden, outputs, stride, self.norm.as_norm());
    }
}
