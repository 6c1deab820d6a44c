//! What contour lines are asked for, as text and in files.

use proptest::prelude::*;

use super::*;

#[test]
fn levels_of_every_form() {
    for (text, choice, canonical) in [
        ("auto", LevelChoice::AUTO, "auto"),
        ("n:7", LevelChoice::AUTO, "auto"),
        ("n: 12", LevelChoice::Count(12), "n:12"),
        ("step:4", LevelChoice::Step { step: 4.0, base: 0.0 }, "step:4"),
        ("step:0.5:0", LevelChoice::Step { step: 0.5, base: 0.0 }, "step:0.5"),
        (" step:4:-2", LevelChoice::Step { step: 4.0, base: -2.0 }, "step:4:-2"),
        ("1000, 1004,1010", LevelChoice::List(vec![1000.0, 1004.0, 1010.0]), "1000,1004,1010"),
        ("-1e3", LevelChoice::List(vec![-1000.0]), "-1000"),
    ] {
        assert_eq!(text.parse(), Ok(choice.clone()), "{text}");
        assert_eq!(choice.to_string(), canonical);
    }
    let many: Vec<String> = (0..301).map(|i| i.to_string()).collect();
    let many = many.join(",");
    for (text, why) in [
        ("", "no finite number"),
        ("n:0", "from 1 to 250"),
        ("n:251", "from 1 to 250"),
        ("n:2.5", "whole number"),
        ("step:0", "not above 0"),
        ("step:-1", "not above 0"),
        ("step:nan", "`nan` is no finite"),
        ("step:1:2:3", "`2:3` is no finite"),
        ("1,1", "1 comes after 1"),
        ("2,1", "1 comes after 2"),
        ("1,inf", "`inf`"),
        (&many, "more than 300"),
    ] {
        let message = text.parse::<LevelChoice>().unwrap_err().to_string();
        assert!(message.contains(why) && message.len() < 400, "{text}: {message}");
    }
}

#[test]
fn looks_of_every_form() {
    let red = ContourColor::One(Rgba([255, 0, 0, 255]));
    let blue = ContourColor::One(Rgba([31, 119, 180, 255]));
    for (text, look) in [
        ("0=red", LevelLook { level: 0.0, color: red, width: None, dash: None }),
        ("-4 = tab:blue", LevelLook { level: -4.0, color: blue, width: None, dash: None }),
        ("1013=tab:blue:2", LevelLook { level: 1013.0, color: blue, width: Some(2.0), dash: None }),
        ("1=#f00:0.5:dotted", LevelLook { level: 1.0, color: red, width: Some(0.5), dash: Some(Dash::Dotted) }),
        ("1=colormap:3", LevelLook { level: 1.0, color: ContourColor::Colormap, width: Some(3.0), dash: None }),
    ] {
        let read: LevelLook = text.parse().unwrap();
        assert_eq!(read, look, "{text}");
        assert_eq!(read.to_string().parse(), Ok(look));
    }
    for (text, why) in [
        ("5", "no `=`"),
        ("x=red", "`x` is no finite"),
        ("5=rde", "`rde` is no color"),
        ("5=red:21", "from 0.1 to 20"),
        ("5=red:dotted", "after a width"),
        ("5=red:2:wavy", "no color"),
    ] {
        let message = text.parse::<LevelLook>().unwrap_err().to_string();
        assert!(message.contains(why), "{text}: {message}");
    }
    assert!("wavy".parse::<Dash>().unwrap_err().to_string().contains("dotted"));
    assert!("rde".parse::<ContourColor>().unwrap_err().to_string().contains("colormap"));
}

