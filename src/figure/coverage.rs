//! How much of each pixel an outline covers: exact areas, by signed trapezoids (the method of font-rs).
//!
//! Plain f32 arithmetic in a fixed order: the same bytes on every machine.

/// Coverage of a small rectangle of pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mask {
    /// Left column and top row, relative to the origin of the outline.
    pub(super) left: i32,
    pub(super) top: i32,
    /// Columns; rows follow from the length.
    pub(super) width: usize,
    /// 0 (not covered) to 255 (covered), row by row from the top.
    pub(super) bytes: Vec<u8>,
}

/// The mask of closed contours of straight lines; y points down. Windings add up and are clipped, so overlapping
/// contours of the same direction join.
pub(super) fn mask(contours: &[Vec<[f32; 2]>]) -> Mask {
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for point in contours.iter().flatten() {
        for i in 0..2 {
            low[i] = low[i].min(point[i]);
            high[i] = high[i].max(point[i]);
        }
    }
    if !(low[0] < high[0] && low[1] < high[1]) || high[0] - low[0] > 4096.0 || high[1] - low[1] > 4096.0 {
        return Mask::default();
    }
    let (left, top) = (low[0].floor(), low[1].floor());
    let (width, height) = (index(high[0] - left) + 2, index(high[1] - top) + 1);
    // One more cell, into which the last column of the last row may spill.
    let mut areas = vec![0.0_f32; width * height + 1];
    for contour in contours {
        let shifted = |point: &[f32; 2]| [point[0] - left, point[1] - top];
        for (from, to) in contour.iter().zip(contour.iter().cycle().skip(1)) {
            line(&mut areas, width, shifted(from), shifted(to));
        }
    }
    let mut sum = 0.0;
    let bytes = areas[..width * height].iter().map(|area| {
        sum += area;
        byte(sum.abs())
    });
    Mask { left: signed(left), top: signed(top), width, bytes: bytes.collect() }
}

impl Mask {
    /// All that is nearer than so many pixels to what is covered, with an edge as soft as that.
    pub(super) fn widened(&self, reach: f32) -> Self {
        let margin = index(reach.clamp(0.0, 256.0).ceil()) + 1;
        let Ok(shift) = i32::try_from(margin) else { return self.clone() };
        if self.width == 0 {
            return Self::default();
        }
        let (height, width) = (self.bytes.len() / self.width, self.width + 2 * margin);
        let near = -shift..=shift;
        // How much of a pixel's own coverage one so far from it gets.
        let stamp: Vec<(usize, usize, f32)> = near
            .clone()
            .flat_map(|y| near.clone().map(move |x| (x, y)))
            .filter_map(|(x, y)| {
                let share = (reach + 1.0 - ((x * x + y * y) as f32).sqrt()).clamp(0.0, 1.0);
                let [x, y] = [x, y].map(|part| usize::try_from(part + shift).unwrap_or(0));
                (share > 0.0).then_some((x, y, share))
            })
            .collect();
        let mut bytes = vec![0_u8; width * (height + 2 * margin)];
        for (i, covered) in self.bytes.iter().enumerate().filter(|(_, covered)| **covered > 0) {
            let (column, row) = (i % self.width, i / self.width);
            for (x, y, share) in &stamp {
                let to = &mut bytes[(row + y) * width + column + x];
                *to = (*to).max(byte(f32::from(*covered) / 255.0 * share));
            }
        }
        Self { left: self.left - shift, top: self.top - shift, width, bytes }
    }
}

/// Adds the area to the right of a line, by the sign of its direction.
fn line(areas: &mut [f32], width: usize, from: [f32; 2], to: [f32; 2]) {
    let (sign, from, to) = if from[1] < to[1] { (1.0, from, to) } else { (-1.0, to, from) };
    let height = to[1] - from[1];
    if height <= 0.0 {
        return;
    }
    let slope = (to[0] - from[0]) / height;
    let mut x = from[0];
    for y in index(from[1])..index(to[1].ceil()) {
        let (above, below) = (number(y), number(y + 1));
        let part = below.min(to[1]) - above.max(from[1]);
        let next = x + slope * part;
        let row = &mut areas[y * width..];
        cross(row, sign * part, x.min(next).max(0.0), x.max(next).max(0.0));
        x = next;
    }
}

