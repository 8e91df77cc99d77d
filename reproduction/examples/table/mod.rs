//! What the examples have in common: an experiment with a progress bar, and its table.

use indicatif::{ProgressBar, ProgressStyle};
use jacolbert::Device;
use jacolbert_reproduction::published::Published;
use jacolbert_reproduction::{
    Args, Experiment, Kept, Progress, TestCollection, USAGE, check_systems,
};

/// The command line, of which every system can be loaded and the folder for results is there.
pub(crate) fn args() -> anyhow::Result<Args> {
    if std::env::args().any(|arg| arg == "--help" || arg == "-h") {
        println!("{USAGE}");
        std::process::exit(0);
    }
    let args = Args::from_env()?;
    check_systems(&args.systems, &Device::cpu())?;
    Kept::open(&args.out)?;
    Ok(args)
}

/// Measures what `args` ask for and prints the table.
pub(crate) fn reproduce(
    args: &Args,
    collection: &TestCollection,
    published: &Published,
) -> anyhow::Result<()> {
    let num_documents = collection.documents.len();
    let num_queries = collection.queries.len();
    println!("{num_documents} documents, {num_queries} queries");
    let kept = Kept::open(&args.out)?;
    let experiment = Experiment::new(collection, published, &kept);
    let table = experiment.table(&args.systems, &Device::cpu(), &mut bar())?;
    if args.markdown {
        println!("{}", table.to_markdown());
    } else {
        println!("{table}");
    }
    Ok(())
}

/// A bar that follows an experiment.
pub(crate) fn bar() -> impl FnMut(Progress<'_>) {
    let bar = ProgressBar::no_length();
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    move |Progress { system, done, of }| {
        bar.set_message(system.to_owned());
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }
}
