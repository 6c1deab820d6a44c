//! The shaders without a GPU: they are valid in the least that WebGPU has, for every mode; their structs, constants,
//! bindings and workgroups are what the Rust side believes. And one test with a GPU, of their 128-bit arithmetic.
//!
//! Each check is a function that returns what is wrong; next to each a test plants an error and sees it found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::mem::offset_of;
use std::path::{Path, PathBuf};

use bytemuck::Zeroable as _;
use naga::back::PipelineConstants;
use naga::back::pipeline_constants::process_overrides;
use naga::valid::{Capabilities, GlobalUse, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Expression, Literal, Module, ShaderStage, StorageAccess, TypeInner};
use scumble::aggregate::gpu::params::{self, Axis, Settle, Shade, Splat};

// ---- What the Rust side believes ----

/// What a shader finds at a binding.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Parameters,
    Read,
    Write,
    /// A texture of counts, with atomics.
    Counts,
}
use Bound::{Counts, Parameters, Read, Write};

impl Bound {
    /// Whether a variable is what the engine binds, and is used as it must be.
    fn is_bound_to(self, module: &Module, variable: &naga::GlobalVariable, uses: GlobalUse) -> bool {
        let writes = uses.intersects(GlobalUse::WRITE | GlobalUse::ATOMIC);
        let storage = |access| variable.space == AddressSpace::Storage { access };
        match self {
            Self::Parameters => variable.space == AddressSpace::Uniform,
            Self::Read => storage(StorageAccess::LOAD) && !writes,
            Self::Write => storage(StorageAccess::LOAD | StorageAccess::STORE) && writes,
            Self::Counts => matches!(
                module.types[variable.ty].inner,
                TypeInner::Image {
                    dim: naga::ImageDimension::D2,
                    arrayed: false,
                    class: naga::ImageClass::Storage { format: naga::StorageFormat::R32Uint, access },
                } if access.contains(StorageAccess::ATOMIC)
            ),
        }
    }
}

/// A pipeline: the files of its shader, its entry point, and what `Gpu::bind` gives it, in order.
struct Pipeline {
    files: &'static [&'static str],
    entry: &'static str,
    /// Names in the shader, and what is bound there.
    bound: &'static [(&'static str, Bound)],
    /// Optional features of the adapter without which the engine does not use this pipeline.
    features: Capabilities,
    modes: &'static [u32],
}

const MODES: [u32; 5] =
    [params::MODE_COUNT, params::MODE_TOTAL, params::MODE_SQUARES, params::MODE_HIGH, params::MODE_LOW];

const SPLAT: Pipeline = Pipeline {
    files: &["common.wgsl", "planes.wgsl", "splat.wgsl"],
    entry: "splat",
    bound: &[("params", Parameters), ("tile", Read), ("edges", Read), ("planes", Write), ("rest", Write)],
    features: Capabilities::empty(),
    modes: &MODES,
};

const COUNTS: Pipeline = Pipeline {
    files: &["common.wgsl", "counts.wgsl", "splat.wgsl"],
    entry: "splat",
    bound: &[("params", Parameters), ("tile", Read), ("edges", Read), ("counts", Counts), ("rest", Write)],
    features: Capabilities::TEXTURE_ATOMIC,
    modes: &[params::MODE_COUNT],
};

const SETTLE: Pipeline = Pipeline {
    files: &["settle.wgsl"],
    entry: "settle",
    bound: &[("settle_params", Parameters), ("planes", Write)],
    features: Capabilities::empty(),
    modes: &[],
};

const SHADE: Pipeline = Pipeline {
    files: &["shade.wgsl"],
    entry: "shade",
    bound: &[("shade_params", Parameters), ("keys", Read), ("thresholds", Read), ("palette", Read), ("picture", Write)],
    features: Capabilities::empty(),
    modes: &[],
};

const PIPELINES: [Pipeline; 4] = [SPLAT, COUNTS, SETTLE, SHADE];

/// Invocations of a workgroup: `LANES` of `gpu/pass.rs`, and what `gpu/shade.rs` divides by.
const LANES: u32 = 256;

/// Limits that every WebGPU adapter has.
const BUFFERS_A_STAGE: usize = 8;
const WORKGROUP_BYTES: u32 = 16_384;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn names_in(folder: &Path, extension: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = files.filter(|n| Path::new(n).extension().is_some_and(|e| e == extension)).collect();
    names.sort();
    names
}

