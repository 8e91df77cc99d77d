//! Text files, each of which is one document.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::vec;

use clap::Args;
use jacolbert::Document;
use jacolbert_core::WrongFile;
use serde_json::json;
use walkdir::{DirEntry, WalkDir};

use super::left_out::LeftOut;
use crate::error::Error;

/// Which files of folders are texts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct FolderRules {
    /// Suffixes of the text files in folders
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "txt,text,md,markdown"
    )]
    suffixes: Vec<String>,
    /// Follow symbolic links in folders
    #[arg(long)]
    follow: bool,
}

/// What becomes of a file that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BadFile {
    /// It was named on the command line: an error.
    Refuse,
    /// A folder has it: it is left out, and named.
    LeaveOut,
}

/// A file and the id of its document.
#[derive(Debug)]
struct TextFile {
    path: PathBuf,
    id: String,
}

/// Text files, each of which is one document.
#[derive(Debug)]
pub(super) struct TextFiles {
    files: vec::IntoIter<TextFile>,
    bad_file: BadFile,
}

impl TextFiles {
    /// The file `path`, whose id is its path as it is given.
    pub(super) fn one(path: &Path) -> Result<Self, Error> {
        let id = id_of(path).ok_or_else(|| Error::file(path, "the name is not UTF-8"))?;
        let files = vec![TextFile { path: path.into(), id }];
        Ok(Self { files: files.into_iter(), bad_file: BadFile::Refuse })
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// The document of the next file that is a text.
    pub(super) fn next(&mut self, left_out: &mut LeftOut) -> Result<Option<Document>, Error> {
        for file in self.files.by_ref() {
            match (read_text(&file.path), self.bad_file) {
                (Ok(text), BadFile::LeaveOut) if text.trim().is_empty() => {
                    left_out.add_without_text();
                }
                (Ok(text), _) => {
                    let metadata = json!({ "path": file.id });
                    return Ok(Some(Document::new(file.id, text).with_metadata(metadata)));
                }
                (Err(what), BadFile::LeaveOut) => left_out.add_unreadable(&file.path, what),
                (Err(what), BadFile::Refuse) => return Err(Error::file(&file.path, what)),
            }
        }
        Ok(None)
    }
}

impl FolderRules {
    /// The text files of a folder and of the folders in it, in the order of their names.
    pub(super) fn find_text_files(&self, folder: &Path, left_out: &mut LeftOut) -> TextFiles {
        let mut files = Vec::new();
        let walk = WalkDir::new(folder).follow_links(self.follow).sort_by_file_name();
        let mut entries = walk.into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_path_buf();
                    left_out.add_unreadable(&path, format!("cannot be read: {error}"));
                    continue;
                }
            };
            if entry.depth() > 0 && is_hidden(&entry) {
                left_out.add_hidden();
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            } else if entry.depth() > 0 && entry.path_is_symlink() && !self.follow {
                left_out.add_link();
            } else if entry.file_type().is_file() {
                files.extend(self.text_file(&entry, folder, left_out));
            }
        }
        TextFiles { files: files.into_iter(), bad_file: BadFile::LeaveOut }
    }

    /// The file of an entry, if its suffix is one of a text and its name can be an id.
    fn text_file(
        &self,
        entry: &DirEntry,
        folder: &Path,
        left_out: &mut LeftOut,
    ) -> Option<TextFile> {
        let path = entry.path();
        if !has_suffix(path, &self.suffixes) {
            left_out.add_other_suffix();
            return None;
        }
        let id = id_of(path.strip_prefix(folder).unwrap_or(path));
        if id.is_none() {
            left_out.add_unreadable(path, "has a name that is not UTF-8");
        }
        Some(TextFile { path: path.into(), id: id? })
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn has_suffix(path: &Path, suffixes: &[String]) -> bool {
    let suffix = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    suffixes.iter().any(|known| known.trim_start_matches('.').eq_ignore_ascii_case(suffix))
}

/// The id of the file `path`: its parts with `/` between them, on every system.
fn id_of(path: &Path) -> Option<String> {
    let named = path.components().filter(|part| *part != Component::CurDir);
    let parts: Option<Vec<&str>> = named.map(|part| part.as_os_str().to_str()).collect();
    // The root is a part, too.
    Some(parts?.join("/").replace("//", "/"))
}

/// The text of a file, or why it has none.
fn read_text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    match WrongFile::text(&bytes) {
        Ok(text) if text.contains('\0') => Err("is no text: it has NUL characters".into()),
        Ok(text) => Ok(text.to_string()),
        Err(WrongFile::Empty) => Ok(String::new()),
        Err(wrong) => Err(wrong.to_string()),
    }
}
