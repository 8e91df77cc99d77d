//! Passages that are encoded as they come, however many they are.

use std::collections::VecDeque;

use jacolbert_core::Embeddings;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Encoder, Encoding, Error};

/// Sources that are read before they are tokenised together, on all threads.
const SOURCES_AT_ONCE: usize = 128;

/// How passages go through a stream; none of it changes what comes out by more than rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamOptions {
    /// [Batches](crate::EncodeOptions::batch) that make a round, from 1. A round is sorted by length, so that more
    /// of them need less padding; two to three rounds are in memory at a time, two of them with their
    /// embeddings. A round has at most 131,072 tokens, 64 MB of embeddings of 128 numbers, or one batch if that
    /// is more.
    pub batches_per_round: usize,
}

/// Tokens at which a round ends, unless a batch is larger.
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

/// A passage that was tokenised, and whatever its caller wants to know it by.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenisedPassage<P> {
    /// What the caller knows it by.
    pub passage: P,
    /// Its tokens.
    pub encoding: Encoding,
}

/// A passage that went through the model.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedPassage<P> {
    /// What the caller knows it by.
    pub passage: P,
    /// Unit rows of its kept tokens, `[tokens, dim]`.
    pub embeddings: Embeddings,
    /// Tokens at its end that were left out because it was too long.
    pub tokens_cut: usize,
}

/// Passages that go from stage to stage together.
type Round<T> = Vec<T>;

impl Encoder {
    /// Encodes the passages `texts` as they come and gives them to `take` in their order: the rows of
    /// [`encode_passages`](Self::encode_passages), to the bit on the [CPU](crate::Device::cpu),
    /// elsewhere within rounding, since other texts go together. Memory does not grow with their number.
    ///
    /// See [`encode_stream`](Self::encode_stream) for what overlaps.
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
    /// The first of: an error of `texts`, after `take` has had all passages before it; an error of
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

    /// Encodes the passages of `sources`, of which `tokenise` makes any number each, and gives them to
    /// `take` in their order, round by round.
    ///
    /// Three stages work at the same time: while one round goes through the model, the one before it is
    /// with `take`, and the one after it is read and tokenised. Between two stages there is room for one
    /// round, so that none runs ahead. All of them share the threads of rayon's pool in which this is
    /// called; with one thread they take turns. A thread of no pool waits for rayon's global one.
    ///
    /// `after_round` is called on the calling thread whenever `take` has had a round; an error ends
    /// the stream.
    ///
    /// Memory: the sources' passages of three rounds at most, and up to 128 sources that have been read
    /// beyond; beside them the embeddings of two rounds. Nothing goes on when this returns.
    ///
    /// # Errors
    /// The first, in the order of the passages, of: an error of `sources` or `tokenise`, after `take`
    /// has had all passages before it; an error of `take` or `after_round`; and [`Error::Device`],
    /// [`Error::Encoding`] or [`Error::Embeddings`], with the passage's number in the stream, after `take` has had
    /// all rounds before it.
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
            // The longest stage first: this thread works on it, the others find the rest.
            let (embedded, (next, taken)) = rayon::join(
                || self.embed_round(tokenised, first),
                || rayon::join(|| reader.round(), || taken(&mut take, encoded)),
            );
            taken?;
            if num_taken > 0 {
                after_round()?;
            }
            (encoded, tokenised, first) = (embedded?, next, first + num_tokenised);
        }
        reader.end.unwrap_or(Ok(()))
    }

    /// A round through the model, in its order; `first` is the number of its first passage.
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

fn taken<P, E>(
    take: &mut impl FnMut(Vec<EncodedPassage<P>>) -> Result<(), E>,
    round: Round<EncodedPassage<P>>,
) -> Result<(), E> {
    if round.is_empty() { Ok(()) } else { take(round) }
}

/// The first stage: sources to rounds of tokenised passages.
struct Reader<I, F, P, E> {
    sources: I,
    tokenise: F,
    round_tokens: usize,
    /// Tokenised, and not yet part of a round.
    ready: VecDeque<TokenisedPassage<P>>,
    tokens_ready: usize,
    /// How the sources ended, once they have.
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

    /// The next round: as many passages as have at most `round_tokens` tokens, or a single longer one;
    /// none when the sources have ended.
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

    /// Reads and tokenises some more, up to the first error.
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
