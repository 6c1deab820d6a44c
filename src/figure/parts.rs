//! Rows of pixels shared among threads.

use std::ops::Range;
use std::thread;

use super::image::Image;

/// Fewer pixels are not worth a second thread.
const FEW: usize = 1 << 15;

/// Rows of `width` pixels cut into as many ranges as threads are worth it.
pub(super) fn in_parts(rows: &Range<usize>, width: usize, threads: usize) -> Vec<Range<usize>> {
    let parts = if rows.len() * width < FEW { 1 } else { threads.max(1) };
    let share = rows.len().div_ceil(parts).max(1);
    rows.clone().step_by(share).map(|first| first..(first + share).min(rows.end)).collect()
}

/// What is made of each part, in their order: each by a thread of its own, the last by the caller's.
pub(super) fn each<T: Send, R: Send>(mut parts: Vec<T>, make: impl Fn(T) -> R + Sync) -> Vec<R> {
    let last = parts.pop();
    thread::scope(|scope| {
        let make = &make;
        let others: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || make(part))).collect();
        let own = last.map(make);
        let joined = others.into_iter().map(|other| match other.join() {
            Ok(made) => made,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.chain(own).collect()
    })
}

/// The picture of some rows of `width` pixels, of which each thread makes some that lie beside each other.
pub(super) fn painted<E: Send>(
    width: u32,
    rows: Range<u32>,
    threads: usize,
    make: impl Fn(Range<u32>) -> Result<Image, E> + Sync,
) -> Result<Image, E> {
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    let parts = in_parts(&(rows.start as usize..rows.end as usize), width as usize, threads);
    let mut made = each(parts, |part| make(number(part.start)..number(part.end))).into_iter();
    let mut whole = made.next().unwrap_or_else(|| make(rows))?;
    for part in made {
        let part = part?;
        whole.height += part.height;
        whole.pixels.extend(part.pixels);
    }
    Ok(whole)
}

/// Has threads paint the rows of a picture, each thread some that lie beside each other; `paint` is given the numbers of its
/// rows and their bytes. Gives what `paint` gave, in the order of the rows.
pub(super) fn paint<R: Send>(
    pixels: &mut [u8],
    width: usize,
    threads: usize,
    paint: impl Fn(Range<usize>, &mut [u8]) -> R + Sync,
) -> Vec<R> {
    let row = width.max(1) * 4;
    let (mut rest, mut parts) = (pixels, Vec::new());
    for rows in in_parts(&(0..rest.len() / row), width, threads) {
        let (mine, further) = rest.split_at_mut(rows.len() * row);
        rest = further;
        parts.push((rows, mine));
    }
    each(parts, |(rows, pixels)| paint(rows, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_painted_once_and_in_order() {
        for (width, height) in [(1, 1), (7, 0), (300, 299), (1, 70_000), (70_000, 1)] {
            for threads in [0, 1, 2, 5] {
                let mut pixels = vec![0; width * height * 4];
                let rows = paint(&mut pixels, width, threads, |rows, pixels| {
                    assert_eq!(pixels.len(), rows.len() * width * 4);
                    for (row, pixels) in rows.clone().zip(pixels.chunks_exact_mut(width * 4)) {
                        pixels.iter_mut().for_each(|byte| *byte += 1 + u8::try_from(row % 200).unwrap());
                    }
                    rows
                });
                assert!(rows.iter().flat_map(Clone::clone).eq(0..height), "{width} x {height}, {threads} threads");
                for (row, pixels) in pixels.chunks_exact((width * 4).max(1)).enumerate() {
                    assert!(pixels.iter().all(|byte| usize::from(*byte) == 1 + row % 200));
                }
            }
        }
    }
}