impl Pipeline {
    fn source(&self) -> String {
        self.files.iter().map(|f| fs::read_to_string(root().join("shaders").join(f)).unwrap()).collect()
    }
}

/// The text of `src/aggregate/gpu`, without white space.
fn gpu_code() -> String {
    let folder = root().join("src/aggregate/gpu");
    let all: String = names_in(&folder, "rs").iter().map(|n| fs::read_to_string(folder.join(n)).unwrap()).collect();
    all.split_whitespace().collect()
}

// ---- The shaders are valid ----

/// Parses and validates a shader with no optional feature. (naga 30 does not see barriers that not all reach.)
fn valid(source: &str) -> Result<(Module, ModuleInfo), String> {
    valid_with(source, Capabilities::empty())
}

fn valid_with(source: &str, features: Capabilities) -> Result<(Module, ModuleInfo), String> {
    let module = naga::front::wgsl::parse_str(source).map_err(|e| e.emit_to_string(source))?;
    let info =
        Validator::new(ValidationFlags::all(), features).validate(&module).map_err(|e| e.emit_to_string(source))?;
    Ok((module, info))
}

/// The shader as the drivers get it: with its one entry point, and the mode a constant.
fn in_mode(
    source: &str,
    features: Capabilities,
    entry: &str,
    mode: Option<u32>,
) -> Result<(Module, ModuleInfo), String> {
    let (module, info) = valid_with(source, features)?;
    let constants: PipelineConstants = mode.map(|m| ("mode".to_owned(), f64::from(m))).into_iter().collect();
    let (module, _) = process_overrides(&module, &info, Some((ShaderStage::Compute, entry)), &constants)
        .map_err(|e| format!("{e:?}"))?;
    let module = module.into_owned();
    let info = Validator::new(ValidationFlags::all(), features)
        .validate_resolved_overrides(&module)
        .map_err(|e| e.emit_to_string(source))?;
    Ok((module, info))
}

/// The module of a pipeline before and after its mode became a constant: wgpu takes the layout from the first.
fn modules(pipeline: &Pipeline, source: &str) -> Result<Vec<(Module, ModuleInfo)>, String> {
    let mut made = vec![valid_with(source, pipeline.features)?];
    if pipeline.modes.is_empty() {
        made.push(in_mode(source, pipeline.features, pipeline.entry, None)?);
    }
    for mode in pipeline.modes {
        made.push(
            in_mode(source, pipeline.features, pipeline.entry, Some(*mode)).map_err(|e| format!("mode {mode}: {e}"))?,
        );
    }
    Ok(made)
}

#[test]
fn every_shader_is_valid_in_every_mode() {
    for pipeline in &PIPELINES {
        for (module, _) in modules(pipeline, &pipeline.source()).unwrap_or_else(|e| panic!("{}: {e}", pipeline.entry)) {
            let entries: Vec<_> = module.entry_points.iter().map(|e| (e.stage, e.name.as_str())).collect();
            assert_eq!(entries, [(ShaderStage::Compute, pipeline.entry)]);
        }
    }
}

#[test]
fn invalid_shaders_are_found() {
    let source = SPLAT.source();
    let broken = [
        ("let count = axis.edge_count;", "let count: f32 = axis.edge_count;"),
        ("return low;", "return lowest;"),
        ("let cell = cell_of(x, band_row);", "let cell = params.band;"),
        // Optional features.
        ("run_rows += 1u;", "run_rows += subgroupAdd(1u);"),
        ("run_rows += 1u;", "run_rows += u32(1lu);"),
        ("var<workgroup> outside: atomic<u32>;", "var<workgroup> outside: atomic<u64>;"),
    ];
    for (good, bad) in broken {
        assert!(source.contains(good), "the shader has no `{good}` any more; plant another error");
        assert!(modules(&SPLAT, &source.replacen(good, bad, 1)).is_err(), "`{bad}` was not found");
    }
    let renamed = source.replace("override mode", "override modus");
    assert!(in_mode(&renamed, Capabilities::empty(), "splat", Some(1)).is_err());
    assert!(valid(&COUNTS.source()).is_err(), "texture atomics are optional");
    let other = COUNTS.source().replacen("r32uint, atomic", "r32uint, read_write", 1);
    assert!(modules(&COUNTS, &other).is_err(), "textures that are not for atomics have none");
}

