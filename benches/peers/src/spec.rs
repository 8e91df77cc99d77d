//! An engine with its settings, as one word: `next-plaid:bits=4,rescored=1024`.

use std::fmt;
use std::str::FromStr;

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// jacolbert-index and jacolbert-search.
    Ours,
    /// The crate next-plaid.
    NextPlaid,
    /// The Python package fast-plaid.
    FastPlaid,
    /// The Python package tachiom.
    Tachiom,
}

impl Name {
    /// Whether the engine runs in `peers.py`.
    pub fn is_python(self) -> bool {
        matches!(self, Self::FastPlaid | Self::Tachiom)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::NextPlaid => "next-plaid",
            Self::FastPlaid => "fast-plaid",
            Self::Tachiom => "tachiom",
        })
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Ours, Self::NextPlaid, Self::FastPlaid, Self::Tachiom];
        let found = all.into_iter().find(|name| name.to_string() == text);
        found.ok_or_else(|| format!("no engine is named {text}"))
    }
}

/// An engine and what differs from its defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The engine.
    pub name: Name,
    /// Bits of a component, where the engine has a choice; 4 unless told.
    pub bits: usize,
    /// Passages scored exactly; `None` is the engine's default.
    pub rescored: Option<usize>,
    /// Cells looked into per query token; `None` is the engine's default.
    pub probes: Option<usize>,
}

impl Spec {
    /// What a comparison runs unless told.
    pub fn defaults() -> Vec<Self> {
        let engine = |name, bits, rescored| Self { name, bits, rescored, probes: None };
        vec![
            engine(Name::Ours, 4, None),
            engine(Name::Ours, 2, None),
            engine(Name::NextPlaid, 4, None),
            engine(Name::NextPlaid, 4, Some(400)),
            engine(Name::NextPlaid, 4, Some(1_024)),
            engine(Name::FastPlaid, 4, None),
            engine(Name::Tachiom, 4, None),
        ]
    }

    /// What tells one index from another; specs that differ in searching only share it.
    pub fn index_name(&self) -> String {
        match self.name {
            Name::Tachiom => self.name.to_string(),
            _ => format!("{}-{}", self.name, self.bits),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:bits={}", self.name, self.bits)?;
        if let Some(rescored) = self.rescored {
            write!(f, ",rescored={rescored}")?;
        }
        match self.probes {
            Some(probes) => write!(f, ",probes={probes}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, settings) = text.split_once(':').unwrap_or((text, ""));
        let mut spec = Self { name: name.parse()?, bits: 4, rescored: None, probes: None };
        for setting in settings.split(',').filter(|setting| !setting.is_empty()) {
            let (key, value) = setting.split_once('=').ok_or(format!("{setting} has no ="))?;
            let value = value.parse().map_err(|_| format!("{setting} is no number"))?;
            match key {
                "bits" => spec.bits = value,
                "rescored" => spec.rescored = Some(value),
                "probes" => spec.probes = Some(value),
                _ => return Err(format!("no engine has the setting {key}")),
            }
        }
        Ok(spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_reads_as_it_is_written() {
        for text in ["ours:bits=2", "next-plaid:bits=4,rescored=400", "tachiom:bits=4,probes=30"] {
            assert_eq!(text.parse::<Spec>().map(|spec| spec.to_string()), Ok(text.to_owned()));
        }
        assert!("ours:bit=2".parse::<Spec>().is_err());
        assert!("theirs".parse::<Spec>().is_err());
    }
}
