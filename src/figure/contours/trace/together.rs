//! Tracing by several threads, each some of the levels: the lines of a level depend on no other.

use crate::figure::parts::each;

use super::{Contours, Field, MAX_POINTS, TraceError, check, trace, trace_within};

/// Fields of fewer nodes are not worth another thread.
const FEW: usize = 1 << 16;

/// As [`trace`], by so many threads: the same lines.
///
/// # Errors
/// As [`trace`].
pub fn trace_levels(field: &Field<'_>, levels: &[f64], threads: usize) -> Result<Contours, TraceError> {
    check(field, levels)?;
    let parts = if field.values.len() < FEW { 1 } else { threads.clamp(1, levels.len().max(1)) };
    if parts == 1 {
        return trace(field, levels);
    }
    match trace_parts(field, levels, parts) {
        // One part may have had more than its share; all together there may be few enough.
        Err(TraceError::TooMany) => trace(field, levels),
        found => found,
    }
}

fn trace_parts(field: &Field<'_>, levels: &[f64], parts: usize) -> Result<Contours, TraceError> {
    let most = MAX_POINTS / parts;
    let share = levels.len().div_ceil(parts);
    let made = each(levels.chunks(share).collect(), |levels| trace_within(field, levels, most));
    let mut found = Contours::default();
    for (number, lines) in made.into_iter().enumerate() {
        found.join(lines?.raised(number * share))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::Nodes;
    use super::*;

    #[test]
    fn threads_find_the_same_lines() {
        let (width, height) = (300_u32, 240_u32);
        let value = |i: u32| {
            let (x, y) = (f64::from(i % width) / 20.0, f64::from(i / width) / 17.0);
            if i.is_multiple_of(997) { f64::NAN } else { 3.0 * libm::sin(x) * libm::cos(y) + libm::sin(x * y) }
        };
        let values: Vec<f64> = (0..width * height).map(value).collect();
        let places = |n: u32| (0..n).map(f64::from).collect::<Vec<_>>();
        let (x, y) = (places(width), places(height));
        let nodes = Nodes::Rectilinear { x: &x, y: &y };
        let field = Field { values: &values, width: x.len(), height: y.len(), nodes };
        for count in [0, 1, 2, 7, 40] {
            let levels: Vec<f64> = (0..count).map(|i| f64::from(i) * 0.17 - 3.0).collect();
            let wanted = trace(&field, &levels).unwrap();
            assert_eq!(wanted.lines().len() > 0, count > 0);
            for threads in [0, 1, 2, 3, 8, 64] {
                let found = trace_levels(&field, &levels, threads).unwrap();
                assert!(found.lines().eq(wanted.lines()), "{count} levels, {threads} threads");
            }
        }
        assert!(trace_levels(&field, &[2.0, 1.0], 2).is_err());
    }
}
