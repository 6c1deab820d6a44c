//! Where the output goes: folders, devices, links, permissions; and streams that end before we do.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::kit::{Desk, Picture, Ran, cloud, number, pairs, wait};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(1000, 1)));
    desk
}

#[test]
fn an_output_in_the_wrong_place_is_an_error() {
    let desk = desk();
    fs::create_dir(desk.path("folder")).unwrap();
    for command in ["render", "aggregate"] {
        desk.run(&format!("{command} a.npy -o folder")).failed(&["directory", "(folder)"]);
        desk.run(&format!("{command} a.npy -o .")).failed(&["directory", "(.)"]);
        desk.run(&format!("{command} a.npy -o no/such/view")).failed(&["No such file", "no/such/view"]);
        desk.run(&format!("{command} a.npy -o a.npy/view")).failed(&["a.npy/view"]);
    }
    assert_eq!(desk.list("."), ["a.npy", "folder"]);
    assert!(desk.list("folder").is_empty());
}

#[test]
fn an_old_output_stays_until_the_new_one_is_whole() {
    let desk = desk();
    desk.write("view.png", "old");
    desk.run("render a.npy -o view.png --size 0x0").failed(&[]);
    desk.run("render a.npy -o view.png --norm log --limits=0..1").failed(&[]);
    assert_eq!(desk.read("view.png"), b"old");
    desk.run("render a.npy -o view.png --size 20x10").silent();
    assert_eq!(Picture::decode(&desk.read("view.png")).width, 20);
    assert_eq!(desk.list("."), ["a.npy", "view.png"]);
}

#[test]
fn a_new_output_has_the_mode_of_any_new_file() {
    let desk = desk();
    let run = |umask: &str| {
        let mut shell = Command::new("sh");
        let script = format!("umask {umask} && exec \"$0\" render a.npy -o m{umask}.png --size 9x9");
        let output = desk.dress(&mut shell).args(["-c", &script, env!("CARGO_BIN_EXE_scumble")]).output().unwrap();
        Ran::of(&script, &output).silent();
        fs::metadata(desk.path(&format!("m{umask}.png"))).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((run("022"), run("077")), (0o644, 0o600));
}

#[test]
fn devices_stay_devices() {
    let desk = desk();
    let json = desk.json("render a.npy -o /dev/null");
    assert_eq!(number(&json, "rows"), 1000);
    desk.run("aggregate a.npy -o /dev/null").silent();
    assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
    if Path::new("/dev/full").exists() {
        desk.run("render a.npy -o /dev/full").failed(&["No space left", "/dev/full"]);
        assert!(fs::symlink_metadata("/dev/full").unwrap().file_type().is_char_device());
    }
    // Standard output by its path, into a pipe.
    let direct = desk.run("render a.npy -o - --size 40x30");
    assert_eq!(desk.run("render a.npy -o /dev/stdout --size 40x30").silent().stdout, direct.stdout);
    assert_eq!(desk.list("."), ["a.npy"]);
}

#[test]
fn a_link_is_written_through() {
    // As `-o /dev/stdout > file` is: /dev/stdout is a link to a regular file then, and must not be replaced by one.
    let desk = desk();
    desk.write("target.png", "old");
    symlink("target.png", desk.path("link.png")).unwrap();
    desk.run("render a.npy -o link.png --size 20x10").silent();
    let kind = fs::symlink_metadata(desk.path("link.png")).unwrap().file_type();
    assert!(kind.is_symlink(), "the link was replaced by {kind:?}");
    assert_eq!(Picture::decode(&desk.read("target.png")).width, 20);
}

#[test]
fn an_input_is_never_overwritten() {
    let desk = desk();
    let before = desk.read("a.npy");
    for args in ["render a.npy -o a.npy", "aggregate a.npy -o ./a.npy", "render --x a.npy:0 --y a.npy:1 -o a.npy"] {
        let ran = desk.run(args);
        assert!(desk.read("a.npy") == before, "the data are gone: {ran:?}");
        ran.failed(&["a.npy"]);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let desk = desk();
    for args in [
        "info a.npy",
        "info a.npy --json",
        "render a.npy -o a.png --json",
        "completions bash",
        "render a.npy -o -",
        "--help",
    ] {
        let mut command = desk.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = wait(&mut child, Duration::from_secs(20)).unwrap();
        assert!(!stderr.contains("panicked") && status.code() != Some(101), "{args}: {status} {stderr}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_an_error_not_a_panic() {
    let desk = desk();
    for args in
        ["info a.npy", "info a.npy --json", "render a.npy -o a.png --json", "completions bash", "render a.npy -o -"]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(args, &desk.command(args).stdout(full).output().unwrap());
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        ran.failed(&["No space left"]);
    }
}

/// Runs the binary as a user whom permissions bind: as it is, or for root through `setpriv` as `nobody`. `None` where
/// root has no `setpriv`.
fn unprivileged(desk: &Desk, args: &str) -> Option<Ran> {
    if !is_root() {
        return Some(desk.run(args));
    }
    // The target folder may lie where nobody may look; a copy does not.
    let binary = desk.path("scumble-copy");
    if !binary.exists() {
        // By another process: a file that this one held open for writing could still be so in a child that another
        // test has just forked, and would be too busy to run.
        assert!(
            Command::new("cp").args([Path::new(env!("CARGO_BIN_EXE_scumble")), &binary]).status().unwrap().success()
        );
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(binary).args(args.split_whitespace());
    Some(Ran::of(args, &desk.dress(&mut command).output().ok()?))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

#[test]
fn permissions_are_kept_to() {
    let desk = desk();
    let mode = |name: &str, mode: u32| {
        fs::set_permissions(desk.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    desk.write("secret.npy", desk.read("a.npy"));
    for folder in ["locked", "open"] {
        fs::create_dir(desk.path(folder)).unwrap();
    }
    mode(".", 0o755);
    mode("secret.npy", 0o000);
    mode("locked", 0o555);
    mode("open", 0o777);
    if unprivileged(&desk, "render a.npy -o open/a.png --size 90x60").is_none() {
        // Root without setpriv: permissions do not bind root, so what can be shown is that they do not stand in its way.
        desk.run("render secret.npy -o locked/a.png --size 90x60").silent();
        return;
    }
    let run = |args: &str| unprivileged(&desk, args).unwrap();
    run("render a.npy -o open/a.png --size 90x60").silent();
    run("render secret.npy -o open/b.png").failed(&["opening the file", "Permission denied", "secret.npy"]);
    run("info secret.npy").failed(&["Permission denied", "secret.npy"]);
    run("render a.npy -o locked/a.png").failed(&["Permission denied", "locked/a.png"]);
    run("aggregate a.npy -o locked/a.npy").failed(&["Permission denied", "locked/a.npy"]);
    assert_eq!((desk.list("open"), desk.list("locked")), (vec!["a.png".to_owned()], vec![]));
    mode("locked", 0o755);
}

#[test]
fn an_unwritable_folder_is_known_before_the_pass() {
    let desk = desk();
    // Ten terabytes of nothing: a pass over them would take hours.
    fs::File::create(desk.path("vast.raw")).unwrap().set_len(10 << 40).unwrap();
    let args = "render vast.raw --dtype <f4 -o no/such/view.png";
    let mut child = desk.command(args).stderr(Stdio::piped()).spawn().unwrap();
    let status = wait(&mut child, Duration::from_secs(20));
    assert_eq!(status.and_then(|s| s.code()), Some(1));
}
