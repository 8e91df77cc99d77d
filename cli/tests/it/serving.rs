//! The server, started and stopped by the command.
#![cfg(all(feature = "serve", target_os = "linux"))]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::TestResult;
use crate::interruption::send_interruption;
use crate::program::{Ended, Place};

#[test]
fn a_server_answers_until_it_is_interrupted() -> TestResult {
    let place = Place::with_collection()?;
    let mut child = place.command(["serve", "--address", "127.0.0.1:0", "--json", "-q"]).spawn()?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let started: Value = serde_json::from_str(&line)?;
    let address = started["url"].as_str().and_then(|url| url.strip_prefix("http://"));
    let mut connection = TcpStream::connect(address.ok_or("no address")?)?;
    connection
        .write_all(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    send_interruption(&child)?;
    Ended::of(child)?.check(0);
    Ok(())
}

#[test]
fn a_server_that_cannot_start_says_why() -> TestResult {
    let place = Place::with_collection()?;
    let serve = |args: &[&str]| place.run(["serve", "-q"].iter().chain(args));
    serve(&["--address", "0.0.0.0:0"])?.check_error(2, "key");
    serve(&["a=.jacolbert", "a=.jacolbert", "--address", "127.0.0.1:0"])?.check_error(2, "\"a\"");
    serve(&["a"])?.check_error(2, "NAME=FOLDER");
    serve(&["a=no-such"])?.check_error(3, "no-such");
    Ok(())
}
