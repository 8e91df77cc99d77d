//! A batch of so many bytes takes no more of them. By itself, since it counts what the whole process
//! allocates.

use std::path::Path;

use jacolbert_model::{BatchSize, Device, EncodeOptions, Encoder, Error, LoadOptions};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;

/// What encoding takes beside the batches: tokens, embeddings, and the buffers of products.
const BESIDE: usize = 4 * MIB;

#[test]
fn a_batch_stays_within_the_memory_it_was_given() -> Result<(), Error> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/mini");
    let encoder = Encoder::from_dir(Path::new(folder), &LoadOptions::default(), &Device::flex())?;
    // Each thread has buffers of its own for products.
    let two_threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let sentence = "富士山は日本で最も高い山であり、頂には火口がある。";
    for (repeats, num_texts) in [(1, 600), (5, 200), (40, 24)] {
        let texts = vec![sentence.repeat(repeats); num_texts];
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for budget in [32 * MIB, 96 * MIB] {
            let batch = BatchSize::Bytes(budget as u64);
            let encoder = encoder.clone().with_options(EncodeOptions { batch });
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            two_threads.install(|| encoder.encode_passages(&texts))?;
            let taken = MEMORY.peak_usage() - before;
            println!("{repeats} sentences: {taken} of {budget}");
            assert!(taken <= budget + BESIDE, "{repeats} sentences: {taken} of {budget}");
            assert!(taken >= budget / 4, "{repeats} sentences: {taken} of {budget} is too little");
        }
    }
    Ok(())
}
