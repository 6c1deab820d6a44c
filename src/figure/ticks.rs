//! Where ticks stand on an axis and what they say: pure arithmetic, no pixels, no fonts.
//!
//! Positions come from [`EdgeRule`], the function that also decides which pixel owns a row, so ticks and pixels agree.
//! Tick values are exact decimals (an `i128` times a power of ten) from beginning to end: labels are written from the
//! integer, never from a rounded f64, so no two ticks can have the same label and no digit is lost beyond 2^53.
//!
//! | scale | ticks |
//! | --- | --- |
//! | linear | multiples of 1, 2, 2.5 or 5 · 10^n; long labels share an offset or an exponent |
//! | log | decades, 2 … 9 between them; 1, 2, 5 are labelled when few decades are visible |
//! | symlog | zero and the decades on both sides |
//! | time | calendar boundaries, nanoseconds to ages; the date stands once, below the first time it holds for |

mod calendar;
pub(super) mod dates;
pub(super) mod decimal;
pub(super) mod linear;
mod log;
mod time;

#[cfg(test)]
mod tests;

use crate::scene::axis::{Axis, Scale, ViewError};
use crate::scene::edge::EdgeRule;

pub use calendar::moment;
pub use time::TimeUnit;
pub(super) use time::stamp;

/// One mark on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands, from 0 (left or bottom edge) to 1 (right or top edge).
    pub position: f64,
    /// What it says. A second line, after `\n`, holds the date from here on.
    pub label: Option<String>,
    /// Whether it is a main one.
    pub major: bool,
}

/// The marks of one axis, by ascending position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticks {
    /// Major and minor ticks, by strictly ascending position.
    pub ticks: Vec<Tick>,
    /// What all labels share, to be shown once at the end of the axis: `×10⁶`, `+ 1 672 531 200`, `×10⁻⁹ + 1`.
    /// A tick's value is its label times that power of ten plus that number.
    pub offset: Option<String>,
}

impl Ticks {
    /// The labels with their positions.
    pub fn labels(&self) -> impl Iterator<Item = (f64, &str)> {
        self.ticks.iter().filter_map(|tick| Some((tick.position, tick.label.as_deref()?)))
    }
}

/// What the numbers of an axis are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    /// Whether the column holds integers (or times), which are subtracted exactly and have no ticks between them.
    pub integer: bool,
    /// The length of one unit, if the numbers are times since 1970-01-01T00:00:00.
    pub time: Option<TimeUnit>,
}

/// How much room ticks need, in pixels along the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Least distance of two labelled ticks.
    pub major: f64,
    /// Least distance of two minor ticks.
    pub minor: f64,
}

/// The ticks of an axis whose name is `x` or `y` in messages.
///
/// # Errors
/// Those of [`EdgeRule::new`]: ranges that are inverted, empty, too wide, or reach zero on a log axis.
pub fn ticks(name: &'static str, axis: &Axis, quantity: Quantity, room: Room) -> Result<Ticks, ViewError> {
    let rule = EdgeRule::new(name, axis, quantity.integer)?;
    let ruler = Ruler { rule, axis: *axis, integer: quantity.integer, room };
    let mut found = match (axis.scale, quantity.time) {
        (Scale::Linear, Some(unit)) => time::ticks(&ruler, unit).unwrap_or_else(|| linear::ticks(&ruler)),
        (Scale::Linear, None) => linear::ticks(&ruler),
        (Scale::Log, _) => log::ticks(&ruler),
        (Scale::SymLog { linthresh }, _) => log::symmetric(&ruler, linthresh),
    };
    if axis.reversed {
        found.ticks.iter_mut().for_each(|tick| tick.position = 1.0 - tick.position);
        found.ticks.reverse();
    }
    Ok(found)
}

/// An axis with what is needed to place ticks on it.
struct Ruler {
    rule: EdgeRule,
    axis: Axis,
    integer: bool,
    room: Room,
}

impl Ruler {
    fn pixels(&self) -> f64 {
        f64::from(self.axis.pixels)
    }

    /// Both ends as f64.
    fn ends(&self) -> (f64, f64) {
        (self.axis.range.start.to_f64(), self.axis.range.end.to_f64())
    }

    /// Position, 0 to 1, of `number` · 10^`exponent`; none outside the axis.
    fn place(&self, number: i128, exponent: i32) -> Option<f64> {
        let linear = if self.integer { self.rule.linear() } else { None };
        let at = match (linear, exponent.unsigned_abs()) {
            (Some(_), power) if exponent >= 0 => {
                self.rule.position_of_integer(number.checked_mul(10_i128.checked_pow(power)?)?)
            }
            (Some(linear), power) => {
                let one = 10_i128.checked_pow(power)?;
                let rest = number.checked_sub(linear.whole.checked_mul(one)?)?;
                linear.position(decimal::to_f64(rest, 0) / decimal::to_f64(one, 0))
            }
            _ => {
                let nearest = decimal::to_f64(number, exponent);
                self.near(nearest, || decimal::beyond(number, exponent, nearest))
            }
        };
        self.within(at)
    }

    /// Position in pixels of a number that the f64 `nearest` misses by `beyond`: that of the f64 itself, which is where rows
    /// of this value are, unless it is visibly elsewhere.
    fn near(&self, nearest: f64, beyond: impl FnOnce() -> f64) -> f64 {
        let at = self.rule.position(nearest);
        let Some(linear) = self.rule.linear().filter(|linear| {
            let least = linear.width / linear.pixels * 1e-3;
            spacing(nearest) > least && nearest.is_finite()
        }) else {
            return at;
        };
        linear.position(nearest) + beyond() * linear.pixels / linear.width
    }

    /// The least distance of two numbers that the axis can tell apart.
    fn least_apart(&self) -> f64 {
        let (start, end) = self.ends();
        if self.integer { 1.0 } else { spacing(start.abs().max(end.abs())) }
    }

    /// A position in pixels as a share of the axis; none outside it. The ends themselves may be off by a rounding.
    fn within(&self, at: f64) -> Option<f64> {
        let share = at / self.pixels();
        (-1e-12..=1.0 + 1e-12).contains(&share).then(|| share.clamp(0.0, 1.0))
    }
}

/// The distance from one f64 to the next.
fn spacing(v: f64) -> f64 {
    v.abs().next_up() - v.abs()
}

/// Sorts marks and drops those that stand where another one does; major ones win.
fn in_order(mut ticks: Vec<Tick>) -> Vec<Tick> {
    ticks.sort_by(|a, b| a.position.total_cmp(&b.position).then(b.major.cmp(&a.major)));
    ticks.dedup_by(|next, kept| next.position <= kept.position);
    ticks
}

fn minor(position: f64) -> Tick {
    Tick { position, label: None, major: false }
}

fn major(position: f64, label: String) -> Tick {
    Tick { position, label: Some(label), major: true }
}
