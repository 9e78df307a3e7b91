//! The binary as its user meets it: ready line, exit codes, signals, health.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

fn domock() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domock"));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ends(mut command: Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

/// A server that is ready, and its ready line.
fn start(mut command: Command) -> (Child, String) {
    let mut server = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (server, line)
}

fn port_of(ready: &str) -> String {
    let url = ready.split(' ').nth(2).unwrap();
    url.rsplit(':').next().unwrap().to_owned()
}

fn signal(server: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &server.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn the_ready_line_is_a_public_api() {
    let mut command = domock();
    command.args(["--port", "0", "--empty"]);
    let (mut server, line) = start(command);
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    assert_eq!(words[..2], ["domock", "ready"]);
    assert!(words[2].starts_with("http://127.0.0.1:") && !words[2].ends_with('/'), "{line}");
    assert_eq!([words[3], words[5]], ["in", "ms;"]);
    assert!(line.contains("it has no datasets"), "{line}");
    signal(&server, "TERM");
    assert_eq!(server.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    server.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "stdout has one line, the log goes to stderr");
}

#[test]
fn both_signals_end_it_with_0_and_health_tells_before_and_after() {
    for name in ["TERM", "INT"] {
        let mut command = domock();
        command.args(["--empty"]).env("DOMOCK_PORT", "0");
        let (mut server, line) = start(command);
        let port = port_of(&line);
        let health = |port: &str| {
            let mut command = domock();
            command.arg("health").env("DOMOCK_PORT", port);
            command.output().unwrap()
        };
        let well = health(&port);
        assert_eq!(well.status.code(), Some(0));
        assert!(String::from_utf8(well.stdout).unwrap().starts_with(r#"{"status":"ok""#));
        signal(&server, name);
        assert_eq!(server.wait().unwrap().code(), Some(0), "after SIG{name}");
        assert_eq!(health(&port).status.code(), Some(1));
    }
}

#[test]
fn a_flag_wins_over_its_variable_and_that_over_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = domock();
    command.args(["--port", "0", "--empty"]).env("DOMOCK_PORT", &port).env("PORT", &port);
    let (mut server, line) = start(command);
    assert_ne!(port_of(&line), port);
    server.kill().unwrap();
    server.wait().unwrap();
    let mut command = domock();
    command.arg("--empty").env("PORT", &port);
    let (code, complaint) = ends(command);
    assert_eq!(code, Some(1));
    let expected = format!(
        "domock: cannot listen on 127.0.0.1:{port}: is it in use? (--port 0 picks a free port): Address already in use (os error 98)\n"
    );
    assert_eq!(complaint, expected);
}

#[test]
fn bad_values_are_named_and_end_with_2() {
    for (arguments, variable, named) in [
        (vec!["--port", "many"], None, "--port"),
        (vec!["--host", "example.com"], None, "must be an IP address or localhost"),
        (vec!["--default-shape", "round"], None, "--default-shape"),
        (vec!["--no-such-flag"], None, "--no-such-flag"),
        (vec![], Some(("DOMOCK_MAX_QUERY_MS", "soon")), "--max-query-ms"),
    ] {
        let mut command = domock();
        command.args(&arguments);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        let (code, complaint) = ends(command);
        assert_eq!(code, Some(2), "{arguments:?}: {complaint}");
        assert!(complaint.contains(named), "{arguments:?}: {complaint}");
    }
}

#[test]
fn a_bad_seed_ends_it_with_1_and_one_line() {
    let mut command = domock();
    command.args(["--port", "0", "--seed-dir", "tests/it"]);
    let (code, complaint) = ends(command);
    assert_eq!(code, Some(1));
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(
        complaint.starts_with("domock: tests/it/") && complaint.contains("is not a seed file"),
        "{complaint}"
    );
}

#[test]
fn a_misspelt_variable_is_warned_of() {
    let mut command = domock();
    command.args(["--port", "0", "--empty"]).env("DOMOCK_PROT", "1");
    let (mut server, _) = start(command);
    signal(&server, "TERM");
    server.wait().unwrap();
    let mut log = String::new();
    server.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("DOMOCK_PROT is set, and no flag has it"), "{log}");
}

#[test]
fn version_and_help_are_there() {
    let mut command = domock();
    let version = command.arg("--version").output().unwrap();
    assert_eq!(
        String::from_utf8(version.stdout).unwrap(),
        concat!("domock ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
