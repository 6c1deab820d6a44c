//! Colors of layers that are laid over one another: a hue for each, on the ground there is.

use crate::workbench::frame::Theme;

use super::super::document::Document;

/// For rows, on dark and on light ground (`ColorBrewer`'s hues): where one row is, the color stands out from the ground
/// already, and where many are, it does so most.
const OF_ROWS: [[&str; 5]; 2] = [
    ["#2171b5,#deebf7", "#cb181d,#fee0d2", "#238b45,#e5f5e0", "#d94801,#feedde", "#6a51a3,#efedf5"],
    ["#6baed6,#08306b", "#fb6a4a,#67000d", "#74c476,#00441b", "#fd8d3c,#7f2704", "#9e9ac8,#3f007d"],
];

/// For fields, which have a value everywhere.
const OF_FIELDS: [&str; 5] = ["Blues", "Reds", "Greens", "fire", "oslo"];

/// A colormap that no layer of a figure has yet, where there is one.
pub(super) fn next_colormap(document: &Document, is_field: bool) -> &'static str {
    let is_taken = |name: &str| document.figure.layers.iter().any(|layer| layer.style.colormap == name);
    let hues = match (is_field, document.figure.theme) {
        (true, _) => OF_FIELDS,
        (false, Theme::Dark) => OF_ROWS[0],
        (false, Theme::Light) => OF_ROWS[1],
    };
    hues.into_iter().find(|name| !is_taken(name)).unwrap_or(hues[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::tables::colormap;

    #[test]
    fn one_row_alone_stands_out_from_the_ground() {
        for (hues, ground) in OF_ROWS.into_iter().zip([0.0, 255.0]) {
            for name in hues {
                let map = colormap(name).unwrap();
                let light = |i: usize| map.table[i][..3].iter().map(|c| f64::from(*c)).sum::<f64>() / 3.0;
                let (first, last) = (light(0), light(255));
                assert!((first - ground).abs() > 60.0 && (last - ground).abs() > (first - ground).abs(), "{name}");
            }
        }
    }
}
