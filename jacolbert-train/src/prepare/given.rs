//! Adding given pairs, triplets, passages and answers.

use super::TrainingData;
use super::judgement::Judgement;
use crate::data::{RowFault, TextPlace, beginning};
use crate::{BadTexts, Error};

/// The judgement of a passage for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Positive,
    Negative,
}

impl TrainingData {
    /// Adds queries, each with a passage that answers it.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::EmptyText`], or with [`RowFault::NegativeIsPositive`] if the passage
    /// is a negative already. Earlier items are added.
    pub fn add_pairs<Q: AsRef<str>, P: AsRef<str>>(
        &mut self,
        pairs: impl IntoIterator<Item = (Q, P)>,
    ) -> Result<(), Error> {
        let pairs = pairs.into_iter();
        self.add_judged(pairs.map(|(query, positive)| (query, [(positive, Label::Positive)])))
    }

    /// Adds queries, each with a passage and whether the passage answers it.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::EmptyText`], and with [`RowFault::NegativeIsPositive`] for a
    /// pair that has the opposite label earlier. Earlier items are added.
    pub fn add_labelled_pairs<Q: AsRef<str>, P: AsRef<str>>(
        &mut self,
        pairs: impl IntoIterator<Item = (Q, P, bool)>,
    ) -> Result<(), Error> {
        self.add_judged(pairs.into_iter().map(|(query, passage, answers)| {
            let label = if answers { Label::Positive } else { Label::Negative };
            (query, [(passage, label)])
        }))
    }

    /// Adds queries, each with a passage that answers it and one that does not.
    ///
    /// # Errors
    /// As [`add_labelled_pairs`](Self::add_labelled_pairs).
    pub fn add_triplets<Q: AsRef<str>, P: AsRef<str>>(
        &mut self,
        triplets: impl IntoIterator<Item = (Q, P, P)>,
    ) -> Result<(), Error> {
        self.add_judged(triplets.into_iter().map(|(query, positive, negative)| {
            (query, [(positive, Label::Positive), (negative, Label::Negative)])
        }))
    }

    /// Adds passages that may become negatives. A known passage is not added again.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::EmptyText`]; earlier passages are added.
    pub fn add_passages<P: AsRef<str>>(
        &mut self,
        passages: impl IntoIterator<Item = P>,
    ) -> Result<(), Error> {
        for (position, passage) in passages.into_iter().enumerate() {
            let passage = passage.as_ref();
            if self.has_text(passage, position, TextPlace::Passage { position: 1 })? {
                self.passages.insert(passage);
            }
        }
        Ok(())
    }

    /// Adds answers of queries. A passage that contains an answer is not mined as a negative.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::UnknownQuery`] for an unknown query, and with
    /// [`RowFault::EmptyText`] for an empty answer; earlier answers are added.
    pub fn add_answers<Q: AsRef<str>, A: Into<String>>(
        &mut self,
        answers: impl IntoIterator<Item = (Q, A)>,
    ) -> Result<(), Error> {
        for (position, (query, answer)) in answers.into_iter().enumerate() {
            let query = query.as_ref();
            let answer = answer.into();
            let Some(number) = self.queries.number(query) else {
                self.refuse(position, RowFault::UnknownQuery { id: query.into() })?;
                self.left_out.answers_of_unknown_queries += 1;
                continue;
            };
            if self.has_text(&answer, position, TextPlace::Answer)? {
                self.judgements[number].answers.push(answer);
            }
        }
        Ok(())
    }

    fn add_judged<Q: AsRef<str>, P: AsRef<str>, const N: usize>(
        &mut self,
        given: impl IntoIterator<Item = (Q, [(P, Label); N])>,
    ) -> Result<(), Error> {
        for (position, (query, passages)) in given.into_iter().enumerate() {
            let query = query.as_ref();
            if !self.has_text(query, position, TextPlace::Query)? {
                continue;
            }
            for (place, (passage, label)) in (1..).zip(passages) {
                let place = TextPlace::Passage { position: place };
                if self.has_text(passage.as_ref(), position, place)? {
                    self.add_judgement(query, passage.as_ref(), label, position)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a text of item `position` is not empty. An empty one is counted, if it may be.
    fn has_text(&mut self, text: &str, position: usize, place: TextPlace) -> Result<bool, Error> {
        let is_empty = text.trim().is_empty();
        if is_empty {
            self.refuse(position, RowFault::EmptyText { text: place })?;
            self.left_out.empty_texts += 1;
        }
        Ok(!is_empty)
    }

    fn add_judgement(
        &mut self,
        query: &str,
        passage: &str,
        label: Label,
        position: usize,
    ) -> Result<(), Error> {
        let query = self.insert_query(query);
        let number = self.passages.insert(passage);
        let Judgement { positives, negatives, .. } = &self.judgements[query];
        let (same, opposite) = match label {
            Label::Positive => (positives, negatives),
            Label::Negative => (negatives, positives),
        };
        if same.contains(&number) {
            return Ok(());
        }
        if opposite.contains(&number) {
            let fault = RowFault::NegativeIsPositive { passage: beginning(passage) };
            self.refuse(position, fault)?;
            self.left_out.negatives_that_are_positives += 1;
        }
        let Judgement { positives, negatives, .. } = &mut self.judgements[query];
        match label {
            Label::Positive => {
                negatives.retain(|&negative| negative != number);
                positives.push(number);
            }
            Label::Negative if positives.contains(&number) => {}
            Label::Negative => negatives.push(number),
        }
        Ok(())
    }

    /// Adds a query if it is new, and returns its number.
    fn insert_query(&mut self, text: &str) -> usize {
        let number = self.queries.insert(text);
        if number == self.judgements.len() {
            self.judgements.push(Judgement::default());
        }
        number
    }

    /// Fails with the fault of item `position`, unless bad texts are left out.
    fn refuse(&self, position: usize, fault: RowFault) -> Result<(), Error> {
        match self.bad_texts {
            BadTexts::Refuse => Err(Error::Item { position, fault }),
            BadTexts::Skip => Ok(()),
        }
    }
}
