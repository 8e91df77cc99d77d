//! The lattice of all words that a text may consist of, and the cheapest path through it.
//!
//! Places are counted in characters. At each place where a word ends, the words that may begin there are looked up.
//! Each of them keeps the previous word that makes it cheapest:
//!
//! ```text
//! cost(word) = word.cost
//!     + min over previous of  cost(previous) + connection(previous.right_id, word.left_id)
//! ```
//!
//! The ends of the text are words with id 0 and cost 0. Ties are decided as in the C library: the first of the previous
//! words wins. The words that end at a place are visited from the last entered to the first, and the words that begin
//! at a place are entered in the reverse order of their lookup.
//!
//! Costs are 64-bit sums, which no text that fits into memory overflows. The C library fails at 2^31-1, which about
//! 400,000 unusual characters reach. A run of spaces may have any length; from 65,534 on, the 16-bit lengths of the C
//! library wrap around, and it fails or drops the rest.

use std::hint::select_unpredictable;
use std::ops::Range;

use super::char_table::CharInfo;
use super::dictionary::Dictionary;
use super::word_file::Token;
use crate::Error;

/// No word, or no character at this byte.
const NONE: u32 = u32::MAX;
/// Maximum number of characters of a grouped unknown word beyond the first. A `max-grouping-size` in the dictionary's
/// `dicrc` does not change it, as the C library prefers its own default to that file.
const MAX_GROUPING: u32 = 24;

/// The buffers of a lattice, kept from text to text.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    characters: Vec<Character>,
    /// For each byte of the text and its end, the number of the character that begins there.
    places: Vec<u32>,
    /// For each place, the last entered of the words that end there.
    last_ending: Vec<u32>,
    nodes: Vec<Node>,
    previous: Vec<Previous>,
    candidates: Vec<Candidate>,
    words: Vec<Range<usize>>,
}

#[derive(Clone, Copy, Debug)]
struct Character {
    /// Its first byte.
    start: u32,
    /// Number of characters that follow and have a category in common with the one before them.
    run: u32,
    info: CharInfo,
}

/// A word in the lattice, with the cheapest path up to its end.
#[derive(Clone, Copy, Debug)]
struct Node {
    cost: i64,
    /// The word before it on that path.
    previous: u32,
    /// The word entered before it that ends at the same place.
    next_ending: u32,
    begin: u32,
    end: u32,
    right_id: u16,
}

/// A word that ends at the place where candidates begin.
#[derive(Clone, Copy, Debug)]
struct Previous {
    cost: i64,
    node: u32,
    right_id: u16,
}

/// A word that was looked up.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    end: u32,
    token: Token,
}

impl Lattice {
    /// Finds the words of `text` on its cheapest path, as ranges of bytes. Spaces belong to no word.
    ///
    /// # Errors
    /// [`Error::Dictionary`] if a file of the dictionary has changed, [`Error::TooLong`] if bytes or words cannot be
    /// numbered in 32 bits.
    pub(super) fn words(
        &mut self,
        dictionary: &Dictionary,
        text: &str,
    ) -> Result<&[Range<usize>], Error> {
        self.read(dictionary, text)?;
        let num_characters = self.characters.len();
        self.start(num_characters);
        for place in 0..num_characters {
            if self.last_ending[place] == NONE {
                continue;
            }
            let begin = self.skip_spaces(dictionary, place);
            if begin < num_characters {
                self.look_up(dictionary, text, begin)?;
                self.enter(dictionary, place, begin)?;
            }
        }
        self.trace_back(dictionary, text.len());
        Ok(&self.words)
    }

