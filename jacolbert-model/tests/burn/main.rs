//! The model as a Burn module: fresh weights, tensors, saving, and encoders of modules in memory.

#[path = "../it/cases.rs"]
mod cases;
#[path = "../it/devices.rs"]
#[allow(dead_code)]
mod devices;
mod from_bert;
mod from_config;
mod from_scratch;
mod in_memory;
#[path = "../it/layout_folders.rs"]
mod layout_folders;
mod on_modules;
mod precision;
mod saving;
mod scores;
#[path = "../it/tiny.rs"]
#[allow(dead_code)]
mod tiny;

type TestResult = Result<(), Box<dyn std::error::Error>>;
