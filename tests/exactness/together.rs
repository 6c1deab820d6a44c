//! Several reductions in one pass give the same bits as each in a pass of its own.

use std::path::Path;

use scumble::aggregate::Aggregate;
use scumble::aggregate::cpu::{self, Progressive};
use scumble::data::{Progress, Table};
use scumble::plan::{FramePlan, Reduce};
use scumble::scene::axis::{Scale, Size};
use scumble::workbench::figure::{DrawnFigure, FigureLayer, FigureRequest};
use scumble::workbench::sources::Sources;
use scumble::workbench::{EngineChoice, RawSpec, Strips as _, Workbench};

use super::axes::random_axis;
use super::engines::{layer, on_cpu, plan, random_cpu};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::reference::{Ruler, compare_bits};
use super::values::{Random, column_of_values, column_on_axis, poison};

const REDUCTIONS: [&str; 7] = ["count", "any", "sum:v", "mean:v", "std:v", "min:v", "max:v"];

/// Plans of all reductions, that by category with a few told apart.
fn plans(table: &Table, x: &Ruler, y: &Ruler) -> Vec<FramePlan> {
    let mut plans: Vec<FramePlan> =
        REDUCTIONS.iter().map(|reduction| plan(table, &layer(x, y, reduction)).unwrap()).collect();
    let found = table.find_categories(random_cpu(&mut Random(1)).reading, &Progress::default()).unwrap().len();
    let named = u8::try_from(found.min(3)).unwrap();
    plans.push(FramePlan { reduce: Reduce::CountBy { named, has_other: found > 3 }, ..plans[0] });
    plans
}

fn same(got: &[Aggregate], wanted: &[Aggregate], what: &str) {
    assert_eq!(got.len(), wanted.len());
    for (i, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        compare_bits(got, wanted).unwrap_or_else(|e| panic!("{what}, reduction {i}: {e}"));
        assert!(got.accounting.adds_up());
    }
}

#[test]
fn reductions_of_one_pass_are_those_of_separate_passes() {
    let mut random = Random(4242);
    for kind in [Kind::F4, Kind::F8, Kind::I1, Kind::I4, Kind::U8] {
        let scale = random.pick(&[Scale::Linear, Scale::Log, Scale::SymLog { linthresh: 0.5 }]);
        let (x, y) = (random_axis(Kind::F4, scale, &mut random), random_axis(kind, Scale::Linear, &mut random));
        let mut columns = [
            column_on_axis(Kind::F4, &x, 9_000, &mut random),
            column_on_axis(kind, &y, 9_000, &mut random),
            column_of_values(kind, 9_000, &mut random),
        ];
        for i in 0..300 {
            columns[2].values[i * 7] = poison(kind, &mut random);
        }
        random.shuffle(&mut columns);
        let opened = open(&columns, Arrangement::Packed, 0);
        let plans = plans(&opened.table, &x, &y);
        let wanted: Vec<Aggregate> =
            plans.iter().map(|plan| on_cpu(&opened.table, plan, cpu::CpuOptions::default())).collect();
        for _ in 0..4 {
            let options = random_cpu(&mut random);
            // Any of them, in any order.
            let mut order: Vec<usize> = (0..plans.len()).filter(|_| random.below(4) > 0).collect();
            if order.is_empty() {
                order.push(3);
            }
            let by = random.below(8) as usize % order.len();
            order.rotate_left(by);
            let chosen: Vec<&FramePlan> = order.iter().map(|i| &plans[*i]).collect();
            assert!(chosen.iter().all(|plan| plan.shares_pass_with(chosen[0])));
            let wanted: Vec<Aggregate> = order.iter().map(|i| wanted[*i].clone()).collect();
            let progress = Progress::default();
            let got = cpu::aggregate_together(&opened.table, &chosen, options, &progress).unwrap();
            assert_eq!(progress.rows(), 9_000, "each row is read once");
            same(&got, &wanted, &format!("{kind:?} {options:?} {order:?}"));
            let mut pass = Progressive::together(&opened.table, chosen, options);
            while !pass.is_done() {
                pass.advance(3, &Progress::default()).unwrap();
            }
            let got: Vec<Aggregate> = (0..order.len()).map(|i| pass.aggregate_of(i)).collect();
            same(&got, &wanted, &format!("in stages: {kind:?} {options:?} {order:?}"));
        }
    }
}

