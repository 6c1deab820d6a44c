//! Real files of every dtype, byte order and layout, and values as the file's type holds them.

use std::path::{Path, PathBuf};

use half::f16;
use scumble::data::raw::RawSpec;
use scumble::data::{Progress, Table};
use scumble::workbench::sources::Sources;
use tempfile::TempDir;

/// A type of number in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    F2,
    F4,
    F8,
    I1,
    I2,
    I4,
    I8,
    U1,
    U2,
    U4,
    U8,
    Bool,
    Time,
}

/// A value as its type holds it. A time that is `i64::MIN` is "not a time".
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Num {
    Int(i128),
    Real(f64),
}

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::F2,
        Self::F4,
        Self::F8,
        Self::I1,
        Self::I2,
        Self::I4,
        Self::I8,
        Self::U1,
        Self::U2,
        Self::U4,
        Self::U8,
        Self::Bool,
        Self::Time,
    ];

    /// NumPy's notation.
    pub fn dtype(self, big: bool) -> String {
        let code = match self {
            Self::F2 => "f2",
            Self::F4 => "f4",
            Self::F8 => "f8",
            Self::I1 => "i1",
            Self::I2 => "i2",
            Self::I4 => "i4",
            Self::I8 => "i8",
            Self::U1 => "u1",
            Self::U2 => "u2",
            Self::U4 => "u4",
            Self::U8 => "u8",
            Self::Bool => "b1",
            Self::Time => "M8[ns]",
        };
        let order = match (code.as_bytes()[1], big) {
            (b'1', _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        format!("{order}{code}")
    }

    /// Least and greatest integer; `None` for reals.
    pub fn domain(self) -> Option<(i128, i128)> {
        Some(match self {
            Self::F2 | Self::F4 | Self::F8 => return None,
            Self::I1 => (-128, 127),
            Self::I2 => (-32_768, 32_767),
            Self::I4 => (i32::MIN.into(), i32::MAX.into()),
            Self::I8 | Self::Time => (i64::MIN.into(), i64::MAX.into()),
            Self::U1 => (0, 255),
            Self::U2 => (0, 65_535),
            Self::U4 => (0, u32::MAX.into()),
            Self::U8 => (0, u64::MAX.into()),
            Self::Bool => (0, 1),
        })
    }

    pub fn is_integer(self) -> bool {
        self.domain().is_some()
    }

    /// Whether a value of this type counts as a number.
    pub fn is_number(self, v: Num) -> bool {
        match v {
            Num::Real(v) => v.is_finite(),
            Num::Int(v) => self != Self::Time || v != i64::MIN.into(),
        }
    }

    /// The value of this type nearest to a real number (integers: the one below it, clamped).
    pub fn of_real(self, v: f64) -> Num {
        match (self, self.domain()) {
            (_, Some((low, high))) => Num::Int((v.floor() as i128).clamp(low, high)),
            (Self::F2, _) => Num::Real(f16::from_f64(v).to_f64()),
            (Self::F4, _) => Num::Real(f64::from(v as f32)),
            _ => Num::Real(v),
        }
    }

    /// The value of this type nearest to an integer.
    pub fn of_integer(self, v: i128) -> Num {
        match self.domain() {
            Some((low, high)) => Num::Int(v.clamp(low, high)),
            None => self.of_real(v as f64),
        }
    }

    /// The next value of this type, up or down.
    pub fn next(self, v: Num, up: bool) -> Num {
        match (self, v) {
            (_, Num::Int(v)) => self.of_integer(if up { v + 1 } else { v - 1 }),
            (Self::F8, Num::Real(v)) => Num::Real(if up { v.next_up() } else { v.next_down() }),
            (Self::F4, Num::Real(v)) => {
                let v = v as f32;
                Num::Real(f64::from(if up { v.next_up() } else { v.next_down() }))
            }
            (_, Num::Real(v)) => {
                let small = f16::from_f64(v);
                let bits = small.to_bits();
                Num::Real(match (v == 0.0, (v > 0.0) == up) {
                    _ if !v.is_finite() => v,
                    (true, _) => f16::from_bits(if up { 1 } else { 0x8001 }).to_f64(),
                    (false, true) => f16::from_bits(bits + 1).to_f64(),
                    (false, false) => f16::from_bits(bits - 1).to_f64(),
                })
            }
        }
    }

    fn encode(self, v: Num, big: bool, out: &mut Vec<u8>) {
        let at = out.len();
        match (self, v) {
            (Self::F2, Num::Real(v)) => out.extend(f16::from_f64(v).to_le_bytes()),
            (Self::F4, Num::Real(v)) => out.extend((v as f32).to_le_bytes()),
            (Self::F8, Num::Real(v)) => out.extend(v.to_le_bytes()),
            (Self::I1 | Self::U1 | Self::Bool, Num::Int(v)) => out.push(v as u8),
            (Self::I2 | Self::U2, Num::Int(v)) => out.extend((v as u16).to_le_bytes()),
            (Self::I4 | Self::U4, Num::Int(v)) => out.extend((v as u32).to_le_bytes()),
            (Self::I8 | Self::U8 | Self::Time, Num::Int(v)) => out.extend((v as u64).to_le_bytes()),
            pair => panic!("no such value: {pair:?}"),
        }
        if big {
            out[at..].reverse();
        }
    }
}

/// One column to be written.
#[derive(Debug, Clone)]
pub struct Column {
    pub kind: Kind,
    pub big: bool,
    pub values: Vec<Num>,
}

impl Column {
    pub fn new(kind: Kind, values: impl IntoIterator<Item = Num>) -> Self {
        Self { kind, big: false, values: values.into_iter().collect() }
    }

    pub fn reals(kind: Kind, values: impl IntoIterator<Item = f64>) -> Self {
        Self::new(kind, values.into_iter().map(|v| kind.of_real(v)))
    }

    pub fn integers(kind: Kind, values: impl IntoIterator<Item = i128>) -> Self {
        Self::new(kind, values.into_iter().map(|v| kind.of_integer(v)))
    }

    pub fn dtype(&self) -> String {
        self.kind.dtype(self.big)
    }
}

/// How columns lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// Row by row; for columns of one dtype, else as `Packed`.
    Interleaved,
    /// Column by column; for columns of one dtype, else as `Packed`.
    Planar,
    /// Records with a byte of padding before each field: odd offsets and strides.
    Packed,
    /// The same records in a npy file.
    Npy,
}

