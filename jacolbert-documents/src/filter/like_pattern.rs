//! Patterns of LIKE.

use std::fmt;

/// A pattern in which `%` stands for any characters and `_` for one. ASCII letters match in either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LikePattern {
    pattern: String,
    escape: Option<char>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// This character, in lower case if it is an ASCII letter.
    Is(char),
    /// Any character.
    One,
    /// Any characters, or none.
    Any,
    /// Nothing matches: the pattern ends with the character that should protect the next.
    Never,
}

impl LikePattern {
    /// Behind the character `escape`, `%`, `_` and `escape` stand for themselves.
    pub(crate) fn new(pattern: impl Into<String>, escape: Option<char>) -> Self {
        let pattern = pattern.into();
        let mut parts = Vec::new();
        let mut characters = pattern.chars();
        while let Some(c) = characters.next() {
            let part = match c {
                _ if Some(c) == escape => {
                    characters.next().map_or(Part::Never, |c| Part::Is(c.to_ascii_lowercase()))
                }
                '%' => Part::Any,
                '_' => Part::One,
                _ => Part::Is(c.to_ascii_lowercase()),
            };
            // Several in a row mean what one means.
            if part != Part::Any || parts.last() != Some(&Part::Any) {
                parts.push(part);
            }
        }
        Self { pattern, escape, parts }
    }

    /// Whether `text` matches. The time is at most the product of both lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut part = 0;
        // Where to go on if the parts behind the latest `%` do not match.
        let mut retry = None;
        loop {
            let before = rest.clone();
            let next = rest.next();
            let fits = match (self.parts.get(part), next) {
                (Some(Part::Any), _) => {
                    part += 1;
                    rest = before.clone();
                    retry = Some((part, before));
                    continue;
                }
                (None, None) => return true,
                (Some(Part::One), Some(_)) => true,
                (Some(Part::Is(expected)), Some(found)) => *expected == found.to_ascii_lowercase(),
                _ => false,
            };
            if fits {
                part += 1;
                continue;
            }
            let Some((again, mut from)) = retry.take() else { return false };
            if next.is_none() || from.next().is_none() {
                return false;
            }
            part = again;
            rest = from.clone();
            retry = Some((again, from));
        }
    }
}

/// As it is written in a filter, behind LIKE.
impl fmt::Display for LikePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.pattern.replace('\'', "''"))?;
        match self.escape {
            Some('\'') => f.write_str(" ESCAPE ''''"),
            Some(escape) => write!(f, " ESCAPE '{escape}'"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_sqlite() {
        let cases = [
            ("", None, "", true),
            ("", None, "a", false),
            ("%", None, "", true),
            ("%%", None, "ab", true),
            ("_", None, "", false),
            ("_", None, "富", true),
            ("富士%", None, "富士山", true),
            ("%山", None, "富士山", true),
            ("%士_", None, "富士山", true),
            ("a%c%e", None, "abcde", true),
            ("a%c%e", None, "abcd", false),
            ("ABC", None, "abc", true),
            ("Ä", None, "ä", false),
            ("50!%", Some('!'), "50%", true),
            ("50!%", Some('!'), "500", false),
            ("a!!b", Some('!'), "a!b", true),
            ("a!", Some('!'), "a", false),
            ("%!", Some('!'), "a!", false),
            ("%%a", Some('%'), "%a", true),
            ("%aab", None, "aaab", true),
        ];
        for (pattern, escape, text, expected) in cases {
            let found = LikePattern::new(pattern, escape).matches(text);
            assert_eq!(found, expected, "{pattern:?} {escape:?} {text:?}");
        }
    }

    #[test]
    fn many_wildcards_take_no_long_time() {
        let pattern = LikePattern::new("%a".repeat(1_000) + "b", None);
        assert!(!pattern.matches(&"a".repeat(10_000)));
    }
}
