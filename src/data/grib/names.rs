//! Names and units of common quantities (as ECMWF and WMO have them) and levels.

/// Discipline, category and number; short name, name, units.
type Row = ((u8, u8, u8), &'static str, &'static str, &'static str);

const QUANTITIES: &[Row] = &[
    ((0, 0, 0), "t", "Temperature", "K"),
    ((0, 0, 2), "pt", "Potential temperature", "K"),
    ((0, 0, 4), "mx2t", "Maximum temperature", "K"),
    ((0, 0, 5), "mn2t", "Minimum temperature", "K"),
    ((0, 0, 6), "dpt", "Dew point temperature", "K"),
    ((0, 0, 10), "slhf", "Latent heat net flux", "W m-2"),
    ((0, 0, 11), "sshf", "Sensible heat net flux", "W m-2"),
    ((0, 0, 17), "skt", "Skin temperature", "K"),
    ((0, 0, 21), "aptmp", "Apparent temperature", "K"),
    ((0, 1, 0), "q", "Specific humidity", "kg kg-1"),
    ((0, 1, 1), "r", "Relative humidity", "%"),
    ((0, 1, 3), "pwat", "Precipitable water", "kg m-2"),
    ((0, 1, 7), "prate", "Precipitation rate", "kg m-2 s-1"),
    ((0, 1, 8), "tp", "Total precipitation", "kg m-2"),
    ((0, 1, 10), "acpcp", "Convective precipitation", "kg m-2"),
    ((0, 1, 11), "sde", "Snow depth", "m"),
    ((0, 1, 13), "sdwe", "Water equivalent of accumulated snow depth", "kg m-2"),
    ((0, 1, 22), "clwmr", "Cloud mixing ratio", "kg kg-1"),
    ((0, 1, 29), "asnow", "Total snowfall", "m"),
    ((0, 1, 52), "tprate", "Total precipitation rate", "kg m-2 s-1"),
    ((0, 1, 64), "tcwv", "Total column water vapour", "kg m-2"),
    ((0, 1, 83), "clwc", "Specific cloud liquid water content", "kg kg-1"),
    ((0, 1, 84), "ciwc", "Specific cloud ice water content", "kg kg-1"),
    ((0, 1, 192), "crain", "Categorical rain", ""),
    ((0, 2, 0), "wdir", "Wind direction", "Degree true"),
    ((0, 2, 1), "ws", "Wind speed", "m s-1"),
    ((0, 2, 2), "u", "U component of wind", "m s-1"),
    ((0, 2, 3), "v", "V component of wind", "m s-1"),
    ((0, 2, 8), "w", "Vertical velocity", "Pa s-1"),
    ((0, 2, 9), "wz", "Geometric vertical velocity", "m s-1"),
    ((0, 2, 10), "absv", "Absolute vorticity", "s-1"),
    ((0, 2, 12), "vo", "Vorticity (relative)", "s-1"),
    ((0, 2, 13), "d", "Divergence", "s-1"),
    ((0, 2, 14), "pv", "Potential vorticity", "K m2 kg-1 s-1"),
    ((0, 2, 22), "gust", "Wind speed (gust)", "m s-1"),
    ((0, 3, 0), "sp", "Pressure", "Pa"),
    ((0, 3, 1), "msl", "Mean sea level pressure", "Pa"),
    ((0, 3, 4), "z", "Geopotential", "m2 s-2"),
    ((0, 3, 5), "gh", "Geopotential height", "gpm"),
    ((0, 3, 10), "den", "Density", "kg m-3"),
    ((0, 3, 18), "hpbl", "Planetary boundary layer height", "m"),
    ((0, 3, 196), "hpbl", "Planetary boundary layer height", "m"),
    ((0, 3, 192), "mslet", "Mean sea level pressure (Eta model)", "Pa"),
    ((0, 4, 7), "dswrf", "Downward short-wave radiation flux", "W m-2"),
    ((0, 4, 9), "ssr", "Net short-wave radiation flux (surface)", "W m-2"),
    ((0, 4, 192), "dswrf", "Downward short-wave radiation flux", "W m-2"),
    ((0, 5, 3), "dlwrf", "Downward long-wave radiation flux", "W m-2"),
    ((0, 5, 4), "ulwrf", "Upward long-wave radiation flux", "W m-2"),
    ((0, 5, 5), "str", "Net long-wave radiation flux (surface)", "W m-2"),
    ((0, 5, 192), "dlwrf", "Downward long-wave radiation flux", "W m-2"),
    ((0, 6, 1), "tcc", "Total cloud cover", "%"),
    ((0, 6, 3), "lcc", "Low cloud cover", "%"),
    ((0, 6, 4), "mcc", "Medium cloud cover", "%"),
    ((0, 6, 5), "hcc", "High cloud cover", "%"),
    ((0, 6, 32), "cc", "Fraction of cloud cover", "(0 - 1)"),
    ((0, 7, 6), "cape", "Convective available potential energy", "J kg-1"),
    ((0, 7, 7), "cin", "Convective inhibition", "J kg-1"),
    ((0, 7, 8), "hlcy", "Storm relative helicity", "J kg-1"),
    ((0, 14, 0), "tozne", "Total ozone", "DU"),
    ((0, 14, 1), "o3mr", "Ozone mixing ratio", "kg kg-1"),
    ((0, 16, 5), "refc", "Maximum/Composite radar reflectivity", "dB"),
    ((0, 16, 196), "refc", "Maximum/Composite radar reflectivity", "dB"),
    ((0, 19, 0), "vis", "Visibility", "m"),
    ((1, 0, 6), "ro", "Runoff", "kg m-2"),
    ((2, 0, 0), "lsm", "Land-sea mask", "(0 - 1)"),
    ((2, 0, 2), "st", "Soil temperature", "K"),
    ((2, 0, 5), "mterh", "Model terrain height", "m"),
    ((2, 0, 9), "swvl", "Volumetric soil moisture content", "Proportion"),
    ((2, 0, 25), "vsw", "Volumetric soil moisture", "m3 m-3"),
    ((2, 0, 192), "soilw", "Volumetric soil moisture content", "Proportion"),
    ((10, 0, 3), "swh", "Significant height of combined wind waves and swell", "m"),
    ((10, 0, 4), "wvdir", "Direction of wind waves", "Degree true"),
    ((10, 0, 5), "shww", "Significant height of wind waves", "m"),
    ((10, 0, 8), "shts", "Significant height of total swell", "m"),
    ((10, 0, 14), "mwd", "Primary wave direction", "Degree true"),
    ((10, 0, 15), "mwp", "Primary wave mean period", "s"),
    ((10, 2, 0), "ci", "Ice cover", "(0 - 1)"),
    ((10, 3, 0), "sst", "Water temperature", "K"),
];

/// Quantity, height above ground in m, short name, name.
type HeightRow = ((u8, u8, u8), f64, &'static str, &'static str);

/// Quantities with names of their own at a height.
const AT_HEIGHT: &[HeightRow] = &[
    ((0, 0, 0), 2.0, "t2m", "2 metre temperature"),
    ((0, 0, 6), 2.0, "d2m", "2 metre dewpoint temperature"),
    ((0, 2, 2), 10.0, "u10", "10 metre U wind component"),
    ((0, 2, 3), 10.0, "v10", "10 metre V wind component"),
    ((0, 2, 1), 10.0, "si10", "10 metre wind speed"),
    ((0, 2, 2), 100.0, "u100", "100 metre U wind component"),
    ((0, 2, 3), 100.0, "v100", "100 metre V wind component"),
];

/// Names for people and programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) short: String,
    pub(super) long: String,
    pub(super) units: String,
}