const NAMES: [&str; 3] = ["x", "y", "v"];

/// A folder with files, and the table of their columns x, y and perhaps a value.
pub struct Opened {
    pub table: Table,
    _folder: TempDir,
}

/// Writes the columns x, y and perhaps a value into one file and opens it.
pub fn open(columns: &[Column], arrangement: Arrangement, offset: usize) -> Opened {
    open_parts(&[columns], arrangement, offset)
}

/// As [`open`], one file for each part.
pub fn open_parts(parts: &[&[Column]], arrangement: Arrangement, offset: usize) -> Opened {
    open_parts_by(parts, arrangement, offset, [None, None, None])
}

/// As [`open_parts`], with other columns than x, y and the value in their places.
pub fn open_parts_by(
    parts: &[&[Column]],
    arrangement: Arrangement,
    offset: usize,
    others: [Option<&str>; 3],
) -> Opened {
    let first = parts[0];
    let alike = first.iter().all(|c| c.dtype() == first[0].dtype());
    let arrangement = match arrangement {
        Arrangement::Interleaved | Arrangement::Planar if !alike => Arrangement::Packed,
        other => other,
    };
    let records = matches!(arrangement, Arrangement::Packed | Arrangement::Npy);
    let folder = tempfile::tempdir().unwrap();
    let write = |(number, part): (usize, &&[Column])| {
        let extension = if arrangement == Arrangement::Npy { "npy" } else { "bin" };
        let path = folder.path().join(format!("{number}.{extension}"));
        write_file(&path, part, arrangement, offset);
        path
    };
    let inputs = parts.iter().enumerate().map(write).collect();
    let usual = |i: usize| (i < first.len()).then(|| if records { NAMES[i].to_owned() } else { i.to_string() });
    let name = |i: usize| others[i].map(str::to_owned).or_else(|| usual(i));
    let described = RawSpec {
        dtype: Some(if records { descr(first) } else { first[0].dtype() }),
        columns: (!records).then_some(first.len() as u32),
        offset: Some(offset as u64),
        planar: Some(arrangement == Arrangement::Planar),
        shape: None,
    };
    let raw = if arrangement == Arrangement::Npy { RawSpec::default() } else { described };
    open_sources(folder, inputs, [name(0), name(1), name(2)], raw)
}

/// Opens files by what a person would write.
pub fn open_sources(folder: TempDir, inputs: Vec<PathBuf>, names: [Option<String>; 3], raw: RawSpec) -> Opened {
    let [x, y, value] = names;
    let opened = Sources { inputs, x, y, value, raw, ..Sources::default() }.open(&Progress::default()).unwrap();
    Opened { table: opened.table, _folder: folder }
}

fn descr(columns: &[Column]) -> String {
    let fields = columns.iter().zip(NAMES).map(|(c, name)| format!("('p{name}', '|u1'), ('{name}', '{}')", c.dtype()));
    format!("[{}]", fields.collect::<Vec<_>>().join(", "))
}

fn write_file(path: &Path, columns: &[Column], arrangement: Arrangement, offset: usize) {
    let rows = columns[0].values.len();
    let mut out = if arrangement == Arrangement::Npy { npy_header(columns, rows) } else { vec![0xff; offset] };
    if arrangement == Arrangement::Planar {
        for c in columns {
            c.values.iter().for_each(|v| c.kind.encode(*v, c.big, &mut out));
        }
    } else {
        for row in 0..rows {
            for c in columns {
                if arrangement != Arrangement::Interleaved {
                    out.push(0xa5);
                }
                c.kind.encode(c.values[row], c.big, &mut out);
            }
        }
    }
    std::fs::write(path, out).unwrap();
}

fn npy_header(columns: &[Column], rows: usize) -> Vec<u8> {
    let text = format!("{{'descr': {}, 'fortran_order': False, 'shape': ({rows},), }}", descr(columns));
    let padded = (text.len() + 11).next_multiple_of(64) - 10;
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((padded as u16).to_le_bytes());
    out.extend(format!("{text:<width$}\n", width = padded - 1).bytes());
    out
}
