//! Japanese texts for fingerprints and self-checks.
//!
//! Fingerprints contain the ids of these texts: changing a text changes the fingerprint of every model.

/// Queries, from an empty one to one that is longer than the maximum.
pub(crate) const QUERIES: [&str; 4] = [
    "",
    "山",
    "日本で一番高い山は？",
    "平安時代の終わりごろに京都で起きた、武士が政治の中心になるきっかけとなった二つの争いの名前と、\
     それぞれの年、そして勝った側の主な人物をすべて教えてください。",
];

/// Passages of one word up to several sentences, with cases that tokenizers often get wrong.
pub(crate) const PASSAGES: [&str; 6] = [
    "",
    "東京。",
    "富士山は静岡県と山梨県にまたがる火山で、標高3776メートル、日本で最も高い山である。",
    "ＡＢＣ株式会社は１９９８年に㈱ﾃｽﾄとして設立され、売上高は約12.5億円（2023年度）である。",
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で\
     ニャーニャー泣いていた事だけは記憶している。",
    "𠮷野家のラーメンは café と同じ通りにあり、すごーーーい人気だ😀。Rust 1.95 と Python も使える。",
];
