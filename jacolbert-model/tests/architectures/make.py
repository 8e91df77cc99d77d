"""Makes every fixture of this folder, and the index of them, fixtures.json.

    python -m venv A && A/bin/pip install torch==2.15.0 transformers==5.23.0 tokenizers==0.23.3 \
        safetensors==0.8.0 sentence-transformers==6.2.0 sentencepiece==0.2.3 protobuf fugashi==1.5.2 unidic-lite==1.0.8
    python -m venv B && B/bin/pip install torch==2.15.0 pylate==1.6.0 transformers==5.3.0 tokenizers==0.22.2
    python -m venv C && C/bin/pip install torch==2.15.0 transformers==4.57.6 tokenizers==0.22.2 \
        sentencepiece==0.2.3 protobuf scipy ujson gitpython python-dotenv ninja datasets
    C/bin/pip install --no-deps colbert-ai==0.2.22
    A/bin/python make.py all B/bin/python C/bin/python

PyLate allows neither Sentence Transformers 6 nor a later transformers, and colbert-ai's class needs transformers 4,
so each step runs in its environment: A tokenizers, sentence, gradients; B pylate; C mluke, colbert, luke. The texts are
`../it/parity/passages.txt` and `queries.txt`; the digests of ids need the cases of the tokenizer beside the repository.

    A/bin/python make.py compare                     # PyLate's folders, opened by Sentence Transformers 6
    A/bin/python make.py difference TOKENIZER IDS    # the first case with other ids; IDS: a line of JSON for each;
                                                     # for the tokenizer mluke with C
"""
import importlib
import os
import subprocess
import sys

STEPS = {
    "tokenizers": ("vocabularies", "make"),
    "mluke": ("vocabularies", "make_mluke"),
    "pylate": ("pylate_reference", "make"),
    "gradients": ("gradients", "make"),
    "sentence": ("sentence_reference", "make"),
    "colbert": ("colbert_reference", "make"),
    "luke": ("luke_reference", "make"),
    "index": ("files", "finish_index"),
    "compare": ("sentence_reference", "compare_with_pylate"),
    "difference": ("vocabularies", "print_difference"),
}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "PYTHONHASHSEED": "0"}


def run_all(pylate, transformers_4):
    where = {"pylate": pylate, "mluke": transformers_4, "colbert": transformers_4, "luke": transformers_4}
    for step in ("tokenizers", "mluke", "pylate", "gradients", "sentence", "colbert", "luke", "index"):
        print(f"== {step}", flush=True)
        command = [where.get(step, sys.executable), "-B", __file__, step]
        subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})


def main(step, *arguments):
    if step == "all":
        run_all(*arguments)
    else:
        module, name = STEPS[step]
        getattr(importlib.import_module(module), name)(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