    /// Bytes that the buffers have allocated.
    pub(super) fn capacity_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.characters.capacity() * size_of::<Character>()
            + (self.places.capacity() + self.last_ending.capacity()) * size_of::<u32>()
            + self.words.capacity() * size_of::<Range<usize>>()
    }

    fn read(&mut self, dictionary: &Dictionary, text: &str) -> Result<(), Error> {
        // Every place is below 2^32 - 1, so that `NONE` is not a place.
        u32::try_from(text.len() + 1).map_err(|_| Error::TooLong { bytes: text.len() })?;
        self.characters.clear();
        self.places.clear();
        self.places.resize(text.len() + 1, NONE);
        for (place, (start, character)) in text.char_indices().enumerate() {
            let info = dictionary.char_info(character);
            self.places[start] = place as u32;
            self.characters.push(Character { start: start as u32, run: 0, info });
        }
        self.places[text.len()] = self.characters.len() as u32;
        for place in (1..self.characters.len()).rev() {
            let Character { info, run, .. } = self.characters[place];
            let before = &mut self.characters[place - 1];
            before.run = if before.info.is_kind_of(info) { run + 1 } else { 0 };
        }
        Ok(())
    }

    fn start(&mut self, num_characters: usize) {
        self.last_ending.clear();
        self.last_ending.resize(num_characters + 1, NONE);
        self.nodes.clear();
        let ends =
            Node { cost: 0, previous: NONE, next_ending: NONE, begin: 0, end: 0, right_id: 0 };
        self.nodes.push(ends);
        self.last_ending[0] = 0;
    }

    /// The first place from `place` on that is not in a run of spaces.
    fn skip_spaces(&self, dictionary: &Dictionary, place: usize) -> usize {
        let character = self.characters[place];
        let is_space = dictionary.char_info(' ').is_kind_of(character.info);
        if is_space { place + 1 + character.run as usize } else { place }
    }

    /// Collects the words that may begin at `begin`: those of the dictionary, then unknown ones.
    fn look_up(&mut self, dictionary: &Dictionary, text: &str, begin: usize) -> Result<(), Error> {
        self.candidates.clear();
        let Self { characters, places, candidates, .. } = self;
        let start = characters[begin].start as usize;
        let places = &places[start..];
        dictionary.each_word(&text.as_bytes()[start..], |len, token| {
            // A damaged trie may have keys that end inside a character. They are not words.
            let end = places.get(len).copied().unwrap_or(NONE);
            if len > 0 && end != NONE {
                candidates.push(Candidate { end, token });
            }
        })?;
        if candidates.is_empty() || characters[begin].info.invoke() {
            self.look_up_unknown(dictionary, begin);
        }
        Ok(())
    }

    /// Collects unknown words: the group of characters of one kind, then those of 1, 2, ..
    /// characters, then, if there is no candidate at all, the single character.
    fn look_up_unknown(&mut self, dictionary: &Dictionary, begin: usize) {
        let Character { info, run, .. } = self.characters[begin];
        let group_end = begin + 1 + run as usize;
        if info.group() && run <= MAX_GROUPING {
            self.push_unknown(dictionary, info, group_end);
        }
        for end in begin + 1..=begin + info.length() {
            if info.group() && end == group_end {
                break;
            }
            self.push_unknown(dictionary, info, end);
            let next = self.characters.get(end);
            if !next.is_some_and(|next| info.is_kind_of(next.info)) {
                break;
            }
        }
        if self.candidates.is_empty() {
            self.push_unknown(dictionary, info, begin + 1);
        }
    }

    fn push_unknown(&mut self, dictionary: &Dictionary, info: CharInfo, end: usize) {
        let end = end as u32;
        let tokens = dictionary.unknown_tokens(info).iter();
        self.candidates.extend(tokens.map(|&token| Candidate { end, token }));
    }

    /// Enters the candidates, each after its cheapest previous word.
    fn enter(&mut self, dictionary: &Dictionary, place: usize, begin: usize) -> Result<(), Error> {
        self.collect_previous(place);
        if u32::try_from(self.nodes.len() + self.candidates.len() + 1).is_err() {
            return Err(Error::TooLong { bytes: self.places.len() - 1 });
        }
        for candidate in self.candidates.iter().rev() {
            let Candidate { end, token } = *candidate;
            let (previous, cost) = cheapest(dictionary, &self.previous, token.left_id);
            let last = &mut self.last_ending[end as usize];
            let next_ending = std::mem::replace(last, self.nodes.len() as u32);
            self.nodes.push(Node {
                cost: cost + i64::from(token.cost),
                previous,
                next_ending,
                begin: begin as u32,
                end,
                right_id: token.right_id,
            });
        }
        Ok(())
    }

    fn collect_previous(&mut self, place: usize) {
        self.previous.clear();
        let mut node = self.last_ending[place];
        while let Some(&Node { cost, next_ending, right_id, .. }) = self.nodes.get(node as usize) {
            self.previous.push(Previous { cost, node, right_id });
            node = next_ending;
        }
    }

    /// Ends the text at the last place that a word reaches, and follows the path back.
    fn trace_back(&mut self, dictionary: &Dictionary, len: usize) {
        let last = self.last_ending.iter().rposition(|&node| node != NONE).unwrap_or_default();
        self.collect_previous(last);
        let (mut node, _) = cheapest(dictionary, &self.previous, 0);
        self.words.clear();
        while let Some(&Node { previous, begin, end, .. }) = self.nodes.get(node as usize) {
            let byte = |place: u32| {
                self.characters.get(place as usize).map_or(len, |first| first.start as usize)
            };
            self.words.push(byte(begin)..byte(end));
            node = previous;
        }
        // The start of the text is a node, but not a word.
        self.words.pop();
        self.words.reverse();
    }
}

/// The first of the previous words after which a word with this left id is cheapest, and the cost up to it.
#[inline]
fn cheapest(dictionary: &Dictionary, previous: &[Previous], left_id: u16) -> (u32, i64) {
    let row = dictionary.connections(left_id);
    let mut best = NONE;
    let mut best_cost = i64::MAX;
    for word in previous {
        let cost = word.cost + row.cost(word.right_id);
        // A mispredicted branch would wait for the matrix.
        let is_better = cost < best_cost;
        best = select_unpredictable(is_better, word.node, best);
        best_cost = select_unpredictable(is_better, cost, best_cost);
    }
    (best, best_cost)
}
