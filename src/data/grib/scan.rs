//! Finds the messages of GRIB2 files and their sections, without looking at a value.

use std::ops::Range;

/// The longest section that describes a product or its packing, in bytes.
const MAX_DESCRIPTION: usize = 1 << 20;
/// The most messages of all files together.
const MAX_MESSAGES: usize = 1 << 22;

/// Where the sections of a field lie in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The number of the file.
    pub(super) part: usize,
    pub(super) discipline: u8,
    /// Section 1: reference time.
    pub(super) identification: Range<usize>,
    /// Section 3.
    pub(super) grid: Range<usize>,
    /// Section 4.
    pub(super) product: Range<usize>,
    /// Section 5.
    pub(super) packing: Range<usize>,
    /// Section 6, or that of an earlier field which it names.
    pub(super) bitmap: Range<usize>,
    /// Section 7.
    pub(super) data: Range<usize>,
}

/// The fields of a file, and what is worth telling.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) fields: Vec<Field>,
    /// Messages of GRIB 1.
    pub(super) old: usize,
    /// Messages that end early or contradict themselves.
    pub(super) damaged: usize,
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_be_bytes(*raw))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_be_bytes(*raw))
}

/// GRIB's signed numbers: a sign and a size.
pub(super) fn signed32(bytes: &[u8], at: usize) -> Option<i64> {
    let raw = be32(bytes, at)?;
    let size = i64::from(raw & 0x7fff_ffff);
    Some(if raw >> 31 == 1 { -size } else { size })
}

pub(super) fn signed16(bytes: &[u8], at: usize) -> Option<i32> {
    let raw = be16(bytes, at)?;
    let size = i32::from(raw & 0x7fff);
    Some(if raw >> 15 == 1 { -size } else { size })
}

impl Scan {
    /// Adds the fields of a file.
    pub(super) fn add(&mut self, bytes: &[u8], part: usize) {
        let mut at = 0;
        while let Some(start) = next_message(bytes, at) {
            if self.fields.len() >= MAX_MESSAGES {
                return;
            }
            at = match bytes.get(start + 7) {
                Some(2) => self.message(bytes, part, start),
                Some(1) => {
                    self.old += 1;
                    let len = bytes
                        .get(start + 4..start + 7)
                        .map_or(0, |l| l.iter().fold(0, |n, b| n << 8 | usize::from(*b)));
                    start + len.max(8)
                }
                _ => start + 4,
            };
        }
    }

    /// Adds the fields of a message; gives where to look for the next.
    fn message(&mut self, bytes: &[u8], part: usize, start: usize) -> usize {
        let len =
            bytes.get(start + 8..start + 16).and_then(|raw| raw.first_chunk()).map(|raw| u64::from_be_bytes(*raw));
        let end = len.and_then(|len| usize::try_from(len).ok()).and_then(|len| start.checked_add(len));
        let whole = end.filter(|end| *end <= bytes.len() && *end >= start + 20);
        let before = self.fields.len();
        let found = self.sections(bytes.get(..whole.unwrap_or(bytes.len())).unwrap_or(bytes), part, start);
        let is_sound = whole.is_some() && found.is_some() && self.fields.len() > before;
        if !is_sound {
            self.damaged += 1;
        }
        // A wrong length must not hide the messages that follow.
        if is_sound { whole.unwrap_or(start + 4) } else { start + 4 }
    }

    /// Reads sections up to the end of a message; none where one of them is not sound.
    fn sections(&mut self, bytes: &[u8], part: usize, start: usize) -> Option<()> {
        let discipline = *bytes.get(start + 6)?;
        let mut found: [Option<Range<usize>>; 8] = std::array::from_fn(|_| None);
        let mut own_bitmap: Option<Range<usize>> = None;
        let mut at = start + 16;
        loop {
            if bytes.get(at..at + 4)? == b"7777" {
                return Some(());
            }
            let len = usize::try_from(be32(bytes, at)?).ok()?;
            let number = usize::from(*bytes.get(at + 4)?);
            let section = at..at.checked_add(len)?;
            if len < 5 || !(1..=7).contains(&number) || section.end > bytes.len() {
                return None;
            }
            if (number == 4 || number == 5 || number == 1) && len > MAX_DESCRIPTION {
                return None;
            }
            at = section.end;
            if number == 6 {
                match bytes.get(section.start + 5)? {
                    0 => own_bitmap = Some(section.clone()),
                    254 => {
                        found[6].clone_from(&own_bitmap);
                        continue;
                    }
                    _ => {}
                }
            }
            found[number] = Some(section);
            if number == 7 {
                let get = |i: usize| found[i].clone();
                self.fields.push(Field {
                    part,
                    discipline,
                    identification: get(1)?,
                    grid: get(3)?,
                    product: get(4)?,
                    packing: get(5)?,
                    bitmap: get(6)?,
                    data: get(7)?,
                });
            }
        }
    }
}

/// Where the next message begins; other bytes may lie between messages.
fn next_message(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(4).position(|four| four == b"GRIB").map(|at| from + at)
}