#[test]
fn the_engine_composes_the_shaders_as_these_tests_do() {
    let code = gpu_code();
    let included: Vec<&str> = code
        .split("include_str!(\"../../../shaders/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect();
    let here: Vec<&str> = PIPELINES.iter().flat_map(|p| p.files).copied().collect();
    assert_eq!(included, here, "the shaders that src/aggregate/gpu includes, in order");
    for pipeline in [SPLAT, COUNTS] {
        let joined = pipeline.files.iter().map(|f| format!("include_str!(\"../../../shaders/{f}\")"));
        let joined = format!("concat!({})", joined.collect::<Vec<_>>().join(","));
        assert!(code.contains(&joined), "src/aggregate/gpu has no `{joined}`");
    }
    let mut sorted = here;
    sorted.push(WINDOW);
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted, names_in(&root().join("shaders"), "wgsl"), "every shader is checked");
}

/// The shader of the window where a program on the CPU paints it.
const WINDOW: &str = "window.wgsl";

#[test]
fn the_shader_of_the_window_is_valid() {
    let source = fs::read_to_string(root().join("shaders").join(WINDOW)).unwrap();
    let (module, _) = valid(&source).unwrap_or_else(|e| panic!("{e}"));
    let code = fs::read_to_string(root().join("src/ui/surface/plain.rs")).unwrap();
    assert!(code.contains(&format!("shaders/{WINDOW}")));
    let entries: Vec<_> = module.entry_points.iter().map(|e| (e.stage, e.name.as_str())).collect();
    let wanted =
        [(ShaderStage::Vertex, "corner"), (ShaderStage::Fragment, "fetched"), (ShaderStage::Fragment, "sampled")];
    assert_eq!(entries, wanted);
    for (_, name) in wanted {
        assert!(code.contains(&format!("\"{name}\"")), "{name} is of no use");
    }
    let bound: Vec<_> =
        module.global_variables.iter().filter_map(|(_, v)| v.binding.map(|b| (b.group, b.binding))).collect();
    assert_eq!(bound, [(0, 0), (1, 0), (1, 1)]);
    for (good, bad) in [("texel, 0)", "texel)"), ("vec4<f32>(place, 0.0, 1.0)", "vec4<f32>(place, 1.0)")] {
        assert!(source.contains(good) && valid(&source.replacen(good, bad, 1)).is_err(), "`{bad}` was not found");
    }
}

// ---- Entry points and workgroups ----

/// What is wrong with the workgroups of a shader whose dispatches have `lanes` invocations a workgroup.
fn workgroup_faults(module: &Module, lanes: u32) -> Vec<String> {
    let mut faults = Vec::new();
    for entry in &module.entry_points {
        if entry.workgroup_size != [lanes, 1, 1] || entry.workgroup_size_overrides.is_some() {
            faults.push(format!("{}: workgroups of {:?}, not {lanes}", entry.name, entry.workgroup_size));
        }
        // Strides are written as literals: there must be one of this number.
        let is_stride = |e: &Expression| matches!(e, Expression::Literal(Literal::U32(n)) if *n == lanes);
        if !entry.function.expressions.iter().any(|(_, e)| is_stride(e)) {
            faults.push(format!("{}: no stride of {lanes}", entry.name));
        }
    }
    let shared = module.global_variables.iter().filter(|(_, v)| v.space == AddressSpace::WorkGroup);
    let bytes: u32 = shared.map(|(_, v)| module.types[v.ty].inner.size(module.to_ctx())).sum();
    if bytes > WORKGROUP_BYTES {
        faults.push(format!("{bytes} bytes of workgroup memory"));
    }
    faults
}

#[test]
fn workgroups_are_as_dispatched() {
    for pipeline in &PIPELINES {
        for (module, _) in modules(pipeline, &pipeline.source()).unwrap() {
            assert_eq!(workgroup_faults(&module, LANES), [""; 0], "{}", pipeline.entry);
        }
    }
    let code = gpu_code();
    for wanted in [format!("constLANES:u32={LANES};"), format!("keys.len().div_ceil({LANES})")] {
        assert!(code.contains(&wanted), "src/aggregate/gpu has no `{wanted}` any more; see LANES here");
    }
}