#[test]
fn styles_in_files() {
    let style: ContourStyle = toml::from_str(
        "levels = \"step:4:1000\"\ncolor = \"colormap\"\nwidth = 1.5\nnegative = \"dotted\"\n\
         overrides = [\"1013=red:2\"]\nemphasis = 5\nlabels = false\nlabel_size = 9.0\n",
    )
    .unwrap();
    assert_eq!(style.levels, LevelChoice::Step { step: 4.0, base: 1000.0 });
    assert_eq!(toml::from_str::<ContourStyle>(&toml::to_string(&style).unwrap()).unwrap(), style);
    let usual = ContourStyle::default();
    assert_eq!(toml::from_str::<ContourStyle>("").unwrap(), usual);
    assert_eq!(toml::from_str::<ContourStyle>(&toml::to_string(&usual).unwrap()).unwrap(), usual);
    for (text, part) in [
        ("width = 0.0", "0.1 to 20"),
        ("width = nan", "0.1 to 20"),
        ("label_size = 300.0", "4 to 100"),
        ("emphasis = 0", "from 1 on"),
        ("negative = \"wavy\"", "dotted"),
        ("levels = \"3,2\"", "must rise"),
        ("colour = \"red\"", "unknown field"),
    ] {
        let message = toml::from_str::<ContourStyle>(text).unwrap_err().to_string();
        assert!(message.contains(part) && message.contains("line 1"), "{text}: {message}");
    }
}

#[test]
fn lines_below_zero_are_dashed_where_there_is_one_color() {
    let mut style = ContourStyle::default();
    let levels = [-4.0, 0.0, 4.0];
    let dashes = |style: &ContourStyle| [0, 1, 2].map(|i| style.look(&levels, i).dash);
    assert_eq!(dashes(&style), [Dash::Dashed, Dash::Solid, Dash::Solid]);
    style.overrides = vec!["4=red:3:dotted".parse().unwrap(), "-4=blue".parse().unwrap()];
    assert_eq!(dashes(&style), [Dash::Dashed, Dash::Solid, Dash::Dotted]);
    assert_eq!(style.look(&levels, 2).width.to_bits(), 3f64.to_bits());
    style.color = ContourColor::Colormap;
    assert_eq!(dashes(&style), [Dash::Solid, Dash::Solid, Dash::Dotted]);
}

#[test]
fn the_same_levels_are_emphasized_whatever_the_range() {
    let wide = |style: &ContourStyle, levels: &[f64]| -> Vec<f64> {
        let is_wide = |i: &usize| style.look(levels, *i).width > style.width;
        (0..levels.len()).filter(is_wide).map(|i| levels[i]).collect()
    };
    let mut style = ContourStyle { emphasis: Some(5), ..ContourStyle::default() };
    style.levels = "step:4:1000".parse().unwrap();
    let steps: Vec<f64> = (-9..12).map(|k| f64::from(1000 + 4 * k)).collect();
    assert_eq!(wide(&style, &steps), [980.0, 1000.0, 1020.0, 1040.0]);
    assert_eq!(wide(&style, &steps[3..]), [980.0, 1000.0, 1020.0, 1040.0]);
    style.levels = LevelChoice::AUTO;
    let tenths: Vec<f64> = (-7..8).map(|k| f64::from(k) / 10.0).collect();
    assert_eq!(wide(&style, &tenths), [-0.5, 0.0, 0.5]);
    style.levels = LevelChoice::List(vec![1.0, 2.0, 3.0, 5.0, 8.0, 13.0]);
    assert_eq!(wide(&style, &[1.0, 2.0, 3.0, 5.0, 8.0, 13.0]), [1.0, 13.0]);
}

proptest! {
    #[test]
    fn choices_survive_text(
        kind in 0..3_u8,
        count in LEVEL_COUNTS,
        mut list in proptest::collection::vec(-1e300..1e300_f64, 1..20),
        step in 1e-300..1e300_f64,
    ) {
        list.sort_by(f64::total_cmp);
        list.dedup();
        let choice = match kind {
            0 => LevelChoice::Count(count),
            1 => LevelChoice::Step { step, base: list[0] },
            _ => LevelChoice::List(list),
        };
        prop_assert_eq!(choice.to_string().parse(), Ok(choice));
    }

    #[test]
    fn no_text_panics(text in ".{0,16}") {
        let _ = (text.parse::<LevelChoice>(), text.parse::<LevelLook>(), text.parse::<ContourColor>());
    }
}
