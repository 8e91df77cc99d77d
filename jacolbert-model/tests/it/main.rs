//! What users of the crate may rely on, seen through its public surface.

mod altered_files;
mod cases;
mod cpu_engines;
mod damage;
mod devices;
mod encoding;
mod fingerprint;
mod from_bert;
mod from_config;
mod from_scratch;
mod japanese;
mod layouts;
mod parity;
mod pickles;
mod precision;
mod pylate;
mod reference;
mod scores;
mod self_check;
mod sentence;
mod settings;
mod shards;
mod stream;
mod tensor_file;
mod text;
mod tiny;
mod torch_file;

type TestResult = Result<(), Box<dyn std::error::Error>>;
