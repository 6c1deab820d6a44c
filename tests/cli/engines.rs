//! CPU and GPU give the same bytes; without a driver only `--engine gpu` fails.

use crate::kit::{Desk, Ran, accounting, array, cloud, pairs};

/// 300 levels between -2 and 2 at unequal distances.
fn many_levels() -> String {
    let level = |i: i32| f64::from(i - 150) * f64::from((i - 150).abs()) / 1.2e4;
    (0..300).map(|i| level(i).to_string()).collect::<Vec<_>>().join(",")
}

#[test]
fn cpu_and_gpu_give_the_same_bytes() {
    let desk = Desk::new();
    let mut points = cloud(50_000, 1);
    points.extend([(f64::NAN, 0.0), (0.0, f64::INFINITY), (100.0, 0.0)]);
    desk.write("a.npy", pairs(&points));
    let ticks: Vec<u8> =
        (0..20_000_i64).flat_map(|i| [i * i + (1 << 60), i % 997]).flat_map(i64::to_le_bytes).collect();
    desk.write("i.npy", array("'<i8'", "(20000, 2)", &ticks));
    let view = "--x-range=-3..3 --y-range=-2..2 --size 333x222";
    for args in [
        format!("render a.npy {view}"),
        format!("render a.npy {view} --background none --norm log --colormap magma_r"),
        "render a.npy --size 128x64 --norm linear --limits=p1..p99".to_owned(),
        format!("render a.npy {view} --x-scale symlog --norm cbrt"),
        format!("render a.npy {view} --reduction mean:1 --norm linear"),
        format!(
            "render a.npy {view} --norm log --limits 2..9 --under #123 --over red --special 5=lime --special 3=none"
        ),
        format!("render a.npy {view} --reduction mean:1 --norm log --under blue --bad gray --special 0=lime"),
        format!("render a.npy {view} --norm boundary:1,2,5,9:both --over red"),
        format!("render a.npy {view} --reduction mean:1 --norm boundary:{}:both", many_levels()),
        format!("render a.npy {view} --reduction mean:1 --norm twoslope:0.5 --limits=-1..2 --under blue"),
        "render a.npy --size 40x40 --norm linear --limits 1e9..2e9 --colormap white,white --under none".to_owned(),
        "render i.npy --size 200x100".to_owned(),
        format!("aggregate a.npy {view}"),
        format!("aggregate a.npy {view} --reduction std:0"),
        format!("aggregate a.npy {view} --reduction min:1"),
        "aggregate i.npy --reduction sum:0 --size 200x100".to_owned(),
    ] {
        let cpu = desk.json(&format!("{args} -o cpu --engine cpu"));
        let gpu = desk.json(&format!("{args} -o gpu --engine gpu"));
        assert_eq!((cpu["engine"].as_str(), gpu["engine"].as_str()), (Some("cpu"), Some("gpu")));
        assert_eq!(accounting(&cpu), accounting(&gpu), "{args}");
        assert!(!gpu["adapter"].as_str().unwrap().is_empty());
        assert!(desk.read("cpu") == desk.read("gpu"), "{args}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_driver_only_the_gpu_engine_fails() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(1000, 1)));
    let run = |args: &str| {
        let mut command = desk.command(args);
        command.env("VK_DRIVER_FILES", "/nonexistent.json").env("VK_ICD_FILENAMES", "/nonexistent.json");
        Ran::of(args, &command.output().unwrap())
    };
    run("render a.npy -o auto.png --size 200x150 --engine auto").silent();
    run("render a.npy -o cpu.png --size 200x150 --engine cpu").silent();
    run("render a.npy -o default.png --size 200x150").silent();
    assert!(desk.read("auto.png") == desk.read("cpu.png") && desk.read("cpu.png") == desk.read("default.png"));
    run("render a.npy -o gpu.png --engine gpu").failed(&["no GPU adapter", "--engine cpu"]);
    assert_eq!(desk.list("."), ["a.npy", "auto.png", "cpu.png", "default.png"]);
}
