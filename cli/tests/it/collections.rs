//! Folders of text files as collections, and what is said of a collection.

use std::fs;

use crate::TestResult;
use crate::program::{Place, model};

const LAKE: &str =
    "# 湖\n\n田沢湖は秋田県にあり、水深が約423メートルに達する日本で最も深い湖である。\n";

#[test]
fn two_commands_answer_over_a_folder_of_text_files() -> TestResult {
    let place = Place::new()?;
    place.write("notes/lakes/深い湖.md", LAKE)?;
    place.write("notes/山.txt", "\u{feff}富士山は日本で最も高い山である。\r\n")?;
    place.write("notes/tea.TXT", "千利休はわび茶を大成した茶人である。")?;
    place.run(["index", "-m", &model(), "notes/"])?.check(0);
    let found = place.run(["search", "日本で一番深い湖は？", "--json"])?.check(0);
    let hits = found.values()?;
    assert_eq!(hits.len(), 3);
    assert_eq!(hits[0]["document_id"], "lakes/深い湖.md");
    assert_eq!(hits[0]["metadata"]["path"], "lakes/深い湖.md");
    let mountain = hits.iter().find(|hit| hit["document_id"] == "山.txt").ok_or("no 山.txt")?;
    assert_eq!(mountain["content"], "富士山は日本で最も高い山である。\r\n");
    Ok(())
}

#[test]
fn what_is_left_out_of_a_folder_is_counted_and_bad_files_are_named() -> TestResult {
    let place = Place::new()?;
    place.write("notes/a.md", LAKE)?;
    place.write("notes/empty.txt", " \n")?;
    place.write("notes/picture.png", [0x89, b'P'])?;
    place.write("notes/sjis.txt", b"\x93\xfa\x96\x7b\x82\xcc\x8c\xce")?;
    place.write("notes/binary.txt", "a\0b")?;
    place.write("notes/.git/config.txt", "hidden")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.path("notes/a.md"), place.path("notes/link.md"))?;
    let ended = place.run(["index", "-m", &model(), "notes"])?.check(0);
    for expected in ["sjis.txt is not UTF-8 in line 1", "Shift_JIS", "binary.txt is no text"] {
        assert!(ended.err.contains(expected), "{expected}: {}", ended.err);
    }
    let counts = "left out: 2 files that are no text in UTF-8, 1 file without text, \
                  1 file with another suffix, 1 symbolic link, 1 hidden file or folder";
    assert!(cfg!(not(unix)) || ended.err.contains(counts), "{}", ended.err);
    assert_eq!(place.info()?["num_documents"], 1);
    Ok(())
}

#[test]
fn suffixes_and_links_are_options() -> TestResult {
    let place = Place::new()?;
    place.write("notes/a.rst", LAKE)?;
    place.write("else/b.rst", "富士山は高い。")?;
    place.write("notes/c.md", "海は広い。")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.path("else"), place.path("notes/link"))?;
    let args = ["index", "-m", &model(), "notes", "--suffixes", "rst", "--follow", "--json"];
    let summary = place.run(args)?.check(0).values()?.remove(0);
    assert_eq!(summary["documents"], if cfg!(unix) { 2 } else { 1 });
    assert_eq!(summary["left_out"]["other_suffix"], 1);
    Ok(())
}

#[test]
fn info_says_what_a_collection_is_without_its_model() -> TestResult {
    let place = Place::with_collection()?;
    let info = place.info()?;
    assert_eq!((&info["num_documents"], &info["num_passages"]), (&3.into(), &3.into()));
    assert_eq!(info["model"], model());
    assert!(place.run(["info"])?.check(0).out.contains("documents    3\n"));
    Ok(())
}

#[test]
fn verify_tells_damage_with_the_file_and_an_exit_code() -> TestResult {
    let place = Place::with_collection()?;
    place.run(["verify"])?.check(0);
    let files = fs::read_dir(place.path(".jacolbert"))?.collect::<Result<Vec<_>, _>>()?;
    let is_attachment =
        |file: &&fs::DirEntry| file.file_name().to_string_lossy().contains("attachment");
    let damaged = files.iter().find(is_attachment).ok_or("no attachment")?.path();
    let mut bytes = fs::read(&damaged)?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&damaged, bytes)?;
    let name = damaged.file_name().unwrap_or_default().to_string_lossy().into_owned();
    place.run(["verify"])?.check_error(5, &name);
    Ok(())
}

#[test]
fn a_model_that_has_moved_is_given_again_and_compact_remembers_it() -> TestResult {
    let place = Place::new()?;
    place.write("documents.tsv", "a\t富士山は高い。\n")?;
    fs::create_dir(place.path("model"))?;
    for file in fs::read_dir(model())? {
        let file = file?;
        fs::copy(file.path(), place.path("model").join(file.file_name()))?;
    }
    place.run(["index", "-m", "model", "documents.tsv"])?.check(0);
    fs::rename(place.path("model"), place.path("moved"))?;
    place.run(["search", "山"])?.check_error(6, "`--model FOLDER`");
    place.run(["search", "山", "--model", "moved"])?.check(0);
    let mut command = place.command(["search", "山"]);
    crate::program::Ended::of(command.env("JACOLBERT_MODEL", "moved").spawn()?)?.check(0);
    place.run(["compact", "--model", "moved"])?.check(0);
    place.run(["search", "山"])?.check(0);
    Ok(())
}
