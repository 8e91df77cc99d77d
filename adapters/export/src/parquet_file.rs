//! Passages as rows of a Parquet file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    FixedSizeListBuilder, Float16Builder, Float32Builder, ListBuilder, StringBuilder, UInt32Builder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use half::f16;
use jacolbert::{Embeddings, Storage};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use serde_json::Value;

use crate::error::Error;
use crate::export_summary::ExportSummary;
use crate::exported_passages::{ExportedPassage, ExportedPassages};
use crate::new_file::write_new_file;
use crate::settings::Precision;

/// Vectors per batch, and so per row group, about: 64 MiB of 128 components in 32 bits.
const BATCH_VECTORS: usize = 1 << 17;

/// The column of the vectors.
const EMBEDDINGS: &str = "embeddings";

pub(crate) fn write_parquet<S: Storage>(
    passages: ExportedPassages<S>,
    precision: Precision,
    path: &Path,
) -> Result<ExportSummary, Error> {
    let parquet_error = |source: ParquetError| Error::Parquet { path: path.into(), source };
    let layout = Layout { dim: passages.dim(), precision };
    write_new_file(path, |out| {
        let mut writer = layout.writer(out).map_err(parquet_error)?;
        let mut rows = Rows::new(&layout);
        let mut summary = ExportSummary::default();
        for passage in passages {
            let passage = passage?;
            summary.count(passage.embeddings.num_tokens());
            rows.push(&passage);
            if rows.num_vectors >= BATCH_VECTORS {
                rows.write(&mut writer).map_err(parquet_error)?;
            }
        }
        rows.write(&mut writer).map_err(parquet_error)?;
        writer.close().map_err(parquet_error)?;
        Ok(summary)
    })
}

/// What the columns look like.
struct Layout {
    dim: usize,
    precision: Precision,
}

impl Layout {
    fn component(&self) -> Arc<Field> {
        let kind = match self.precision {
            Precision::F32 => DataType::Float32,
            Precision::F16 => DataType::Float16,
        };
        Arc::new(Field::new("component", kind, false))
    }

    fn vector(&self) -> Arc<Field> {
        let kind = DataType::FixedSizeList(self.component(), self.dim as i32);
        Arc::new(Field::new("vector", kind, false))
    }

    fn schema(&self) -> Arc<Schema> {
        Arc::new(Schema::new(vec![
            Field::new("passage_id", DataType::UInt32, false),
            Field::new("document_id", DataType::Utf8, false),
            Field::new("passage_number", DataType::UInt32, false),
            Field::new("num_passages", DataType::UInt32, false),
            Field::new("content", DataType::Utf8, false),
            Field::new("metadata", DataType::Utf8, true),
            Field::new(EMBEDDINGS, DataType::List(self.vector()), false),
        ]))
    }

    fn writer<'f>(
        &self,
        out: &'f mut BufWriter<File>,
    ) -> Result<ArrowWriter<&'f mut BufWriter<File>>, ParquetError> {
        let compressed = Compression::ZSTD(ZstdLevel::default());
        // Components hardly repeat, so that a dictionary of them or compression only takes time.
        let components = ["list", "vector", "list", "component"];
        let mut column = vec![EMBEDDINGS.to_owned()];
        column.extend(components.map(str::to_owned));
        let column = ColumnPath::new(column);
        let properties = WriterProperties::builder()
            .set_compression(compressed)
            .set_column_compression(column.clone(), Compression::UNCOMPRESSED)
            .set_column_dictionary_enabled(column, false)
            .build();
        ArrowWriter::try_new(out, self.schema(), Some(properties))
    }
}

/// The vectors of some passages, in one of the two number formats.
enum Vectors {
    F32(ListBuilder<FixedSizeListBuilder<Float32Builder>>),
    F16(ListBuilder<FixedSizeListBuilder<Float16Builder>>),
}

impl Vectors {
    fn new(layout: &Layout) -> Self {
        let dim = layout.dim as i32;
        match layout.precision {
            Precision::F32 => {
                let vectors = FixedSizeListBuilder::new(Float32Builder::new(), dim);
                let vectors = vectors.with_field(layout.component());
                Self::F32(ListBuilder::new(vectors).with_field(layout.vector()))
            }
            Precision::F16 => {
                let vectors = FixedSizeListBuilder::new(Float16Builder::new(), dim);
                let vectors = vectors.with_field(layout.component());
                Self::F16(ListBuilder::new(vectors).with_field(layout.vector()))
            }
        }
    }

    fn push(&mut self, embeddings: &Embeddings) {
        let rows = (0..embeddings.num_tokens()).map(|row| embeddings.row(row));
        match self {
            Self::F32(lists) => {
                for row in rows {
                    lists.values().values().append_slice(row);
                    lists.values().append(true);
                }
                lists.append(true);
            }
            Self::F16(lists) => {
                for row in rows {
                    for &component in row {
                        lists.values().values().append_value(f16::from_f32(component));
                    }
                    lists.values().append(true);
                }
                lists.append(true);
            }
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::F32(lists) => Arc::new(lists.finish()),
            Self::F16(lists) => Arc::new(lists.finish()),
        }
    }
}

/// The rows of the next row group.
struct Rows {
    schema: Arc<Schema>,
    passage_ids: UInt32Builder,
    document_ids: StringBuilder,
    passage_numbers: UInt32Builder,
    nums_passages: UInt32Builder,
    contents: StringBuilder,
    metadata: StringBuilder,
    vectors: Vectors,
    num_vectors: usize,
    num_rows: usize,
}

impl Rows {
    fn new(layout: &Layout) -> Self {
        Self {
            schema: layout.schema(),
            passage_ids: UInt32Builder::new(),
            document_ids: StringBuilder::new(),
            passage_numbers: UInt32Builder::new(),
            nums_passages: UInt32Builder::new(),
            contents: StringBuilder::new(),
            metadata: StringBuilder::new(),
            vectors: Vectors::new(layout),
            num_vectors: 0,
            num_rows: 0,
        }
    }

    fn push(&mut self, passage: &ExportedPassage) {
        self.passage_ids.append_value(passage.passage_id.0);
        self.document_ids.append_value(&passage.document_id);
        self.passage_numbers.append_value(passage.passage_number as u32);
        self.nums_passages.append_value(passage.num_passages as u32);
        self.contents.append_value(&passage.content);
        match &passage.metadata {
            Value::Null => self.metadata.append_null(),
            metadata => self.metadata.append_value(metadata.to_string()),
        }
        self.vectors.push(&passage.embeddings);
        self.num_vectors += passage.embeddings.num_tokens();
        self.num_rows += 1;
    }

    /// Writes the rows as a row group; afterwards there are none.
    fn write(
        &mut self,
        writer: &mut ArrowWriter<&mut BufWriter<File>>,
    ) -> Result<(), ParquetError> {
        if self.num_rows == 0 {
            return Ok(());
        }
        writer.write(&self.take()?)?;
        writer.flush()
    }

    fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        (self.num_vectors, self.num_rows) = (0, 0);
        RecordBatch::try_new(
            self.schema.clone(),
            vec![
                Arc::new(self.passage_ids.finish()),
                Arc::new(self.document_ids.finish()),
                Arc::new(self.passage_numbers.finish()),
                Arc::new(self.nums_passages.finish()),
                Arc::new(self.contents.finish()),
                Arc::new(self.metadata.finish()),
                self.vectors.finish(),
            ],
        )
    }
}
