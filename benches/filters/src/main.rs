//! How many bytes do columns of a million documents take in each library, and how long does a condition take?
//!
//!     cargo run --release --features columnar
//!     cargo run --release --features arrow
//!
//! `--features tantivy` is there for its compile time: its fast fields are those of `columnar`.

use std::error::Error;
use std::time::Instant;

const NUM_DOCUMENTS: usize = 1_000_000;
const LANGUAGES: [&str; 4] = ["ja", "en", "fr", "de"];

fn language(n: usize) -> &'static str {
    LANGUAGES[n * 31 % 4]
}

fn price(n: usize) -> f64 {
    (n * 7_919 % NUM_DOCUMENTS) as f64 / NUM_DOCUMENTS as f64
}

/// Prints what a condition finds, and the shortest time of five.
#[cfg_attr(not(any(feature = "columnar", feature = "arrow")), expect(dead_code))]
fn measure(
    name: &str,
    mut find: impl FnMut() -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut shortest = f64::INFINITY;
    let mut found = 0;
    for _ in 0..5 {
        let start = Instant::now();
        found = find()?;
        shortest = shortest.min(start.elapsed().as_secs_f64());
    }
    println!("  {name}: {found} documents, {:.2} ms", shortest * 1e3);
    Ok(())
}

#[cfg(feature = "columnar")]
fn columnar() -> Result<(), Box<dyn Error>> {
    use tantivy_columnar::{ColumnarReader, ColumnarWriter, DynamicColumn};
    let mut bytes = Vec::new();
    let start = Instant::now();
    let mut writer = ColumnarWriter::default();
    for n in 0..NUM_DOCUMENTS {
        writer.record_numerical(n as u32, "n", n as i64);
        writer.record_numerical(n as u32, "price", price(n));
        writer.record_str(n as u32, "lang", language(n));
        writer.record_str(n as u32, "title", &format!("title {n}"));
        if n % 100 == 0 {
            writer.record_numerical(n as u32, "sparse", n as i64);
        }
    }
    writer.serialize(NUM_DOCUMENTS as u32, None, &mut bytes)?;
    println!(
        "tantivy-columnar: {} bytes, written in {:.2} s",
        bytes.len(),
        start.elapsed().as_secs_f64()
    );
    let reader = ColumnarReader::open(bytes)?;
    let open = |name: &str| reader.read_columns(name).and_then(|columns| columns[0].open());
    let all = 0..NUM_DOCUMENTS as u32;
    let mut found = Vec::new();
    for (name, range) in [("n", 500_000..=i64::MAX), ("sparse", 500_000..=i64::MAX)] {
        let DynamicColumn::I64(column) = open(name)? else { return Err("type".into()) };
        measure(&format!("{name} >= 500000"), || {
            found.clear();
            column.get_docids_for_value_range(range.clone(), all.clone(), &mut found);
            Ok(found.len())
        })?;
    }
    let DynamicColumn::F64(prices) = open("price")? else { return Err("type".into()) };
    measure("price > 0.5", || {
        Ok((0..NUM_DOCUMENTS as u32).filter(|&n| prices.values.get_val(n) > 0.5).count())
    })?;
    for (name, text) in [("lang", "ja"), ("title", "title 77")] {
        let DynamicColumn::Str(column) = open(name)? else { return Err("type".into()) };
        measure(&format!("{name} = '{text}'"), || {
            found.clear();
            if let Some(ordinal) = column.dictionary().term_ord(text)? {
                let ordinals = column.ords();
                ordinals.get_docids_for_value_range(ordinal..=ordinal, all.clone(), &mut found);
            }
            Ok(found.len())
        })?;
    }
    let DynamicColumn::Str(titles) = open("title")? else { return Err("type".into()) };
    measure("title LIKE '%777%'", || {
        let mut terms = titles.dictionary().stream()?;
        let mut count = 0;
        while terms.advance() {
            count += usize::from(std::str::from_utf8(terms.key())?.contains("777"));
        }
        Ok(count)
    })
}

#[cfg(feature = "arrow")]
fn arrow() -> Result<(), Box<dyn Error>> {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, Scalar,
        StringArray,
    };
    use arrow_ipc::reader::FileReader;
    use arrow_ipc::writer::FileWriter;
    use arrow_ord::cmp;
    let documents = || 0..NUM_DOCUMENTS;
    let start = Instant::now();
    let sparse = |n: usize| (n % 100 == 0).then_some(n as i64);
    let columns: [(&str, ArrayRef); 5] = [
        ("n", Arc::new(documents().map(|n| n as i64).collect::<Int64Array>())),
        ("price", Arc::new(documents().map(|n| Some(price(n))).collect::<Float64Array>())),
        (
            "lang",
            Arc::new(
                documents().map(|n| Some(language(n))).collect::<DictionaryArray<Int32Type>>(),
            ),
        ),
        (
            "title",
            Arc::new(documents().map(|n| Some(format!("title {n}"))).collect::<StringArray>()),
        ),
        ("sparse", Arc::new(documents().map(sparse).collect::<Int64Array>())),
    ];
    let batch = RecordBatch::try_from_iter(columns)?;
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema())?;
    writer.write(&batch)?;
    let bytes = writer.into_inner()?;
    println!("arrow: {} bytes, written in {:.2} s", bytes.len(), start.elapsed().as_secs_f64());
    let mut reader = FileReader::try_new(std::io::Cursor::new(bytes), None)?;
    let batch = reader.next().ok_or("no batch")??;
    let column = |name: &str| batch.column_by_name(name).ok_or("no column");
    let count = |passing: BooleanArray| Ok(passing.true_count());
    let least = Scalar::new(Int64Array::from(vec![500_000]));
    for name in ["n", "sparse"] {
        measure(&format!("{name} >= 500000"), || count(cmp::gt_eq(column(name)?, &least)?))?;
    }
    let half = Scalar::new(Float64Array::from(vec![0.5]));
    measure("price > 0.5", || count(cmp::gt(column("price")?, &half)?))?;
    for (name, text) in [("lang", "ja"), ("title", "title 77")] {
        let text = Scalar::new(StringArray::from(vec![text]));
        measure(name, || count(cmp::eq(column(name)?, &text)?))?;
    }
    let pattern = Scalar::new(StringArray::from(vec!["%777%"]));
    measure("title LIKE '%777%'", || count(arrow_string::like::like(column("title")?, &pattern)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "columnar")]
    columnar()?;
    #[cfg(feature = "arrow")]
    arrow()?;
    Ok(())
}
