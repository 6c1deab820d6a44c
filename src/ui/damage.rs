//! What of the window a frame changes, so that a program that paints on the CPU need not paint all of it.

use std::collections::HashSet;

use egui::epaint::{Primitive, Vertex};
use egui::{ClippedPrimitive, Color32, Mesh, Rect, TextureId, pos2};

/// Around what has changed, in pixels: more than any rounding.
const MARGIN: f32 = 1.0;

/// The part of the window in which two frames may differ, in points; [`Rect::NOTHING`] where they are the same. Textures
/// that were `touched` have another image in the second than in the first.
pub(super) fn changed(before: &[ClippedPrimitive], after: &[ClippedPrimitive], touched: &HashSet<TextureId>) -> Rect {
    let is_same = |a: &ClippedPrimitive, b: &ClippedPrimitive| same(a, b) && !is_touched(a, touched);
    let (before, after) = differing(before, after, is_same);
    if before.len() != after.len() {
        return before.iter().chain(after).fold(Rect::NOTHING, |area, primitive| area.union(reach(primitive)));
    }
    let pairs = before.iter().zip(after).filter(|(a, b)| !is_same(a, b));
    pairs.fold(Rect::NOTHING, |area, (a, b)| area.union(between(a, b, touched)))
}

/// The part of the window that an area of points covers, grown to whole pixels, with a margin; again in points.
pub(super) fn in_whole_pixels(area: Rect, pixels_per_point: f32, size: [u32; 2]) -> Rect {
    #[expect(clippy::cast_precision_loss, reason = "a window's size")]
    let window = Rect::from_min_max(pos2(0.0, 0.0), pos2(size[0] as f32, size[1] as f32));
    let area = Rect::from_min_max(
        (area.min.to_vec2() * pixels_per_point).floor().to_pos2(),
        (area.max.to_vec2() * pixels_per_point).ceil().to_pos2(),
    );
    area.expand(MARGIN).intersect(window) / pixels_per_point
}

/// What paints an area anew and nothing else: first its background, then what of a frame reaches into it.
pub(super) fn confined(frame: &[ClippedPrimitive], area: Rect, background: Color32) -> Vec<ClippedPrimitive> {
    let mut ground = Mesh::default();
    ground.add_colored_rect(area, background);
    let mut confined = vec![ClippedPrimitive { clip_rect: area, primitive: Primitive::Mesh(ground) }];
    for ClippedPrimitive { clip_rect, primitive } in frame {
        let clip_rect = clip_rect.intersect(area);
        if clip_rect.is_positive() {
            confined.push(ClippedPrimitive { clip_rect, primitive: primitive.clone() });
        }
    }
    confined
}

/// What is left of two sequences without what they begin and end with alike.
fn differing<'a, 'b, T>(before: &'a [T], after: &'b [T], is_same: impl Fn(&T, &T) -> bool) -> (&'a [T], &'b [T]) {
    let first = before.iter().zip(after).take_while(|(a, b)| is_same(a, b)).count();
    let (before, after) = (&before[first..], &after[first..]);
    let last = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| is_same(a, b)).count();
    (&before[..before.len() - last], &after[..after.len() - last])
}

fn same(a: &ClippedPrimitive, b: &ClippedPrimitive) -> bool {
    match (&a.primitive, &b.primitive) {
        (Primitive::Mesh(x), Primitive::Mesh(y)) => a.clip_rect == b.clip_rect && x == y,
        _ => false,
    }
}

fn is_touched(primitive: &ClippedPrimitive, touched: &HashSet<TextureId>) -> bool {
    matches!(&primitive.primitive, Primitive::Mesh(mesh) if touched.contains(&mesh.texture_id))
}

/// The most that a primitive can cover.
fn reach(primitive: &ClippedPrimitive) -> Rect {
    match &primitive.primitive {
        Primitive::Mesh(mesh) => mesh.calc_bounds().intersect(primitive.clip_rect),
        Primitive::Callback(_) => primitive.clip_rect,
    }
}

/// Where two primitives that take the same place in their frames may differ.
fn between(a: &ClippedPrimitive, b: &ClippedPrimitive, touched: &HashSet<TextureId>) -> Rect {
    let (Primitive::Mesh(x), Primitive::Mesh(y)) = (&a.primitive, &b.primitive) else {
        return reach(a).union(reach(b));
    };
    if a.clip_rect != b.clip_rect || x.texture_id != y.texture_id || touched.contains(&x.texture_id) {
        return reach(a).union(reach(b));
    }
    // A mesh is its triangles one after another, so only those that differ can change anything.
    let (before, after) = (triangles(x), triangles(y));
    let (before, after) = differing(&before, &after, |p, q| p == q);
    let has_pairs = before.len() == after.len();
    let stays = |i: usize| has_pairs && before[i] == after[i];
    let moved = |list: &[[Vertex; 3]]| {
        let corners = list.iter().enumerate().filter(|(i, _)| !stays(*i)).flat_map(|(_, triangle)| triangle);
        corners.fold(Rect::NOTHING, |mut area, vertex| {
            area.extend_with(vertex.pos);
            area
        })
    };
    moved(before).union(moved(after)).intersect(a.clip_rect)
}

