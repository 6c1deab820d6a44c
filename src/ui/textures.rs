//! Copies of egui's textures, so that a new graphics device can be given all of them again.
//!
//! egui hands out changes only. Whole images are shared with the change that brought them, not copied.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::{ImageData, ImageDelta};
use egui::{ColorImage, TextureId, TextureOptions};

/// All textures as egui wants them to be now.
#[derive(Default)]
pub(super) struct Textures {
    images: HashMap<TextureId, (Arc<ColorImage>, TextureOptions)>,
}

impl Textures {
    /// Takes a change in. Says how to bring it to a device that has the texture as it was before: a new image of the
    /// old size goes into the old texture, which spares the device a new one.
    pub(super) fn apply(&mut self, id: TextureId, delta: ImageDelta) -> ImageDelta {
        let ImageData::Color(patch) = &delta.image;
        let Some(corner) = delta.pos else {
            let before = self.images.insert(id, (Arc::clone(patch), delta.options));
            let fits = before.is_some_and(|(old, options)| old.size == patch.size && options == delta.options);
            return ImageDelta { pos: fits.then_some([0, 0]), ..delta };
        };
        if let Some((image, options)) = self.images.get_mut(&id) {
            copy_into(Arc::make_mut(image), patch, corner);
            *options = delta.options;
        }
        delta
    }

    /// Forgets a texture.
    pub(super) fn free(&mut self, id: TextureId) {
        self.images.remove(&id);
    }

    /// Every texture, whole.
    pub(super) fn all(&self) -> impl Iterator<Item = (TextureId, ImageDelta)> {
        self.images.iter().map(|(id, (image, options))| (*id, ImageDelta::full(Arc::clone(image), *options)))
    }
}

/// Copies a patch into an image; what lies outside is left out.
fn copy_into(image: &mut ColorImage, patch: &ColorImage, [left, top]: [usize; 2]) {
    let [width, height] = image.size;
    let columns = patch.width().min(width.saturating_sub(left));
    let rows = patch.height().min(height.saturating_sub(top));
    if columns == 0 {
        return;
    }
    let from = patch.pixels.chunks_exact(patch.width()).take(rows);
    let to = image.pixels.chunks_exact_mut(width).skip(top);
    for (from, to) in from.zip(to) {
        to[left..left + columns].copy_from_slice(&from[..columns]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::Color32;

    const ID: TextureId = TextureId::Managed(3);

    fn image(size: [usize; 2], value: u8) -> ColorImage {
        ColorImage::filled(size, Color32::from_gray(value))
    }

    fn kept(textures: &Textures) -> ColorImage {
        let (_, delta) = textures.all().find(|(id, _)| *id == ID).expect("the texture");
        let ImageData::Color(image) = delta.image;
        assert!(delta.pos.is_none(), "a new device needs it whole");
        (*image).clone()
    }

    #[test]
    fn a_patch_lands_where_it_belongs_and_only_there() {
        let mut textures = Textures::default();
        let _ = textures.apply(ID, ImageDelta::full(image([4, 3], 10), TextureOptions::LINEAR));
        let _ = textures.apply(ID, ImageDelta::partial([1, 2], image([2, 1], 20), TextureOptions::LINEAR));
        let mut wanted = image([4, 3], 10);
        wanted[(1, 2)] = Color32::from_gray(20);
        wanted[(2, 2)] = Color32::from_gray(20);
        assert_eq!(kept(&textures), wanted);
    }

    #[test]
    fn a_patch_does_not_change_the_image_that_the_sender_kept() {
        let mut textures = Textures::default();
        let sent = Arc::new(image([2, 2], 10));
        let _ = textures.apply(ID, ImageDelta::full(Arc::clone(&sent), TextureOptions::LINEAR));
        let _ = textures.apply(ID, ImageDelta::partial([0, 0], image([2, 2], 20), TextureOptions::LINEAR));
        assert_eq!(*sent, image([2, 2], 10));
        assert_eq!(kept(&textures), image([2, 2], 20));
    }

    #[test]
    fn a_patch_that_sticks_out_is_cut() {
        let mut textures = Textures::default();
        let _ = textures.apply(ID, ImageDelta::full(image([2, 2], 10), TextureOptions::LINEAR));
        for corner in [[1, 1], [2, 0], [0, 2], [9, 9]] {
            let _ = textures.apply(ID, ImageDelta::partial(corner, image([3, 3], 20), TextureOptions::LINEAR));
        }
        let mut wanted = image([2, 2], 10);
        wanted[(1, 1)] = Color32::from_gray(20);
        assert_eq!(kept(&textures), wanted);
    }

    #[test]
    fn only_an_image_of_the_same_size_and_options_goes_into_the_old_texture() {
        let mut textures = Textures::default();
        let mut pos = |size, options| textures.apply(ID, ImageDelta::full(image(size, 0), options)).pos;
        assert_eq!(pos([2, 2], TextureOptions::LINEAR), None);
        assert_eq!(pos([2, 2], TextureOptions::LINEAR), Some([0, 0]));
        assert_eq!(pos([2, 3], TextureOptions::LINEAR), None);
        assert_eq!(pos([2, 3], TextureOptions::NEAREST), None);
        assert_eq!(pos([2, 3], TextureOptions::NEAREST), Some([0, 0]));
    }

    #[test]
    fn a_freed_texture_is_gone_and_comes_back_whole() {
        let mut textures = Textures::default();
        let _ = textures.apply(ID, ImageDelta::full(image([2, 2], 0), TextureOptions::LINEAR));
        textures.free(ID);
        assert_eq!(textures.all().count(), 0);
        let again = textures.apply(ID, ImageDelta::full(image([2, 2], 0), TextureOptions::LINEAR));
        assert_eq!(again.pos, None);
    }
}