#[test]
fn other_workgroups_are_found() {
    let source = SHADE.source();
    let faults = |source: &str| workgroup_faults(&valid(source).unwrap().0, LANES).len();
    assert_eq!(faults(&source), 0);
    assert_eq!(faults(&source.replace("@workgroup_size(256)", "@workgroup_size(64)")), 1);
    assert_eq!(faults(&source.replace("@workgroup_size(256)", "@workgroup_size(256, 2)")), 1);
    assert_eq!(faults(&source.replace("groups.x * 256u", "groups.x * 255u")), 1);
    assert_eq!(faults(&format!("{source}\nvar<workgroup> much: array<u32, 5000>;")), 1);
}

// ---- Bindings ----

/// What is wrong with the bindings that a shader uses, given what is bound at 0, 1, 2 …
///
/// Layouts are taken from the shader: a binding that the entry point does not use is not in them, and a bind group
/// that has it is refused.
fn binding_faults(module: &Module, info: &ModuleInfo, wanted: &[(&str, Bound)]) -> Vec<String> {
    let mut faults = Vec::new();
    let uses = info.get_entry_point(0);
    let used = module.global_variables.iter().filter(|(handle, _)| !uses[*handle].is_empty());
    let bound: BTreeMap<_, _> = used
        .filter_map(|(handle, v)| Some((v.binding?, (v, uses[handle]))))
        .map(|(at, v)| ((at.group, at.binding), v))
        .collect();
    for (at, (name, kind)) in (0..).zip(wanted) {
        match bound.get(&(0, at)) {
            None => faults.push(format!("binding {at} ({name}) is not used")),
            Some((variable, uses)) => {
                if variable.name.as_deref() != Some(name) {
                    faults.push(format!("binding {at} is {:?}, not {name}", variable.name));
                }
                if !kind.is_bound_to(module, variable, *uses) {
                    faults.push(format!("binding {at} ({name}) is {:?}, used for {uses:?}", variable.space));
                }
            }
        }
    }
    if bound.len() != wanted.len() {
        faults.push(format!("{} bindings, not {}", bound.len(), wanted.len()));
    }
    if bound.len() > BUFFERS_A_STAGE {
        faults.push(format!("{} storage buffers", bound.len()));
    }
    faults
}

#[test]
fn bindings_are_as_bound() {
    for pipeline in &PIPELINES {
        for (number, (module, info)) in modules(pipeline, &pipeline.source()).unwrap().iter().enumerate() {
            let faults = binding_faults(module, info, pipeline.bound);
            assert_eq!(faults, [""; 0], "{} (module {number})", pipeline.entry);
        }
    }
}

#[test]
fn other_bindings_are_found() {
    let source = SPLAT.source();
    let faults = |source: &str, bound: &[(&str, Bound)]| {
        let features = Capabilities::TEXTURE_ATOMIC;
        let (module, info) = in_mode(source, features, "splat", Some(params::MODE_COUNT)).unwrap();
        binding_faults(&module, &info, bound)
    };
    assert_eq!(faults(&source, SPLAT.bound), [""; 0]);
    assert_eq!(faults(&source.replace("@binding(1)", "@binding(7)"), SPLAT.bound), ["binding 1 (tile) is not used"]);
    let swapped = source.replace("@binding(3)", "@binding(9)").replace("@binding(4)", "@binding(3)");
    assert_eq!(faults(&swapped.replace("@binding(9)", "@binding(4)"), SPLAT.bound).len(), 2);
    // Declared, but used by nobody.
    let unused = source.replacen("atomicAdd(&rest[0]", "atomicAdd(&planes[0]", 1);
    let unused = unused.replacen("atomicAdd(&rest[1]", "atomicAdd(&planes[1]", 1);
    assert_eq!(faults(&unused, SPLAT.bound), ["binding 4 (rest) is not used", "4 bindings, not 5"]);
    let writable = source.replacen("var<storage, read> tile", "var<storage, read_write> tile", 1);
    assert_eq!(faults(&writable, SPLAT.bound).len(), 1);
    assert_eq!(faults(&source, &SPLAT.bound[..4]), ["5 bindings, not 4"]);
    let stored = source.replacen("var<uniform> params", "var<storage, read> params", 1);
    assert_eq!(faults(&stored, SPLAT.bound).len(), 1);
    // A buffer where a texture is bound, by another name; and the other way round.
    assert_eq!(faults(&source, COUNTS.bound).len(), 2);
    assert_eq!(faults(&COUNTS.source(), COUNTS.bound), [""; 0]);
    assert_eq!(faults(&COUNTS.source(), SPLAT.bound).len(), 2);
}

