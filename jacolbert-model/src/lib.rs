//! JaColBERT encoder on Burn: Japanese text in, one unit vector per token out.
