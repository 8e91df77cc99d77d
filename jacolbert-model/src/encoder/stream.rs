//! Encoding a stream of passages in bounded memory.

use std::collections::VecDeque;

use jacolbert_core::Embeddings;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Encoder, Encoding, Error};

/// Sources that are read at a time and then tokenised on all threads.
const SOURCES_AT_ONCE: usize = 128;

/// Options of a stream. Options change embeddings only by rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreamOptions {
    /// Number of [batches](crate::EncodeOptions::batch) per round, from 1. Default: 32. A round is sorted by length, so
    /// a larger one needs less padding. It takes more memory: two to three rounds are in memory at a time, two of
    /// them with their embeddings. A round has at most 131,072 tokens (64 MiB of embeddings of dimension 128), or
    /// one batch if that is more.
    pub batches_per_round: usize,
}

/// Maximum number of tokens of a round, unless a batch is larger.
const MAX_ROUND_TOKENS: usize = 1 << 17;

impl Default for StreamOptions {
    fn default() -> Self {
        Self { batches_per_round: 32 }
    }
}

impl StreamOptions {
    fn round_tokens(self, batch_tokens: usize) -> usize {
        let tokens = self.batches_per_round.max(1).saturating_mul(batch_tokens);
        tokens.min(MAX_ROUND_TOKENS.max(batch_tokens))
    }
}

/// A tokenised passage with the caller's data about it.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenisedPassage<P> {
    /// The caller's data about the passage, such as its id.
    pub passage: P,
    /// The tokens.
    pub encoding: Encoding,
}

/// An encoded passage.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedPassage<P> {
    /// The caller's data about the passage, such as its id.
    pub passage: P,
    /// Unit rows of its kept tokens, `[tokens, dim]`.
    pub embeddings: Embeddings,
    /// Number of tokens that were cut from its end because it was too long.
    pub tokens_cut: usize,
}

/// Passages that pass from stage to stage together.
type Round<T> = Vec<T>;

impl Encoder {
    /// Encodes a stream of passages and gives each to `take`, in order. Memory does not grow with their number.
    ///
    /// The rows are those of [`encode_passages`](Self::encode_passages): bit by bit on the
    /// [CPU](crate::Device::cpu), and up to rounding elsewhere, because batches differ.
    ///
    /// See [`encode_stream`](Self::encode_stream) for the stages that overlap.
    ///
    /// ```no_run
    /// use std::io::BufRead;
    /// use std::path::Path;
    ///
    /// use jacolbert_model::{Device, Encoder, LoadOptions};
    ///
    /// let folder = Path::new("assets/mini");
    /// let encoder = Encoder::from_dir(folder, &LoadOptions::default(), &Device::cpu())?;
    /// let lines = std::io::BufReader::new(std::fs::File::open("passages.txt")?).lines();
    /// let lines = lines.map(|line| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(line?));
    /// encoder.encode_passage_stream(lines, |encoded| {
    ///     println!("{} rows of {}", encoded.embeddings.num_tokens(), encoded.passage);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// The first of: an error of `texts`, after `take` has received all passages before it; an error of
    /// `take`; and those of [`encode_passages`](Self::encode_passages).
    pub fn encode_passage_stream<T, E>(
        &self,
        texts: impl IntoIterator<Item = Result<T, E>, IntoIter: Send>,
        mut take: impl FnMut(EncodedPassage<T>) -> Result<(), E> + Send,
    ) -> Result<(), E>
    where
        T: AsRef<str> + Send,
        E: From<Error> + Send,
    {
        let numbered = texts.into_iter().enumerate().map(|(n, text)| Ok((n, text?)));
        let tokenise = |(n, passage): (usize, T)| {
            let encoding = self.tokenizer().encode_passage(passage.as_ref());
            let encoding = encoding.map_err(|error| error.about(n))?;
            Ok(vec![TokenisedPassage { passage, encoding }])
        };
        let take = |round: Round<_>| round.into_iter().try_for_each(&mut take);
        self.encode_stream(numbered, StreamOptions::default(), tokenise, take, &mut || Ok(()))
    }

