//! A file that becomes shorter while it is read: an error or the picture of what was there, never a death by SIGBUS.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::kit::{Desk, Ran, accounting, number};

/// 12 million pairs of the f32 1.0.
const ROWS: u64 = 12_000_000;

fn fill(desk: &Desk) {
    let block: Vec<u8> = 1_f32.to_le_bytes().repeat(1 << 18);
    let mut file = File::create(desk.path("a.f32")).unwrap();
    let mut left = ROWS * 8;
    while left > 0 {
        let n = left.min(block.len() as u64);
        file.write_all(&block[..n as usize]).unwrap();
        left -= n;
    }
}

/// Runs a pass that takes long, does something to the file after a delay, and says whether the pass noticed.
///
/// Where it did not, every row must have been the 1.0 that it was: zeros in place of lost pages lie outside the view.
fn attempt(desk: &Desk, args: &str, delay: Duration, harm: impl FnOnce(&File)) -> bool {
    fill(desk);
    let _ = fs::remove_file(desk.path("out/grid.npy"));
    let file = OpenOptions::new().write(true).open(desk.path("a.f32")).unwrap();
    let args = format!("aggregate a.f32 --dtype <f4 {args} --threads 1 --size 100x100 -o out/grid.npy --json");
    let mut command = desk.command(&args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(delay);
    harm(&file);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), None, "{delay:?}: {output:?}");
    let ran = Ran::of(&args, &output);
    if ran.code == Some(0) {
        let json = ran.json();
        // A file cut before it was opened is a smaller file, as good as any other.
        assert_eq!(
            accounting(&json),
            (number(&json, "rows"), 0, 0),
            "zeros were taken for data after {delay:?}: {json}"
        );
        assert_eq!(desk.list("out"), ["grid.npy"]);
        return false;
    }
    ran.failed(&["a.f32"]);
    assert!(desk.list("out").is_empty(), "{:?}", desk.list("out"));
    ran.stderr.contains("became shorter") || ran.stderr.contains("failed to deliver")
}

const VIEW: &str = "--x-range=0.5..1.5 --y-range=0.5..1.5 --reduction std:1";

fn desk() -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.path("out")).unwrap();
    desk
}

#[test]
fn a_file_emptied_while_it_is_read() {
    let desk = desk();
    let started = Instant::now();
    let noticed = [0, 1, 3, 8, 20, 50, 110, 250]
        .into_iter()
        .filter(|ms| attempt(&desk, VIEW, Duration::from_millis(*ms), |file| file.set_len(0).unwrap()))
        .count();
    assert!(noticed > 0, "no attempt hit the pass: {:?}", started.elapsed());
}

#[test]
fn a_file_cut_within_a_page_or_grown_again() {
    let desk = desk();
    let cut = |file: &File| file.set_len(ROWS * 4 - 1234).unwrap();
    let noticed = [5, 40].into_iter().filter(|ms| attempt(&desk, VIEW, Duration::from_millis(*ms), cut)).count();
    assert!(noticed > 0);
    // The fit of the ranges is a pass of its own.
    attempt(&desk, "", Duration::from_millis(15), cut);
}
