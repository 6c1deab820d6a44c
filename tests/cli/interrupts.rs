//! Ctrl-C in a long pass: code 1 within two seconds, nothing written, an old output untouched.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::kit::{Desk, wait};

const LIMIT: Duration = Duration::from_secs(2);

/// A desk with earlier outputs in its folder `out`.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.path("out")).unwrap();
    desk.write("out/view.png", "old");
    desk.write("out/view.npy", "old");
    desk
}

fn start(desk: &Desk, args: &str) -> Child {
    let ending = if args.starts_with("aggregate") { "npy" } else { "png" };
    let mut command = desk.command(&format!("{args} -o out/view.{ending}"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the program is at work: it has a thread for signals besides its own, and some time has passed.
fn settle(child: &mut Child) {
    thread::sleep(Duration::from_millis(400));
    assert!(child.try_wait().unwrap().is_none(), "it ended before it was asked to");
}

/// Sends the signal and checks how the program ends.
fn interrupted(desk: &Desk, mut child: Child, signal: &str) {
    let sent = Instant::now();
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = wait(&mut child, LIMIT);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let Some(status) = status else {
        panic!("{signal}: still running after {:?}", sent.elapsed());
    };
    assert_eq!(status.code(), Some(1), "{signal} {status}: {stderr}");
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", "scumble: stopped; nothing was written\n"));
    assert_eq!(desk.list("out"), ["view.npy", "view.png"]);
    assert_eq!((desk.read("out/view.png"), desk.read("out/view.npy")), (b"old".to_vec(), b"old".to_vec()));
}

#[test]
fn while_standard_input_is_silent() {
    for signal in ["-INT", "-TERM"] {
        let desk = desk();
        let mut child = start(&desk, "render - --dtype <f4");
        let pipe = child.stdin.take().unwrap();
        settle(&mut child);
        interrupted(&desk, child, signal);
        drop(pipe);
    }
}

#[test]
fn while_nobody_writes_into_a_pipe() {
    let desk = desk();
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    for args in ["render pipe --dtype <f4", "render pipe"] {
        let mut child = start(&desk, args);
        settle(&mut child);
        interrupted(&desk, child, "-TERM");
    }
}

#[test]
fn while_standard_input_flows_without_end() {
    let desk = desk();
    let mut child = start(&desk, "render - --dtype <f4");
    let mut pipe = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        while pipe.write_all(&[0; 8192]).is_ok() {
            thread::sleep(Duration::from_millis(2));
        }
    });
    settle(&mut child);
    interrupted(&desk, child, "-INT");
    writer.join().unwrap();
}

#[test]
fn while_a_big_file_is_read() {
    let desk = desk();
    File::create(desk.path("vast.raw")).unwrap().set_len(1 << 40).unwrap();
    // The first pass, for the ranges; then, with ranges given, the counting itself; then `info`.
    for (args, signal) in [
        ("render vast.raw --dtype <f4", "-INT"),
        ("aggregate vast.raw --dtype <f4 --x-range=-1..1 --y-range=-1..1 --reduction std:0 --threads 1", "-TERM"),
    ] {
        let mut child = start(&desk, args);
        settle(&mut child);
        interrupted(&desk, child, signal);
    }
    let mut command = desk.command("info vast.raw --dtype <f4");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    settle(&mut child);
    interrupted(&desk, child, "-INT");
}

#[test]
fn while_the_demo_is_made() {
    let desk = desk();
    let mut command = desk.command("demo --points 200000000 -o out/view.png");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    settle(&mut child);
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(wait(&mut child, LIMIT).and_then(|s| s.code()), Some(1));
    assert!(desk.list("scumble").is_empty(), "{:?}", desk.list("scumble"));
    assert_eq!(desk.read("out/view.png"), b"old");
}