    /// Encodes the passages of `sources` and gives them to `take`, in order and round by round. `tokenise` makes
    /// any number of passages from a source.
    ///
    /// Three stages run at the same time: the model encodes one round, `take` works on the round before it, and
    /// the round after it is read and tokenised. A stage never runs more than one round ahead. All stages share the
    /// threads of the current rayon pool, or of the global pool; with one thread they take turns.
    ///
    /// `after_round` is called on the calling thread after `take` has received a round. An error ends the stream.
    ///
    /// Memory holds the passages of at most three rounds, up to 128 further sources, and the embeddings of two
    /// rounds. All work is finished when this method returns.
    ///
    /// # Errors
    /// The first, in the order of the passages, of: an error of `sources` or `tokenise`, after `take` has received
    /// all passages before it; an error of `take` or `after_round`; and [`Error::Device`], [`Error::Encoding`] or
    /// [`Error::Embeddings`], with the passage's number in the stream, after `take` has received all rounds before
    /// it.
    pub fn encode_stream<D, P, E>(
        &self,
        sources: impl Iterator<Item = Result<D, E>> + Send,
        options: StreamOptions,
        tokenise: impl Fn(D) -> Result<Vec<TokenisedPassage<P>>, E> + Send + Sync,
        mut take: impl FnMut(Vec<EncodedPassage<P>>) -> Result<(), E> + Send,
        after_round: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<(), E>
    where
        D: Send,
        P: Send,
        E: From<Error> + Send,
    {
        let round_tokens = options.round_tokens(self.batch_tokens());
        let mut reader = Reader::new(sources, tokenise, round_tokens);
        let mut tokenised = reader.round();
        let mut encoded = Round::new();
        let mut first = 0;
        while !(tokenised.is_empty() && encoded.is_empty()) {
            let num_taken = encoded.len();
            let num_tokenised = tokenised.len();
            // The longest stage first: this thread runs it, and the other threads steal the rest.
            let (embedded, (next, taken)) = rayon::join(
                || self.embed_round(tokenised, first),
                || rayon::join(|| reader.round(), || hand_over(&mut take, encoded)),
            );
            taken?;
            if num_taken > 0 {
                after_round()?;
            }
            (encoded, tokenised, first) = (embedded?, next, first + num_tokenised);
        }
        reader.end.unwrap_or(Ok(()))
    }

    /// Encodes a round, in order; `first` is the number of its first passage.
    fn embed_round<P>(
        &self,
        round: Round<TokenisedPassage<P>>,
        first: usize,
    ) -> Result<Round<EncodedPassage<P>>, Error> {
        let (passages, encodings): (Vec<P>, Vec<Encoding>) =
            round.into_iter().map(|tokenised| (tokenised.passage, tokenised.encoding)).unzip();
        let cut: Vec<usize> = encodings.iter().map(|encoding| encoding.tokens_cut).collect();
        let embeddings = self.embed_all(&encodings, first, &mut |_| ())?;
        let encoded = passages.into_iter().zip(embeddings).zip(cut);
        let encoded = encoded.map(|((passage, embeddings), tokens_cut)| EncodedPassage {
            passage,
            embeddings,
            tokens_cut,
        });
        Ok(encoded.collect())
    }
}

/// Gives `round` to `take` unless it is empty.
fn hand_over<P, E>(
    take: &mut impl FnMut(Vec<EncodedPassage<P>>) -> Result<(), E>,
    round: Round<EncodedPassage<P>>,
) -> Result<(), E> {
    if round.is_empty() { Ok(()) } else { take(round) }
}

/// The first stage: makes rounds of tokenised passages from the sources.
struct Reader<I, F, P, E> {
    sources: I,
    tokenise: F,
    round_tokens: usize,
    /// Tokenised passages that are not part of a round yet.
    ready: VecDeque<TokenisedPassage<P>>,
    tokens_ready: usize,
    /// How the sources ended; `None` while there may be more.
    end: Option<Result<(), E>>,
}

impl<D, P, E, I, F> Reader<I, F, P, E>
where
    D: Send,
    P: Send,
    E: Send,
    I: Iterator<Item = Result<D, E>>,
    F: Fn(D) -> Result<Vec<TokenisedPassage<P>>, E> + Sync,
{
    fn new(sources: I, tokenise: F, round_tokens: usize) -> Self {
        let ready = VecDeque::new();
        let tokens_ready = 0;
        let end = None;
        Self { sources, tokenise, round_tokens, ready, tokens_ready, end }
    }

    /// The next round: as many passages as fit `round_tokens` tokens, or a single longer one. It is empty after
    /// the end of the sources.
    fn round(&mut self) -> Round<TokenisedPassage<P>> {
        while self.tokens_ready < self.round_tokens && self.end.is_none() {
            self.read();
        }
        let mut round = Round::new();
        let mut tokens = 0;
        while let Some(next) = self.ready.pop_front_if(|next| {
            tokens += next.encoding.ids.len();
            tokens <= self.round_tokens || round.is_empty()
        }) {
            self.tokens_ready -= next.encoding.ids.len();
            round.push(next);
        }
        round
    }

    /// Reads and tokenises the next sources, up to the first error.
    fn read(&mut self) {
        let mut read = Vec::with_capacity(SOURCES_AT_ONCE);
        let mut end = None;
        while read.len() < SOURCES_AT_ONCE && end.is_none() {
            match self.sources.next() {
                Some(Ok(source)) => read.push(source),
                Some(Err(error)) => end = Some(Err(error)),
                None => end = Some(Ok(())),
            }
        }
        let tokenised: Vec<_> = read.into_par_iter().map(&self.tokenise).collect();
        for passages in tokenised {
            match passages {
                Ok(passages) => self.append(passages),
                Err(error) => {
                    end = Some(Err(error));
                    break;
                }
            }
        }
        self.end = end;
    }

    fn append(&mut self, passages: Vec<TokenisedPassage<P>>) {
        let tokens = passages.iter().map(|passage| passage.encoding.ids.len());
        self.tokens_ready += tokens.sum::<usize>();
        self.ready.extend(passages);
    }
}
