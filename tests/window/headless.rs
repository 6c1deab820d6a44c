//! Where there is no display.

use super::picture::Picture;
use super::points::cloud;
use super::screen::scumble;

#[test]
fn without_a_display_the_window_says_so_and_the_demo_writes_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["home", "run"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    std::fs::write(folder.path().join("a.npy"), cloud(100, 0.0)).unwrap();
    let output = scumble(folder.path()).arg("a.npy").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("scumble: ") && said.lines().count() == 1, "{said}");
    assert!(said.contains("no display") && said.contains("scumble render"), "{said}");
    assert!(output.stdout.is_empty());

    let output = scumble(folder.path()).args(["demo", "--points", "100000"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let path = folder.path().join("home/scumble/demo.png");
    assert!(said.contains(&path.display().to_string()), "{said}");
    let (picture, _) = Picture::read(&path);
    assert_eq!((picture.width, picture.height), (1920, 1080));
    assert!(picture.marks().0.iter().filter(|mark| **mark).count() > 10_000, "the picture shows nothing");
}
