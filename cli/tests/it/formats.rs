//! Every format of input gives the same documents.

use serde_json::{Value, json};

use crate::TestResult;
use crate::program::{Place, model};

/// Id, text and metadata of a document.
type Stored = (Value, Value, Value);

/// The ids, texts and metadata of a collection, as a search prints them.
fn stored(place: &Place) -> Result<Vec<Stored>, Box<dyn std::error::Error>> {
    let found = place.run(["search", "山", "-k", "100", "--json"])?.check(0);
    let mut stored: Vec<_> = found
        .values()?
        .into_iter()
        .map(|hit| (hit["document_id"].clone(), hit["content"].clone(), hit["metadata"].clone()))
        .collect();
    stored.sort_by_key(|(id, _, _)| id.to_string());
    Ok(stored)
}

fn expected() -> Vec<Stored> {
    let document = |id: &str, text: &str, metadata| (id.into(), text.into(), metadata);
    vec![
        document("a", "富士山は「高い」,\n山である。", json!({ "year": 2020, "code": "007" })),
        document("b", "琵琶湖は\"大きい\"。", json!({ "year": 1.5 })),
    ]
}

#[test]
fn json_lines_tsv_and_csv_give_the_same_documents() -> TestResult {
    let json = r#"{"id":"a","text":"富士山は「高い」,\n山である。","year":2020,"code":"007"}
{"id":"b","text":"琵琶湖は\"大きい\"。","year":1.5}
"#;
    let csv = "\u{feff}id,code,text,year\r\na,007,\"富士山は「高い」,\n山である。\",2020\r\nb,,\"琵琶湖は\"\"大きい\"\"。\",1.5\r\n";
    let tsv = "id\tcode\ttext\tyear\na\t007\t\"富士山は「高い」,\n山である。\"\t2020\nb\t\t\"琵琶湖は\"\"大きい\"\"。\"\t1.5\n";
    for (name, content) in [("d.jsonl", json), ("d.csv", csv), ("d.tsv", tsv)] {
        let place = Place::new()?;
        place.write(name, content)?;
        place.run(["index", "-m", &model(), name])?.check(0);
        assert_eq!(stored(&place)?, expected(), "{name}");
    }
    let place = Place::new()?;
    for (format, content) in [("jsonl", json), ("csv", csv), ("tsv", tsv)] {
        let args = ["index", "-m", &model(), "-c", format, "--format", format, "-"];
        place.run_with_input(args, content)?.check(0);
        let found =
            place.run(["search", "-c", format, "琵琶湖は大きい。", "--json", "-k", "1"])?.check(0);
        assert_eq!(found.values()?[0]["metadata"], json!({ "year": 1.5 }), "{format}");
    }
    Ok(())
}

#[test]
fn fields_are_chosen_by_name_and_columns_may_stay_text() -> TestResult {
    let place = Place::new()?;
    place.write("d.csv", "url,body,id\n/a,富士山は高い。,5\n")?;
    let names = ["--id-field", "url", "--text-field", "body", "d.csv"];
    place.run(["index", "-m", &model(), "--text-columns"].into_iter().chain(names))?.check(0);
    let expected = ("/a".into(), "富士山は高い。".into(), json!({ "id": "5" }));
    assert_eq!(stored(&place)?, [expected]);
    Ok(())
}

#[test]
fn several_inputs_are_one_collection() -> TestResult {
    let place = Place::new()?;
    place.write("a.jsonl", "{\"id\": \"a\", \"text\": \"富士山は高い。\"}\n")?;
    place.write("b.tsv", "b\t琵琶湖は大きい。\n")?;
    place.write("notes/c.md", "海は広い。")?;
    place.write("d.org", "空は青い。")?;
    let inputs = ["a.jsonl", "b.tsv", "notes", "./d.org"];
    place.run(["index", "-m", &model()].into_iter().chain(inputs))?.check(0);
    let ids: Vec<Value> = stored(&place)?.into_iter().map(|(id, _, _)| id).collect();
    assert_eq!(ids, ["a", "b", "c.md", "d.org"]);
    Ok(())
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_names_the_feature_that_reads_it() -> TestResult {
    let place = Place::new()?;
    place.write("d.parquet", "PAR1")?;
    place.run(["index", "-m", &model(), "d.parquet"])?.check_error(2, "--features parquet");
    Ok(())
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use std::fs::File;
    use std::path::Path;
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use serde_json::json;

    use super::stored;
    use crate::TestResult;
    use crate::program::{Place, model};

    /// A file with the rows `(id, text, year)`, of which the second has no year.
    fn write(path: &Path, ids: [&str; 2]) -> TestResult {
        let schema = "message d { REQUIRED BYTE_ARRAY id (UTF8); REQUIRED BYTE_ARRAY text (UTF8); OPTIONAL INT64 year; }";
        let schema = Arc::new(parse_message_type(schema)?);
        let mut writer =
            SerializedFileWriter::new(File::create(path)?, schema, Default::default())?;
        let mut group = writer.next_row_group()?;
        for texts in [ids, ["富士山は高い。", "琵琶湖は大きい。"]] {
            let texts = texts.map(ByteArray::from);
            let mut column = group.next_column()?.ok_or("no column")?;
            column.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
            column.close()?;
        }
        let mut column = group.next_column()?.ok_or("no column")?;
        column.typed::<Int64Type>().write_batch(&[2020], Some(&[1, 0]), None)?;
        column.close()?;
        group.close()?;
        writer.close()?;
        Ok(())
    }

    #[test]
    fn rows_of_parquet_are_documents() -> TestResult {
        let place = Place::new()?;
        write(&place.path("d.parquet"), ["a", "b"])?;
        place.run(["index", "-m", &model(), "d.parquet"])?.check(0);
        let a = ("a".into(), "富士山は高い。".into(), json!({ "year": 2020 }));
        assert_eq!(stored(&place)?, [a, ("b".into(), "琵琶湖は大きい。".into(), json!(null))]);
        Ok(())
    }

    #[test]
    fn bad_rows_of_parquet_are_named() -> TestResult {
        let place = Place::new()?;
        write(&place.path("d.parquet"), ["a", "a"])?;
        let index = ["index", "-m", &model(), "d.parquet"];
        place.run(index)?.check_error(3, "d.parquet, row 2: the id \"a\" is that of row 1");
        place.write("d.parquet", "PAR1 and more")?;
        place.run(index)?.check_error(3, "d.parquet: ");
        Ok(())
    }
}
