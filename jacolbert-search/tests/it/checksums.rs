//! Checksums of the files of an index, made to fit again after a change, so that damage gets past
//! them. It knows the documented header and manifest, and no section's name.

use std::collections::BTreeMap;
use std::ops::Range;

/// The files of an index by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) const MANIFEST: &str = "manifest.json";

const MAGIC: &[u8] = b"JaColIdx";
const NUM_SECTIONS: usize = 16;
const CHECKSUM: usize = 20;
const LEN: usize = 24;
const TABLE: usize = 96;
const ENTRY: usize = 32;

/// Where the header and the sections of a file lie; all of it, for a file without sections.
pub(crate) fn parts(file: &[u8]) -> Vec<Range<usize>> {
    let Some(header) = header(file) else { return std::iter::once(0..file.len()).collect() };
    let sections = (TABLE..header.end).step_by(ENTRY).filter_map(|entry| section(file, entry));
    std::iter::once(header).chain(sections.filter(|section| !section.is_empty())).collect()
}

/// Makes all checksums of `files` fit their contents, and with `lengths` the stored lengths as well.
pub(crate) fn fix(files: &mut Files, lengths: bool) {
    let Some(manifest) = files.remove(MANIFEST) else { return };
    let mut sums = BTreeMap::new();
    for (name, file) in files.iter_mut() {
        sums.insert(name.clone(), (fix_file(file, lengths), file.len()));
    }
    files.insert(MANIFEST.into(), fixed_manifest(&manifest, &sums, lengths).unwrap_or(manifest));
}

/// The checksum that the manifest must have: of the header, or of a file without sections.
fn fix_file(file: &mut [u8], lengths: bool) -> u32 {
    let Some(header) = header(file) else { return crc32fast::hash(file) };
    if lengths {
        let len = file.len() as u64;
        file[LEN..LEN + 8].copy_from_slice(&len.to_le_bytes());
    }
    for entry in (TABLE..header.end).step_by(ENTRY) {
        if let Some(section) = section(file, entry) {
            let sum = crc32fast::hash(&file[section]);
            file[entry + 8..entry + 12].copy_from_slice(&sum.to_le_bytes());
        }
    }
    file[CHECKSUM..CHECKSUM + 4].fill(0);
    let sum = crc32fast::hash(&file[header]);
    file[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum.to_le_bytes());
    sum
}

/// The manifest with these checksums and lengths of files; `None` if it is no longer JSON.
fn fixed_manifest(
    text: &[u8],
    sums: &BTreeMap<String, (u32, usize)>,
    lengths: bool,
) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let json = text.trim_end().rsplit_once('\n').map_or(text, |(json, _)| json);
    let mut manifest: serde_json::Value = serde_json::from_str(json).ok()?;
    fix_entries(&mut manifest, sums, lengths);
    let json = serde_json::to_string_pretty(&manifest).ok()?;
    Some(format!("{json}\ncrc32 {:08x}\n", crc32fast::hash(json.as_bytes())).into_bytes())
}

/// Fixes whatever in `value` has the fields of a file, at any depth.
fn fix_entries(
    value: &mut serde_json::Value,
    sums: &BTreeMap<String, (u32, usize)>,
    lengths: bool,
) {
    match value {
        serde_json::Value::Array(values) => {
            values.iter_mut().for_each(|value| fix_entries(value, sums, lengths));
        }
        serde_json::Value::Object(fields) => {
            let name = fields.get("name").and_then(|name| name.as_str()).map(String::from);
            if let Some((sum, len)) = name.and_then(|name| sums.get(&name)) {
                fields.insert("checksum".into(), (*sum).into());
                if lengths {
                    fields.insert("length".into(), (*len).into());
                }
            }
            fields.values_mut().for_each(|value| fix_entries(value, sums, lengths));
        }
        _ => (),
    }
}

fn header(file: &[u8]) -> Option<Range<usize>> {
    file.starts_with(MAGIC).then_some(())?;
    let num_sections = u32::from_le_bytes(*file.get(NUM_SECTIONS..)?.first_chunk()?) as usize;
    let end = TABLE.checked_add(num_sections.checked_mul(ENTRY)?)?;
    (end <= file.len()).then_some(0..end)
}

fn section(file: &[u8], entry: usize) -> Option<Range<usize>> {
    let field = |at: usize| Some(u64::from_le_bytes(*file.get(at..)?.first_chunk()?) as usize);
    let start = field(entry + 16)?;
    let end = start.checked_add(field(entry + 24)?)?;
    (end <= file.len()).then_some(start..end)
}