/// The name of a quantity; `height` is the only height above ground that it is given at.
pub(super) fn quantity(quantity: (u8, u8, u8), height: Option<f64>) -> Named {
    let row = QUANTITIES.iter().find(|(known, ..)| *known == quantity);
    let (discipline, category, number) = quantity;
    let mut named = match row {
        Some((_, short, long, units)) => {
            Named { short: (*short).to_owned(), long: (*long).to_owned(), units: (*units).to_owned() }
        }
        None => Named {
            short: format!("param{discipline}_{category}_{number}"),
            long: format!("discipline {discipline}, category {category}, number {number}"),
            units: String::new(),
        },
    };
    let own =
        AT_HEIGHT.iter().find(|(known, at, ..)| *known == quantity && height.is_some_and(|h| (h - at).abs() < 1e-6));
    if let Some((_, _, short, long)) = own {
        (named.short, named.long) = ((*short).to_owned(), (*long).to_owned());
    }
    named
}

/// The name of a type of level, its units, what makes these of those in the file, and whether values grow downwards.
pub(super) fn level(code: u8) -> (String, &'static str, f64, bool) {
    let of = |name: &str, units, scale, down| (name.to_owned(), units, scale, down);
    match code {
        1 => of("surface", "", 1.0, false),
        8 => of("top", "", 1.0, false),
        20 => of("temperature", "K", 1.0, false),
        100 => of("pressure", "hPa", 0.01, true),
        101 => of("mean_sea", "", 1.0, false),
        102 => of("altitude", "m", 1.0, false),
        103 => of("height", "m", 1.0, false),
        104 => of("sigma", "", 1.0, true),
        105 => of("hybrid", "", 1.0, true),
        106 => of("depth", "m", 1.0, true),
        107 => of("theta", "K", 1.0, false),
        109 => of("potential_vorticity", "K m2 kg-1 s-1", 1.0, false),
        160 => of("depth_below_sea", "m", 1.0, true),
        other => (format!("level{other}"), "", 1.0, false),
    }
}

/// What a field says of a stretch of time (code table 4.10).
pub(super) fn statistic(code: u8) -> String {
    let known =
        ["average", "accumulation", "maximum", "minimum", "difference", "root mean square", "standard deviation"];
    known.get(usize::from(code)).map_or_else(|| format!("statistic {code}"), |name| (*name).to_owned())
}
