//! Figures that were published, for the table to set beside the measured ones.

/// The published figures of one test collection.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Names of the metrics, of which each row has a value.
    pub metrics: &'static [&'static str],
    /// The rows.
    pub rows: &'static [PublishedRow],
    /// Digits that they were printed with.
    pub digits: usize,
}

/// What was published of one system.
#[derive(Debug, Clone, Copy)]
pub struct PublishedRow {
    /// The system: the last part of a model's name on the hub, or `bm25`.
    pub system: &'static str,
    /// Where the figures stand and what they are of.
    pub source: &'static str,
    /// Its values, one a metric.
    pub values: &'static [f64],
}

/// Clavié, JaColBERT and Hard Negatives (2023), and the table on the model's card.
const REPORT_2023: &str = "report of 2023, 2-bit index";
const IN_REPORT_2023: &str = "report of 2023";
/// Clavié, JaColBERTv2.5 (2024), with passages of 300 tokens.
const REPORT_2024: &str = "report of 2024, 4-bit index";

const fn row(system: &'static str, source: &'static str, values: &'static [f64]) -> PublishedRow {
    PublishedRow { system, source, values }
}

/// JSQuAD.
pub const JSQUAD: Published = Published {
    metrics: &["recall@1", "recall@5", "recall@10"],
    digits: 3,
    rows: &[
        row("JaColBERT", REPORT_2023, &[0.906, 0.968, 0.978]),
        row("JaColBERT", REPORT_2024, &[0.911, 0.970, 0.977]),
        row("JaColBERTv2", REPORT_2024, &[0.921, 0.977, 0.983]),
        row("multilingual-e5-large", IN_REPORT_2023, &[0.865, 0.966, 0.977]),
        row("multilingual-e5-base", IN_REPORT_2023, &[0.838, 0.955, 0.973]),
        row("multilingual-e5-small", IN_REPORT_2023, &[0.840, 0.954, 0.973]),
        row("fio-base-japanese-v0.1", IN_REPORT_2023, &[0.700, 0.879, 0.924]),
    ],
};

/// MIRACL-ja dev, over the pool of 2023.
pub const MIRACL: Published = Published {
    metrics: &["recall@3", "recall@5", "recall@10"],
    digits: 3,
    rows: &[
        row("JaColBERT", REPORT_2023, &[0.464, 0.546, 0.645]),
        row("multilingual-e5-large", IN_REPORT_2023, &[0.522, 0.600, 0.697]),
        row("multilingual-e5-base", IN_REPORT_2023, &[0.482, 0.553, 0.632]),
        row("multilingual-e5-small", IN_REPORT_2023, &[0.464, 0.540, 0.640]),
        row("fio-base-japanese-v0.1", IN_REPORT_2023, &[0.279, 0.358, 0.462]),
    ],
};

/// Mr.TyDi-ja test, over the right passages and 100,000 others.
pub const MR_TYDI: Published = Published {
    metrics: &["recall@3", "recall@5", "recall@10"],
    digits: 3,
    rows: &[
        row("JaColBERT", REPORT_2023, &[0.744, 0.781, 0.821]),
        row("multilingual-e5-large", IN_REPORT_2023, &[0.813, 0.856, 0.893]),
        row("multilingual-e5-base", IN_REPORT_2023, &[0.777, 0.815, 0.857]),
        row("multilingual-e5-small", IN_REPORT_2023, &[0.767, 0.794, 0.844]),
        row("fio-base-japanese-v0.1", IN_REPORT_2023, &[0.582, 0.649, 0.712]),
    ],
};

/// MIRACL-ja and Mr.TyDi-ja over their whole collections, of which the reports have no such figures.
pub const NONE: Published =
    Published { metrics: &["recall@3", "recall@5", "recall@10"], rows: &[], digits: 3 };

const JQARA_README: &str = "README of JQaRA";

/// JQaRA test.
pub const JQARA: Published = Published {
    metrics: &["ndcg@10", "mrr@10"],
    digits: 4,
    rows: &[
        row("JaColBERT", JQARA_README, &[0.5488, 0.8116]),
        row("JaColBERTv2", JQARA_README, &[0.5906, 0.8316]),
        row("JaColBERTv2.4", JQARA_README, &[0.6265, 0.8556]),
        row("JaColBERTv2.5", JQARA_README, &[0.6420, 0.8647]),
        row("multilingual-e5-large", JQARA_README, &[0.5540, 0.7988]),
        row("multilingual-e5-small", JQARA_README, &[0.4917, 0.7291]),
        row("sup-simcse-ja-base", JQARA_README, &[0.3237, 0.5407]),
        row("sup-simcse-ja-large", JQARA_README, &[0.3571, 0.5750]),
        row("fio-base-japanese-v0.1", JQARA_README, &[0.3718, 0.6161]),
        row("bm25", JQARA_README, &[0.4580, 0.7020]),
    ],
};

const JACWIR_README: &str = "README of JaCWIR";

/// JaCWIR.
pub const JACWIR: Published = Published {
    metrics: &["map@10", "success@10"],
    digits: 4,
    rows: &[
        row("JaColBERT", JACWIR_README, &[0.9035, 0.9772]),
        row("JaColBERTv2", JACWIR_README, &[0.9185, 0.9854]),
        row("multilingual-e5-large", JACWIR_README, &[0.8759, 0.9726]),
        row("multilingual-e5-small", JACWIR_README, &[0.8690, 0.9700]),
        row("sup-simcse-ja-base", JACWIR_README, &[0.5778, 0.7976]),
        row("sup-simcse-ja-large", JACWIR_README, &[0.4741, 0.7164]),
        row("fio-base-japanese-v0.1", JACWIR_README, &[0.6491, 0.8544]),
        row("bm25", JACWIR_README, &[0.8408, 0.9528]),
    ],
};
