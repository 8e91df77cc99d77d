//! Losses that train a late-interaction model on Burn.