/// Bytes of a variable, whose type has a fixed size.
fn bytes_of(module: &Module, name: &str) -> u32 {
    let found = module.global_variables.iter().find(|(_, v)| v.name.as_deref() == Some(name));
    found.map_or(0, |(_, v)| module.types[v.ty].inner.size(module.to_ctx()))
}

#[test]
fn fixed_arrays_are_as_long_as_what_is_bound() {
    let splat = valid(&SPLAT.source()).unwrap().0;
    assert_eq!(bytes_of(&splat, "rest"), 8);
}

// ---- Structs ----

/// A member of a struct: name, type, offset and size in bytes.
type Member = (String, String, usize, usize);

/// Members in order, and total size.
type Shape = (Vec<Member>, usize);

fn member<S, F>(name: &str, offset: usize, _: fn(&S) -> &F) -> Member {
    let path = std::any::type_name::<F>();
    (name.to_owned(), path.rsplit("::").next().unwrap_or(path).to_owned(), offset, size_of::<F>())
}

/// The shape of a Rust struct, of which all members must be named.
macro_rules! rust_shape {
    ($name:ident: $($field:ident),+ $(,)?) => {{
        // Does not compile when a member is missing.
        let $name { $($field: _),+ } = $name::zeroed();
        let mut members: Vec<Member> =
            vec![$(member(stringify!($field), offset_of!($name, $field), |s: &$name| &s.$field)),+];
        members.sort_by_key(|(.., offset, _)| *offset);
        (members, size_of::<$name>())
    }};
}

