//! Header lines: the names of columns, which some programs write in front of the rows.

/// Usual names of columns of ids, in lower case and without separators.
const IDS: &[&str] = &[
    "id",
    "qid",
    "pid",
    "did",
    "queryid",
    "passageid",
    "documentid",
    "docid",
    "docno",
    "textid",
    "corpusid",
];

/// Usual names of columns of texts, in lower case and without separators and numbers.
const TEXTS: &[&str] = &[
    "text",
    "query",
    "question",
    "anchor",
    "passage",
    "document",
    "doc",
    "body",
    "content",
    "contents",
    "sentence",
    "positive",
    "pos",
    "positivepassage",
    "positivetext",
    "negative",
    "neg",
    "negativepassage",
    "negativetext",
    "hardnegative",
    "answer",
    "テキスト",
    "クエリ",
    "質問",
    "文書",
    "本文",
    "正例",
    "負例",
    "回答",
];

/// Whether the first line of a table names its columns.
pub(super) fn is_table_header(id: &str, text: &str) -> bool {
    IDS.contains(&name(id).as_str()) && TEXTS.contains(&name(text).as_str())
}

/// Whether the first row of texts names its columns.
pub(super) fn is_row_header<'a>(mut fields: impl Iterator<Item = &'a String>) -> bool {
    fields.all(|field| TEXTS.contains(&name(field).as_str()))
}

/// A name without what distinguishes `Query_Id` from `query-id`, and `negative_1` from `negative`.
fn name(field: &str) -> String {
    let field = field.trim().trim_end_matches(|c: char| c.is_ascii_digit());
    field.replace(['_', '-', ' '], "").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_every_column_are_a_header() {
        assert!(is_table_header("query-id", "text"));
        assert!(is_table_header("_id", "Passage"));
        assert!(!is_table_header("id", "富士山"));
        assert!(!is_table_header("0", "text"));
        let is_row_header = |row: &str| {
            let fields: Vec<String> = row.split('\t').map(str::to_string).collect();
            is_row_header(fields.iter())
        };
        assert!(is_row_header("query\tpositive\tnegative_1\tnegative_2"));
        assert!(is_row_header("質問\t正例\t負例"));
        assert!(!is_row_header("query\t問い合わせのこと\tnegative"));
    }
}
