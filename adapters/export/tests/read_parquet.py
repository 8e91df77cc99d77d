"""Reads an export with pyarrow, as people do in Python: python read_parquet.py passages.parquet"""

import json
import sys

import numpy
import pyarrow.parquet

table = pyarrow.parquet.read_table(sys.argv[1])
assert table.num_rows > 0
for row in range(table.num_rows):
    vectors = table["embeddings"][row].values
    if len(vectors) == 0:
        continue
    matrix = numpy.stack(vectors.to_numpy(zero_copy_only=False)).astype(numpy.float32)
    lengths = numpy.linalg.norm(matrix, axis=1)
    assert matrix.ndim == 2 and numpy.allclose(lengths, 1, atol=2e-3), (row, matrix.shape, lengths)
    metadata = table["metadata"][row].as_py()
    assert metadata is None or json.loads(metadata) is not None, metadata
    assert table["document_id"][row].as_py() and table["content"][row].as_py(), row
print(f"{table.num_rows} passages, the first with {len(table['embeddings'][0].values)} vectors")