fn rust_shapes() -> [(&'static str, Shape); 4] {
    [
        (
            "Axis",
            rust_shape!(Axis: edges_at, edge_count, pixels, form, low_at, high_at, has_missing, missing_low,
                missing_high, guess, origin_high, origin_low, scale, key_low, key_high, unused),
        ),
        (
            "Splat",
            rust_shape!(Splat: x, y, first_row, end_row, rows_each, width, band_first, band_rows, cells, count_rest,
                value_low_at, value_high_at, value_has_missing, value_missing_low, value_missing_high,
                unused_0, unused_1, unused_2),
        ),
        ("Settle", rust_shape!(Settle: cells)),
        ("Shade", rust_shape!(Shade: width, height, first_row, rows, empty_low, empty_high, empty, unused)),
    ]
}

fn wgsl_shapes(source: &str) -> BTreeMap<String, Shape> {
    let module = naga::front::wgsl::parse_str(source).unwrap();
    let describe = |m: &naga::StructMember| -> Member {
        let ty = &module.types[m.ty];
        let name = match (&ty.name, &ty.inner) {
            (Some(name), _) => name.clone(),
            (None, TypeInner::Scalar(naga::Scalar::U32)) => "u32".to_owned(),
            (None, TypeInner::Scalar(naga::Scalar::F32)) => "f32".to_owned(),
            (None, other) => format!("{other:?}"),
        };
        (m.name.clone().unwrap_or_default(), name, m.offset as usize, ty.inner.size(module.to_ctx()) as usize)
    };
    let shape = |(_, ty): (_, &naga::Type)| match &ty.inner {
        TypeInner::Struct { members, span } => {
            Some((ty.name.clone()?, (members.iter().map(describe).collect(), *span as usize)))
        }
        _ => None,
    };
    module.types.iter().filter_map(shape).collect()
}

/// What differs between a struct of Rust and of WGSL.
fn shape_faults(rust: &Shape, wgsl: &Shape) -> Vec<String> {
    let mut faults = Vec::new();
    if rust.1 != wgsl.1 {
        faults.push(format!("{} bytes in Rust, {} in WGSL", rust.1, wgsl.1));
    }
    for at in 0..rust.0.len().max(wgsl.0.len()) {
        let (a, b) = (rust.0.get(at), wgsl.0.get(at));
        if a != b {
            faults.push(format!("member {at}: {a:?} in Rust, {b:?} in WGSL"));
        }
    }
    faults
}

fn all_wgsl_shapes() -> BTreeMap<String, Shape> {
    PIPELINES.iter().flat_map(|p| wgsl_shapes(&p.source())).collect()
}

#[test]
fn structs_are_the_same_on_both_sides() {
    let wgsl = all_wgsl_shapes();
    for (name, rust) in rust_shapes() {
        let found = wgsl.get(name).unwrap_or_else(|| panic!("no struct {name} in the shaders"));
        assert_eq!(shape_faults(&rust, found), [""; 0], "{name}");
    }
    let mut names = rust_shapes().map(|(name, _)| name);
    names.sort_unstable();
    assert_eq!(wgsl.keys().collect::<Vec<_>>(), names.iter().collect::<Vec<_>>(), "every struct is compared");
}

#[test]
fn other_structs_are_found() {
    let source = SPLAT.source();
    let rust: BTreeMap<_, _> = rust_shapes().into();
    let faults = |source: &str, name: &str| shape_faults(&rust[name], &wgsl_shapes(source)[name]).len();
    assert_eq!((faults(&source, "Axis"), faults(&source, "Splat")), (0, 0));
    let swapped = source.replacen("    key_low: u32,\n    key_high: u32,", "    key_high: u32,\n    key_low: u32,", 1);
    assert_ne!(swapped, source);
    assert_eq!(faults(&swapped, "Axis"), 2);
    // One more or less: every offset after it moves.
    assert!(faults(&source.replacen("    unused: u32,\n", "", 1), "Axis") > 0);
    assert!(faults(&source.replacen("    unused: u32,\n", "", 1), "Splat") > 0);
    // The same bytes with another meaning.
    assert_eq!(faults(&source.replacen("unused: u32", "unused: f32", 1), "Axis"), 1);
    assert_eq!(faults(&source.replacen("unused_0: u32", "unused_9: u32", 1), "Splat"), 1);
    // The same members, padded.
    assert!(
        faults(&source.replacen("    first_row: u32,", "    @align(16) @size(16) first_row: u32,", 1), "Splat") > 0
    );
}

// ---- Constants ----

const PREFIXES: [&str; 3] = ["FORM_", "GUESS_", "MODE_"];

fn has_prefix(name: &str) -> bool {
    PREFIXES.iter().any(|p| name.starts_with(p))
}

macro_rules! rust_constants {
    ($($name:ident),+ $(,)?) => { BTreeMap::from([$((stringify!($name).to_owned(), params::$name)),+]) };
}

fn rust_constants() -> BTreeMap<String, u32> {
    rust_constants!(
        FORM_F32,
        FORM_F64,
        FORM_NARROW_INTEGER,
        FORM_WIDE_INTEGER,
        GUESS_NONE,
        GUESS_LINEAR,
        GUESS_LOG,
        MODE_COUNT,
        MODE_TOTAL,
        MODE_SQUARES,
        MODE_HIGH,
        MODE_LOW
    )
}

fn wgsl_constants(source: &str) -> BTreeMap<String, u32> {
    let module = naga::front::wgsl::parse_str(source).unwrap();
    let value = |init| match module.global_expressions[init] {
        Expression::Literal(Literal::U32(value)) => value,
        ref other => panic!("a constant that is {other:?}"),
    };
    let named = module.constants.iter().filter_map(|(_, c)| Some((c.name.clone()?, c.init)));
    named.filter(|(name, _)| has_prefix(name)).map(|(name, init)| (name, value(init))).collect()
}

#[test]
fn constants_are_the_same_on_both_sides() {
    let rust = rust_constants();
    assert_eq!(wgsl_constants(&SPLAT.source()), rust);
    let text = fs::read_to_string(root().join("src/aggregate/gpu/params.rs")).unwrap();
    let declared: Vec<&str> = text
        .lines()
        .filter_map(|l| l.strip_prefix("pub const ")?.split(':').next())
        .filter(|n| has_prefix(n))
        .collect();
    assert_eq!(declared.len(), rust.len(), "all of {declared:?} are compared");
    let modes: Vec<u32> = rust.iter().filter(|(n, _)| n.starts_with("MODE_")).map(|(_, v)| *v).collect();
    assert!(modes.iter().all(|m| MODES.contains(m)) && modes.len() == MODES.len());
    // The engine finds a mode's pipeline by its number.
    assert!((0..).zip(MODES).all(|(number, mode): (u32, u32)| number == mode));
}

#[test]
fn other_constants_are_found() {
    let source = SPLAT.source();
    for (good, bad) in [
        ("const GUESS_LOG: u32 = 2u;", "const GUESS_LOG: u32 = 3u;"),
        ("const FORM_F64: u32 = 1u;", "const FORM_F64: u32 = 1u; const FORM_F16: u32 = 9u;"),
    ] {
        assert!(source.contains(good), "the shader has no `{good}` any more; plant another error");
        assert_ne!(wgsl_constants(&source.replacen(good, bad, 1)), rust_constants(), "`{bad}` was not found");
    }
}

// ---- Arithmetic, on a GPU ----

mod arithmetic {
    use std::io::Write as _;

    use scumble::aggregate::cpu::{self, CpuOptions};
    use scumble::aggregate::gpu::{GpuEngine, GpuOptions};
    use scumble::data::parallel::Reading;
    use scumble::data::raw::RawSpec;
    use scumble::data::stats::column_stats;
    use scumble::data::table::Part;
    use scumble::data::{Dataset, Progress, Table};
    use scumble::plan::{self, ColumnFacts};
    use scumble::scene::axis::{Coordinate, Range, Scale, Size};
    use scumble::scene::layer::{AxisRequest, Layer};
    use scumble::scene::mark::Mark;
    use scumble::scene::style::Style;
    use scumble::workbench::Values;

    /// Values of pixel 0, 1, 2 …: their sums carry through all words, and back.
    const PIXELS: [&[i64]; 8] = [
        &[i64::MAX, i64::MAX, i64::MAX, 3],
        &[i64::MIN, i64::MIN, i64::MIN, -1],
        &[-1, 1],
        &[1, -1, -1],
        &[0xffff_ffff, 1],
        &[0x7fff_ffff_ffff_ffff, 1, -0x7fff_ffff_ffff_ffff, -1, 5],
        &[i64::MIN, i64::MAX, 1, 7],
        &[0x1_0000_0001, -0x1_0000_0000, 0xffff_0000, 0x1_0000],
    ];

    fn table(folder: &std::path::Path) -> Table {
        let rows: Vec<[i64; 2]> =
            (0..).zip(PIXELS).flat_map(|(x, values)| values.iter().map(move |v| [x, *v])).collect();
        let path = folder.join("rows.npy");
        let header = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': ({}, 2), }}", rows.len());
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
        file.write_all(format!("{header:<117}\n").as_bytes()).unwrap();
        for v in rows.iter().flatten() {
            file.write_all(&v.to_le_bytes()).unwrap();
        }
        drop(file);
        let dataset = Dataset::open(&path, &RawSpec::default()).unwrap();
        let column = |name: &str| dataset.column(name).unwrap();
        Table::new(vec![Part::new(vec![column("0"), column("0"), column("1")]).unwrap()]).unwrap()
    }

    fn layer(reduction: &str) -> Layer {
        let axis = |end| AxisRequest {
            range: Some(Range { start: Coordinate::Integer(0), end: Coordinate::Integer(end) }),
            scale: Scale::Linear,
            reversed: None,
        };
        let width = u32::try_from(PIXELS.len()).unwrap();
        Layer {
            x: axis(width.into()),
            y: axis(width.into()),
            aspect: scumble::scene::aspect::Aspect::AUTO,
            size: Size { width, height: 1 },
            mark: Mark::Points,
            step: 0,
            reduction: reduction.parse().unwrap(),
            style: Style::default(),
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact sum")]
    fn sums_of_128_bits_carry_and_squares_are_exact() {
        let engine = GpuEngine::new().unwrap_or_else(|e| {
            panic!("this test needs a GPU adapter, if only the software one of mesa-vulkan-drivers: {e}")
        });
        let folder = tempfile::tempdir().unwrap();
        let table = table(folder.path());
        let stats = column_stats(&table, Reading::default(), &Progress::default()).unwrap();
        let facts =
            |i: usize| ColumnFacts { kind: table.kind(i).unwrap(), stats: Some(stats[i]), time: None, is_text: false };
        for reduction in ["sum:v", "std:v", "min:v", "max:v"] {
            let plan = plan::frame(&layer(reduction), &facts(0), &facts(1), Some(&facts(2))).unwrap();
            let progress = Progress::default();
            let on_gpu = engine.aggregate(&table, &plan, GpuOptions::default(), &progress).unwrap();
            let on_cpu = cpu::aggregate(&table, &plan, CpuOptions::default(), &progress).unwrap();
            assert_eq!(on_gpu, on_cpu, "{reduction}");
            if reduction == "sum:v" {
                let sum = |values: &[i64]| values.iter().map(|v| i128::from(*v)).sum::<i128>() as f64;
                assert_eq!(on_gpu.values, Values::Real(PIXELS.map(sum).to_vec()));
            }
        }
    }
}
