//! Files that are filmed while somebody still writes them.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::kit::{Desk, npy, wait};

const PLANE: u64 = 30 * 20;

fn plane(step: u64) -> Vec<u8> {
    (0..PLANE).map(|i| u8::try_from((i * (step + 3) + step) % 251 + 1).unwrap()).collect()
}

/// A NetCDF-3 file with an unlimited dimension, as its writer leaves it after so many records.
fn netcdf(records: u64) -> Vec<u8> {
    let word = |n: u64| u32::try_from(n).unwrap().to_be_bytes();
    let name = |text: &str| {
        let mut bytes = [&word(text.len() as u64)[..], text.as_bytes()].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let mut bytes = [b"CDF\x01".as_slice(), &word(records), &word(10), &word(3)].concat();
    for (dimension, len) in [("time", 0), ("lat", 20), ("lon", 30)] {
        bytes.extend([name(dimension), word(len).to_vec()].concat());
    }
    bytes.extend([word(0), word(0), word(11), word(1)].concat());
    bytes.extend([name("v"), [word(3), word(0), word(1), word(2), word(0), word(0)].concat()].concat());
    let begin = bytes.len() as u64 + 12;
    // The numbers are bytes.
    bytes.extend([word(1), word(PLANE), word(begin)].concat());
    for step in 0..records {
        bytes.extend(plane(step).iter().map(|byte| byte / 2));
    }
    bytes
}

#[test]
fn files_are_filmed_as_they_grow() {
    type Write = fn(&Desk, u64);
    let raw: Write = |desk, step| {
        let mut file = OpenOptions::new().append(true).create(true).open(desk.path("a.raw")).unwrap();
        let bytes = plane(step);
        file.write_all(&bytes[..100]).unwrap();
        thread::sleep(Duration::from_millis(150));
        file.write_all(&bytes[100..]).unwrap();
    };
    let preallocated: Write = |desk, step| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(desk.path("a.raw")).unwrap();
        file.set_len(12 * PLANE).unwrap();
        file.seek(SeekFrom::Start(step * PLANE)).unwrap();
        file.write_all(&plane(step)).unwrap();
    };
    // Not whole for a moment, as a writer may leave it.
    let records: Write = |desk, step| {
        let bytes = netcdf(step + 1);
        fs::write(desk.path("a.nc"), &bytes[..30]).unwrap();
        thread::sleep(Duration::from_millis(300));
        fs::write(desk.path("a.nc"), bytes).unwrap();
    };
    let array: Write = |desk, step| {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, 20, 30), }}", step + 1);
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(desk.path("a.npy")).unwrap();
        file.seek(SeekFrom::Start(128 + step * PLANE)).unwrap();
        file.write_all(&plane(step)).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&[b"\x93NUMPY\x01\x00\x76\x00", format!("{header:<117}\n").as_bytes()].concat()).unwrap();
    };
    for (write, input) in [
        (raw, "a.raw --shape 20x30 --dtype |u1"),
        (preallocated, "a.raw --shape 12x20x30 --dtype |u1"),
        (records, "a.nc"),
        (array, "a.npy"),
    ] {
        let desk = Desk::new();
        write(&desk, 0);
        let options = "--bare --size 30x20 --limits 0..255";
        let mut command = desk.command(&format!("movie {input} {options} --follow --steps 0..4 -o f/%d.png"));
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        for step in 1..4 {
            thread::sleep(Duration::from_millis(200));
            write(&desk, step);
        }
        let status = wait(&mut child, Duration::from_secs(60)).unwrap_or_else(|| panic!("{input}: it does not end"));
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(status.success(), "{input}: {stderr}");
        for step in 0..4 {
            desk.run(&format!("render {input} {options} --step {step} -o step.png")).done();
            assert!(desk.read(&format!("f/{step}.png")) == desk.read("step.png"), "{input}: step {step}");
        }
    }
}

#[test]
fn what_cannot_be_followed_is_said_with_its_place() {
    let desk = Desk::new();
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 20, 30), }";
    desk.write("a.npy", npy(1, header, &[plane(0), plane(1)].concat()));
    let layer = "[[layers]]\nfile = \"a.npy\"\n";
    desk.write("f.toml", format!("scumble = 2\n{layer}mark = \"image\"\n{layer}"));
    // It might be that somebody is writing it.
    let ran = desk.run("movie f.toml --follow --steps 0..2 -o f/%d.png");
    ran.failed(&["layers.1.file, line 6 of f.toml", "is no table", "mark = \"image\""]);
}

#[test]
#[cfg(unix)]
fn a_writer_that_dies_leaves_a_movie_of_what_came() {
    let desk = Desk::new();
    let mut file = File::create(desk.path("a.raw")).unwrap();
    file.write_all(&[plane(0), plane(1), plane(2)[..77].to_vec()].concat()).unwrap();
    let mut child = desk
        .command("movie a.raw --shape 20x30 --dtype |u1 --bare --size 30x20 --follow -o a.mp4 --json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_secs(3));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = wait(&mut child, Duration::from_secs(30)).expect("it ends");
    let (mut out, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(status.success() && out.contains("\"frames\":2"), "{out}{stderr}");
    assert!(desk.path("a.mp4").metadata().unwrap().len() > 0);
}