fn triangles(mesh: &Mesh) -> Vec<[Vertex; 3]> {
    let corner = |index: u32| mesh.vertices[index as usize];
    mesh.indices.as_chunks::<3>().0.iter().map(|triangle| triangle.map(corner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::vec2;

    const WINDOW: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(100.0, 100.0) };

    fn mesh(rects: &[(f32, f32, u8)]) -> ClippedPrimitive {
        let mut mesh = Mesh::default();
        for (x, y, gray) in rects {
            mesh.add_colored_rect(Rect::from_min_size(pos2(*x, *y), vec2(4.0, 4.0)), Color32::from_gray(*gray));
        }
        ClippedPrimitive { clip_rect: WINDOW, primitive: Primitive::Mesh(mesh) }
    }

    fn at(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(width, height))
    }

    #[test]
    fn equal_frames_differ_nowhere() {
        let frame = [mesh(&[(0.0, 0.0, 1), (10.0, 0.0, 1)]), mesh(&[(20.0, 20.0, 2)])];
        assert!(!changed(&frame, &frame.clone(), &HashSet::new()).is_positive());
    }

    #[test]
    fn a_color_that_changed_is_found_where_it_is() {
        let before = [mesh(&[(0.0, 0.0, 1), (10.0, 8.0, 1), (30.0, 0.0, 1)])];
        let after = [mesh(&[(0.0, 0.0, 1), (10.0, 8.0, 9), (30.0, 0.0, 1)])];
        assert_eq!(changed(&before, &after, &HashSet::new()), at(10.0, 8.0, 4.0, 4.0));
    }

    #[test]
    fn what_came_or_went_is_found_though_all_after_it_moved_up() {
        let before = [mesh(&[(0.0, 0.0, 1), (30.0, 0.0, 1)])];
        let after = [mesh(&[(0.0, 0.0, 1), (10.0, 8.0, 9), (30.0, 0.0, 1)])];
        assert_eq!(changed(&before, &after, &HashSet::new()), at(10.0, 8.0, 4.0, 4.0));
        assert_eq!(changed(&after, &before, &HashSet::new()), at(10.0, 8.0, 4.0, 4.0));
        let (tooltip, panel) = (mesh(&[(50.0, 50.0, 3)]), mesh(&[(0.0, 0.0, 1)]));
        assert_eq!(
            changed(std::slice::from_ref(&panel), &[panel.clone(), tooltip], &HashSet::new()),
            at(50.0, 50.0, 4.0, 4.0)
        );
    }

    #[test]
    fn what_moved_is_both_where_it_was_and_where_it_is() {
        let area = changed(&[mesh(&[(0.0, 0.0, 1)])], &[mesh(&[(10.0, 8.0, 1)])], &HashSet::new());
        assert_eq!(area, at(0.0, 0.0, 14.0, 12.0));
    }

    #[test]
    fn another_image_changes_all_that_shows_it_within_its_clip() {
        let mut shows = mesh(&[(0.0, 0.0, 1), (10.0, 0.0, 1)]);
        shows.clip_rect = at(0.0, 0.0, 12.0, 2.0);
        let frame = [mesh(&[(40.0, 40.0, 1)]), shows];
        let Primitive::Mesh(other) = &frame[0].primitive else { panic!("a mesh") };
        let touched = HashSet::from([other.texture_id]);
        assert_eq!(changed(&frame, &frame.clone(), &touched), at(0.0, 0.0, 44.0, 44.0));
        assert_eq!(changed(&frame[1..], &frame[1..], &touched), at(0.0, 0.0, 12.0, 2.0));
    }

    #[test]
    fn an_order_that_changed_is_seen() {
        let (a, b) = (mesh(&[(0.0, 0.0, 1)]), mesh(&[(2.0, 2.0, 9)]));
        let area = changed(&[a.clone(), b.clone()], &[b, a], &HashSet::new());
        assert_eq!(area, at(0.0, 0.0, 6.0, 6.0));
    }

    #[test]
    fn whole_pixels_hold_the_area_and_stay_in_the_window() {
        let area = in_whole_pixels(Rect::from_min_max(pos2(1.3, 0.2), pos2(9.1, 70.0)), 1.5, [100, 90]);
        let pixels = area * 1.5;
        assert_eq!(pixels, Rect::from_min_max(pos2(0.0, 0.0), pos2(15.0, 90.0)));
    }

    #[test]
    fn an_area_gets_its_ground_and_what_reaches_into_it() {
        let mut far = mesh(&[(80.0, 80.0, 1)]);
        far.clip_rect = at(70.0, 70.0, 30.0, 30.0);
        let painted = confined(&[mesh(&[(0.0, 0.0, 1)]), far], at(0.0, 0.0, 10.0, 10.0), Color32::RED);
        assert_eq!(painted.len(), 2);
        assert!(painted.iter().all(|primitive| primitive.clip_rect == at(0.0, 0.0, 10.0, 10.0)));
    }
}
