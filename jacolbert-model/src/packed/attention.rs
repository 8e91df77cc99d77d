//! Multi-head self-attention with its output projection, residual and norm.

use half::bf16;

use super::Packing;
use super::bf16_head::Bf16Head;
use super::division::Division;
use super::head::Head;
use super::kernels::{Bf16Rows, Isa, LANES, LINE, Results, Rows, RowsMut};
use super::linear::{Bf16Linear, Outputs, PackedLinear};
use super::norm::PackedNorm;
use super::ragged::Ragged;
use super::rooms::{HeadRooms, PassRooms, Room, Rooms};
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

    pub(super) fn linears(&self) -> [&PackedLinear; 2] {
        [&self.inputs, &self.output]
    }

    /// `softmax(q kᵀ / √d + mask) v` of all heads, row by row.
    pub(super) fn context<'r>(
        &'r self,
        hidden: &[f32],
        batch: &Ragged<'_>,
        division: &Division,
        rooms: &'r mut PassRooms,
    ) -> Context<'r> {
        if self.is_in_bf16(division.isa) {
            return self.context_of_bf16(hidden, batch, division, rooms);
        }
        let PassRooms { queries_keys_values, context } = rooms;
        let (width, room) = (self.inputs.stride(), &mut queries_keys_values.f32);
        let inputs = self.inputs(hidden, division, room, width, |out| Outputs::F32(out));
        let context = context.f32.of(batch.num_rows() * self.stride());
        self.heads(batch, division, context, self.stride(), |text, head, rooms, out| {
            let head = self.head(inputs, batch, text, head);
            head.context(batch.mask(text), division.isa, rooms, out);
        });
        Context::F32(context)
    }

    /// The same by heads in bf16.
    fn context_of_bf16<'r>(
        &'r self,
        hidden: &[f32],
        batch: &Ragged<'_>,
        division: &Division,
        rooms: &'r mut PassRooms,
    ) -> Context<'r> {
        let PassRooms { queries_keys_values, context } = rooms;
        let (width, room) = (self.inputs.bf16_stride(), &mut queries_keys_values.bf16);
        let inputs = self.inputs(hidden, division, room, width, |out| Outputs::Bf16(out));
        let compute = |text, head, rooms: &mut HeadRooms, mut out: Results<'_>| {
            let head = self.bf16_head(inputs, batch, text, head);
            head.context(batch.mask(text), division.isa, rooms, &mut out);
        };
        let Some(output) = self.output.as_bf16() else {
            let context = context.f32.of(batch.num_rows() * self.stride());
            self.heads(batch, division, context, self.stride(), |text, head, rooms, out| {
                compute(text, head, rooms, Results::F32(out));
            });
            return Context::F32(context);
        };
        let context = context.bf16.of(batch.num_rows() * self.bf16_stride());
        let (values, stride) = (context.as_flattened_mut(), 2 * self.bf16_stride());
        self.heads(batch, division, values, stride, |text, head, rooms, out| {
            compute(text, head, rooms, Results::Bf16(out));
        });
        Context::Bf16(output, context)
    }

    /// Whether heads compute in bf16: if the layers do, or if the layers are in bytes and the machine has
    /// instructions for it; and vectors are whole lines.
    fn is_in_bf16(&self, isa: Isa) -> bool {
        let is_rounded = match self.inputs.as_bf16() {
            Some(_) => true,
            None => self.inputs.is_in_bytes() && isa.has_bf16(),
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

    /// Calls `compute` with every text, head, rooms, and the places of its vectors in `context`.
    fn heads<T: Copy + Default + Send>(
        &self,
        batch: &Ragged<'_>,
        division: &Division,
        context: &mut [T],
        stride: usize,
        compute: impl Fn(usize, usize, &mut HeadRooms, RowsMut<'_, T>) + Sync + Send,
    ) {
        if self.size().is_multiple_of(LANES) && division.is_enough(batch.num_texts()) {
            self.text_by_text(batch, division, context, stride, compute);
        } else {
            self.head_by_head(batch, division, context, stride, compute);
        }
    }

    /// The heads of a text put their vectors where they belong.
    fn text_by_text<T: Send>(
        &self,
        batch: &Ragged<'_>,
        division: &Division,
        context: &mut [T],
        stride: usize,
        compute: impl Fn(usize, usize, &mut HeadRooms, RowsMut<'_, T>) + Sync + Send,
    ) {
        division.for_each(batch.texts_of(context, stride), |rooms, (text, context)| {
            for head in 0..self.num_heads {
                let values = context.get_mut(head * self.size()..).unwrap_or_default();
                compute(text, head, rooms, RowsMut { values, stride });
            }
        });
    }

    /// For fewer texts than threads, or for vectors that are no whole panels.
    fn head_by_head<T: Copy + Default + Send>(
        &self,
        batch: &Ragged<'_>,
        division: &Division,
        context: &mut [T],
        stride: usize,
        compute: impl Fn(usize, usize, &mut HeadRooms, RowsMut<'_, T>) + Sync + Send,
    ) {
        let (size, vector_stride) = (self.size(), self.size().next_multiple_of(LANES));
        let heads = division.map(batch.num_texts() * self.num_heads, |rooms, n| {
            let (text, head) = (n / self.num_heads, n % self.num_heads);
            let mut vectors = vec![T::default(); batch.rows(text).len() * vector_stride];
            let out = RowsMut { values: &mut vectors, stride: vector_stride };
            compute(text, head, rooms, out);
            vectors
        });
        for (n, vectors) in heads.iter().enumerate() {
            let (text, head) = (n / self.num_heads, n % self.num_heads);
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
        let (range, stride) = (batch.rows(text), self.inputs.stride());
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
        let (range, stride) = (batch.rows(text), self.inputs.bf16_stride());
        let (hidden, size) = (self.hidden / 2, self.size() / 2);
        let rows = &inputs[range.start * stride..range.end * stride];
        let rows = rows.get(head * size..).unwrap_or_default();
        Bf16Head { rows, stride, tokens: range.len(), hidden, size }
    }

    /// `q / √d`, `k` and `v` of every row, `width` long, in the format of `room`.
    fn inputs<'r, T: Copy + Default + Send>(
        &self,
        hidden: &[f32],
        division: &Division,
        room: &'r mut Room<T>,
        width: usize,
        outputs: impl Fn(&mut [T]) -> Outputs<'_> + Sync,
    ) -> &'r [T] {
        let stride = self.stride();
        let out = room.of(hidden.len() / stride * width);
        division.for_blocks(out, width, |first, out, rooms| {
            let rows = Rows { values: &hidden[first * stride..], stride, count: out.len() / width };
            self.inputs.apply(rows, None, division, &mut rooms.rounded, outputs(out));
        });
        out
    }

    /// `norm(x + output(context))` of rows `stride` long from row `first` on, in the place of `x`.
    pub(super) fn add_output(
        &self,
        hidden: &mut [f32],
        first: usize,
        context: &Context<'_>,
        division: &Division,
        rooms: &mut Rooms,
    ) {
        let stride = self.stride();
        let count = hidden.len() / stride;
        let outputs = rooms.outputs.of(hidden.len());
        let out = Outputs::F32(&mut *outputs);
        match context {
            Context::F32(context) => {
                let rows = Rows { values: &context[first * stride..], stride, count };
                self.output.apply(rows, None, division, &mut rooms.rounded, out);
            }
            Context::Bf16(output, context) => {
                let stride = self.bf16_stride();
                let values = &context[first * stride..];
                let rows = Bf16Rows { values, pairs: self.output.num_pairs(), stride, count };
                output.apply(rows, None, division, out);
            }
        }
        division.isa.add_and_norm(hidden, outputs, stride, self.norm.as_norm());
    }
}
