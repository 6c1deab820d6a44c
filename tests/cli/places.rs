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
        desk.run(&format!("{command} a.npy -o no/such/view")).failed(&["there is no folder no/such", "no/such/view"]);
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
fn neither_a_figure_file_nor_a_color_table_is_overwritten() {
    let desk = desk();
    let outputs = |file: &str| format!("[[outputs]]\nfile = \"{file}\"\n");
    let text = "scumble = 2\nsize = \"9x9\"\n[[layers]]\nfile = \"a.npy\"\ncolormap = \"t.rgba_r\"\n";
    desk.write("t.rgba", "0 0 0\n1 1 1\n").write("plain.toml", text);
    desk.write("itself.toml", format!("{text}{}", outputs("itself.toml")));
    desk.write("table.toml", format!("{text}{}{}", outputs("first.png"), outputs("t.rgba")));
    for (link, to) in [("figure.png", "plain.toml"), ("table.png", "t.rgba"), ("figure.mp4", "plain.toml")] {
        symlink(to, desk.path(link)).unwrap();
    }
    let before = desk.list(".");
    for args in [
        "render plain.toml -o plain.toml",
        "render plain.toml -o ./figure.png",
        "render plain.toml -o t.rgba",
        "render plain.toml -o table.png",
        "render itself.toml",
        "render table.toml",
        "render a.npy --colormap t.rgba -o t.rgba",
        "movie plain.toml -o figure.mp4",
    ] {
        desk.run(args).failed(&["would replace an input; name another file"]);
        assert_eq!(desk.list("."), before, "{args}");
    }
    assert_eq!((desk.read("plain.toml"), desk.read("t.rgba")), (text.into(), b"0 0 0\n1 1 1\n".to_vec()));
    desk.run("render plain.toml -o whole.png").silent();
}

#[test]
fn each_output_has_a_file_of_its_own() {
    let desk = desk();
    let figure = |files: [&str; 2]| {
        let outputs = files.map(|file| format!("[[outputs]]\nfile = \"{file}\"\n")).concat();
        desk.write("figure.toml", format!("scumble = 2\n[[layers]]\nfile = \"a.npy\"\n{outputs}"));
        desk.run("render figure.toml")
    };
    fs::create_dir(desk.path("sub")).unwrap();
    desk.write("old.png", "old");
    symlink("old.png", desk.path("link.png")).unwrap();
    for files in [["b.png", "b.png"], ["b.png", "./sub/../b.png"], ["old.png", "link.png"]] {
        figure(files).refused(&["two outputs go to the same file", files[1]]);
    }
    figure(["b.png", ""]).refused(&["outputs.1.file is empty", "figure.toml"]);
    assert!(!desk.list(".").contains(&"b.png".to_owned()));
}

#[test]
fn a_file_is_what_its_name_says() {
    let desk = desk();
    for name in ["x.pdf", "x.svg", "x.JPG", "x.mp4", "x.npy"] {
        desk.run(&format!("render a.npy -o {name}")).refused(&[".png", name]);
        desk.run(&format!("demo -o {name}")).refused(&[".png", name]);
    }
    desk.run("render a.npy -o x.mp4").refused(&["scumble movie"]);
    desk.write("f.toml", "scumble = 2\n[[layers]]\nfile = \"a.npy\"\n[[outputs]]\nfile = \"x.pdf\"\n");
    desk.run("render f.toml").refused(&["x.pdf"]);
    assert_eq!(desk.list("."), ["a.npy", "f.toml"]);
    for name in ["view", "VIEW.PNG", "view.2"] {
        desk.run(&format!("render a.npy -o {name} --size 9x9")).silent();
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
    run("render secret.npy -o open/b.png").failed(&["opening the file", "ermission denied", "secret.npy"]);
    run("info secret.npy").failed(&["ermission denied", "secret.npy"]);
    run("render a.npy -o locked/a.png").failed(&["ermission denied", "locked/a.png"]);
    run("aggregate a.npy -o locked/a.npy").failed(&["ermission denied", "locked/a.npy"]);
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
