//! How wide a text is on a terminal.

/// The number of columns of `text` on a terminal: two for a character of East Asia, none for a mark.
pub(super) fn display_width(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn width(character: char) -> usize {
    match character {
        // Controls, and characters without a shape.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {
            0
        }
        // Marks, and what selects a variant.
        '\u{300}'..='\u{36f}' | '\u{3099}'..='\u{309a}' | '\u{20d0}'..='\u{20ff}' => 0,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => 0,
        // Unicode's East_Asian_Width W and F, in whole blocks.
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' => 2,
        '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' => 2,
        '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' => 2,
        '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1faff}' => 2,
        '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_is_twice_as_wide() {
        let check = |text, expected| assert_eq!(display_width(text), expected, "{text:?}");
        check("abc", 3);
        check("富士山", 6);
        check("ﾊﾞｽ", 3);
        check("か\u{3099}", 2);
        check("「東京」、２０", 14);
        check("葛\u{e0100}城\u{200b}", 4);
        check("한", 2);
        check("", 0);
    }
}