#[test]
fn only_plans_of_the_same_points_share_a_pass() {
    let mut random = Random(9);
    let ruler = random_axis(Kind::F8, Scale::Linear, &mut random);
    let columns = [0, 1, 2].map(|_| Column { values: vec![Num::Real(1.0); 4], ..Column::reals(Kind::F8, [1.0]) });
    let opened = open(&columns, Arrangement::Packed, 0);
    let of = |reduction: &str| plan(&opened.table, &layer(&ruler, &ruler, reduction)).unwrap();
    let (count, mean) = (of("count"), of("mean:v"));
    assert!(count.shares_pass_with(&mean) && mean.shares_pass_with(&count));
    let mut other = mean;
    other.view.x.pixels += 1;
    assert!(!count.shares_pass_with(&other));
    let lines = FramePlan { draw: scumble::plan::Draw::Lines { by_series: false }, ..count };
    assert!(!lines.shares_pass_with(&lines) && !lines.shares_pass_with(&count));
    // The budget of all grids together.
    let mut large = count;
    (large.view.x.pixels, large.view.y.pixels) = (30_000, 30_000);
    assert!(cpu::fit_together(&[&large], 1) && !cpu::fit_together(&[&large, &large], 1));
}

/// 20,000 rows of x, y and a value with gaps.
fn file(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("rows.f64");
    let mut random = Random(31);
    let rows = (0..20_000).flat_map(|i| {
        let value = if i % 50 == 0 { f64::NAN } else { random.unit() * 9.0 - 3.0 };
        [random.unit() * random.unit(), random.unit() - 0.5, value]
    });
    std::fs::write(&path, rows.flat_map(f64::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    path
}

fn request(folder: &Path, reductions: &[&str]) -> FigureRequest {
    let raw = RawSpec { dtype: Some("<f8".to_owned()), columns: Some(3), ..RawSpec::default() };
    let sources = Sources { inputs: vec![file(folder)], raw, ..Sources::default() };
    let layer = |reduction: &&str| {
        let mut layer = FigureLayer::new(sources.clone());
        layer.reduction = reduction.parse().unwrap();
        layer.style.alpha = 0.6;
        layer
    };
    let mut request = FigureRequest::new(FigureLayer::new(sources.clone()), Size { width: 400, height: 300 });
    request.layers = reductions.iter().map(layer).collect();
    request
}

#[test]
fn layers_of_a_figure_share_a_pass_and_a_banded_figure_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(folder.path(), &["count", "mean:2", "by:2:4", "max:2", "min:2", "count", "sum:1"]);
    let opened = request.open(&Progress::default()).unwrap();
    let draw = |bytes: u64| {
        let workbench = Workbench::new(EngineChoice::Cpu, Some(2), false).unwrap().with_picture_bytes(bytes);
        workbench.figure(&opened.tables(), &request, &Progress::default()).unwrap()
    };
    let whole = draw(1 << 30);
    // One for the five that have column 2 or none, one for that of column 1.
    assert_eq!(whole.passes(), 2);
    let picture = |drawn: &DrawnFigure| drawn.strip(0..drawn.size().1).unwrap().pixels;
    let not_finite: Vec<u64> = whole.accountings().iter().map(|(_, accounting)| accounting.not_finite).collect();
    assert_eq!(not_finite, [0, 400, 400, 400, 400, 0, 0]);
    let banded = draw(1 << 19);
    assert!(banded.passes() > 6, "{}", banded.passes());
    assert_eq!(banded.accountings(), whole.accountings());
    assert!(picture(&banded) == picture(&whole));
    // Where there is room for one grid only, each has a pass of its own.
    let rooms = (19..24).flat_map(|bits| (16..32_u64).map(move |part| (part << bits) / 16));
    let separate = rooms.map(draw).find(|drawn| (3..7).contains(&drawn.passes()));
    assert!(picture(&separate.unwrap()) == picture(&whole));
}