/// One row's share: a line from `x0` to `x1` (ascending) that spans `part` of the row's height.
fn cross(row: &mut [f32], part: f32, x0: f32, x1: f32) {
    let (first, last) = (index(x0), index(x1.ceil()));
    if last <= first + 1 {
        let middle = 0.5 * (x0 + x1) - number(first);
        row[first] += part - part * middle;
        row[first + 1] += part * middle;
        return;
    }
    // What the line has covered of each cell, summed up to its right edge.
    let per_column = (x1 - x0).recip();
    let mut covered = 0.0;
    for (column, area) in row.iter_mut().enumerate().take(last).skip(first) {
        let (left, right) = (number(column), number(column + 1));
        let (enter, leave) = (x0.max(left), x1.min(right));
        // The mean over the cell of the share already entered: a ramp, then level.
        let ramp = (leave - enter) * per_column * 0.5 * (leave - enter);
        let level = (right - leave) * (leave - x0) * per_column;
        let before = (enter - x0) * per_column * (leave - enter);
        let here = ramp + level + before;
        *area += part * (here - covered);
        covered = here;
    }
    row[last] += part * (1.0 - covered);
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; outlines are small")]
fn index(value: f32) -> usize {
    value as usize
}

#[expect(clippy::cast_possible_truncation, reason = "outlines are small")]
fn signed(value: f32) -> i32 {
    value as i32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is the clamp")]
fn byte(share: f32) -> u8 {
    (share * 255.0 + 0.5) as u8
}

fn number(value: usize) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mask: &Mask, x: i32, y: i32) -> u8 {
        let (column, row) = (x - mask.left, y - mask.top);
        match (usize::try_from(column), usize::try_from(row)) {
            (Ok(column), Ok(row)) if column < mask.width => {
                mask.bytes.get(row * mask.width + column).copied().unwrap_or(0)
            }
            _ => 0,
        }
    }

    #[test]
    fn a_rectangle_covers_shares_of_pixels() {
        let mask = mask(&[vec![[1.5, -2.0], [4.0, -2.0], [4.0, 0.25], [1.5, 0.25]]]);
        let expected = [(1, -2, 128), (2, -1, 255), (3, -2, 255), (4, -1, 0), (0, -1, 0), (1, 0, 32), (2, 0, 64)];
        for (x, y, coverage) in expected {
            assert_eq!(at(&mask, x, y), coverage, "{x} {y}");
        }
    }

    #[test]
    fn triangles_cover_their_area_wherever_they_lie() {
        for (dx, dy) in [(0.0, 0.0), (0.3, 0.7), (-17.21, 5.9)] {
            let points = [[0.0, 0.0], [13.0, 4.0], [5.0, 9.0]].map(|[x, y]: [f32; 2]| [x + dx, y + dy]);
            for turned in [points.to_vec(), points.iter().rev().copied().collect()] {
                let sum: f32 = mask(&[turned]).bytes.iter().map(|b| f32::from(*b) / 255.0).sum();
                assert!((sum - 48.5).abs() < 0.2, "{sum}");
            }
        }
    }

    #[test]
    fn what_is_widened_reaches_as_far_to_all_sides() {
        let mask = mask(&[vec![[0.0, 0.0], [4.0, 0.0], [4.0, 3.0], [0.0, 3.0]]]);
        let wide = mask.widened(2.0);
        for (x, y, covered) in
            [(1, 1, 255), (-2, 1, 255), (5, 1, 255), (-3, 1, 0), (6, 1, 0), (1, -2, 255), (1, 4, 255), (1, 5, 0)]
        {
            assert_eq!(at(&wide, x, y), covered, "{x} {y}");
        }
        // Around the corners, which are 2.83 away.
        assert!((30..60).contains(&at(&wide, -2, -2)), "{}", at(&wide, -2, -2));
        assert_eq!(Mask::default().widened(3.0), Mask::default());
        let same = mask.widened(0.0);
        assert!((-1..6).all(|y| (-1..6).all(|x| at(&same, x, y) == at(&mask, x, y))));
    }

    #[test]
    fn nothing_covers_nothing() {
        assert_eq!(mask(&[]), Mask::default());
        assert_eq!(mask(&[vec![[1.0, 1.0], [5.0, 1.0]]]), Mask::default());
        assert_eq!(mask(&[vec![[0.0, 0.0], [1e9, 0.0], [1e9, 1e9]]]), Mask::default());
    }
}
