//! The tables of a figure file, as TOML has them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::data::grid::{At, Shape};
use crate::scene::aspect::Aspect;
use crate::scene::axis::{Range, Scale, Size};
use crate::scene::blend::Blend;
use crate::scene::contour::ContourStyle;
use crate::scene::hatch::Hatch;
use crate::scene::layer::AxisRequest;
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::spread::Spread;
use crate::scene::style::{Background, Category, CategoryColor, Limits, Norm, Per, Rgba, Special};
use crate::workbench::fields::Align;
use crate::workbench::figure::DPI;

use super::fingerprint::Fingerprint;
use super::text::{Text, aspect, words};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Root {
    pub(super) scumble: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<Text<Size>>,
    #[serde(default = "dpi", skip_serializing_if = "is_usual_dpi")]
    pub(super) dpi: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) theme: Option<Tone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) background: Option<Background>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) bare: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) grid: bool,
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub(super) x_label: Option<String>,
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub(super) y_label: Option<String>,
    #[serde(default, deserialize_with = "aspect", skip_serializing_if = "Option::is_none")]
    pub(super) aspect: Option<Text<Aspect>>,
    #[serde(default, skip_serializing_if = "AxisPart::is_usual")]
    pub(super) x: AxisPart,
    #[serde(default, skip_serializing_if = "AxisPart::is_usual")]
    pub(super) y: AxisPart,
    #[serde(default, skip_serializing_if = "is_first")]
    pub(super) step: u64,
    pub(super) layers: Vec<LayerPart>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) outputs: Vec<OutputPart>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tone {
    Dark,
    Light,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, expecting = "an axis with its range, scale or reversed, as x.range = \"0..1\"")]
pub(super) struct AxisPart {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) range: Option<Text<Range>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scale: Option<Text<Scale>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reversed: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a layer with its keys, as file = \"points.npy\"")]
pub(super) struct LayerPart {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<PathBuf>,
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub(super) x: Option<String>,
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub(super) y: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) filter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dtype: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) offset: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) planar: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shape: Option<Text<Shape>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) at: Vec<Text<At>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mark: Option<Mark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reduction: Option<Text<Reduction>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) spread: Option<Text<Spread>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) norm: Option<Norm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) per: Option<Per>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limits: Option<Limits>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) colormap: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) color: Option<Rgba>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alpha: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) under: Option<Rgba>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) over: Option<Rgba>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bad: Option<Rgba>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) special: Vec<Special>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) color_key: Vec<CategoryColor>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) hide: Vec<Category>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) min_alpha: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) blend: Option<Blend>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) hidden: bool,
    #[serde(default, deserialize_with = "words", skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) align: Option<Align>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) contour: Option<ContourStyle>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) hatch: Vec<Hatch>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) fingerprints: Vec<Fingerprint>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an output with its keys, as file = \"figure.png\"")]
pub(super) struct OutputPart {
    pub(super) file: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<Text<Size>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dpi: Option<f64>,
}

fn dpi() -> f64 {
    DPI
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it; the very same value")]
fn is_usual_dpi(dpi: &f64) -> bool {
    *dpi == DPI
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_first(step: &u64) -> bool {
    *step == 0
}

impl AxisPart {
    fn is_usual(&self) -> bool {
        self.range.is_none() && self.scale.is_none() && self.reversed.is_none()
    }

    pub(super) fn of(request: AxisRequest) -> Self {
        let scale = Some(request.scale).filter(|scale| *scale != Scale::default());
        Self {
            range: request.range.map(|range| Text(range.unmistakable())),
            scale: scale.map(Text),
            reversed: request.reversed,
        }
    }

    pub(super) fn request(self) -> AxisRequest {
        AxisRequest {
            range: self.range.map(|text| text.0),
            scale: self.scale.map(|text| text.0).unwrap_or_default(),
            reversed: self.reversed,
        }
    }
}
