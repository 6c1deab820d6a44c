use super::*;

fn table(name: &str, text: &str) -> [[u8; 4]; COLORS] {
    parse(name, text).unwrap_or_else(|error| panic!("{error}")).table
}

fn gray(byte: u8) -> [u8; 4] {
    [byte, byte, byte, 255]
}

#[test]
fn names_of_files_are_told_from_others() {
    for name in ["a.cpt", "dir/a.RGBA", "a.b.pal_r", "/x/y.cpt"] {
        assert!(is_file(name), "{name}");
    }
    for name in ["viridis", "viridis_r", "a.npy", "cpt", "white,a.cpt", "a.cptx", ""] {
        assert!(!is_file(name), "{name}");
    }
}

#[test]
fn every_color_of_a_table_has_an_equal_stretch() {
    let all: String =
        (0..256).map(|i| format!("{},0,{},1\n", f64::from(i) / 255.0, f64::from(255 - i) / 255.0)).collect();
    let found = table("a.rgba", &all);
    assert!((0..=255_u8).all(|i| found[usize::from(i)] == [i, 0, 255 - i, 255]));
    let found = table("a.rgba", "# three\n1,0,0,1\n\n0 1 0 0.5\r\n0,\t0, 1\n");
    assert_eq!(
        [found[0], found[85], found[128], found[255]],
        [[255, 0, 0, 255], [0, 255, 0, 128], [0, 255, 0, 128], [0, 0, 255, 255]]
    );
    let reversed = table("a.rgba_r", "1,0,0,1\n0,0,1,1\n");
    assert_eq!((reversed[0], reversed[255]), ([0, 0, 255, 255], [255, 0, 0, 255]));
    // More than there is room for: every other one.
    let many: String = (0..512).map(|i| format!("{} 0 0\n", i / 2)).collect();
    assert!((0..=255_u8).all(|i| table("a.pal", &many)[usize::from(i)] == [i, 0, 0, 255]));
}

#[test]
fn palettes_are_plain_or_jascs() {
    let plain = table("a.pal", "; a comment\n0 0 0\n255,128,1\n");
    let jasc = table("a.PAL", "JASC-PAL\r\n0100\r\n2\r\n0 0 0\r\n255 128 1\r\n");
    assert_eq!(plain, jasc);
    assert_eq!((plain[127], plain[128]), (gray(0), [255, 128, 1, 255]));
}

#[test]
fn slices_of_unequal_length_are_mixed_within() {
    let text = "# a map\n#COLOR_MODEL = RGB\n0 0/0/0 1 100/100/100 L\n1\t200 200 200\t4\t255 255 255 ; the rest\n\
                B 1/2/3\nF red\nN 128@50\n";
    let map = parse("a.cpt", text).unwrap();
    // A quarter of the colors are those of the first slice, from one of its ends to the other.
    assert_eq!(
        [map.table[0], map.table[63], map.table[64], map.table[255]],
        [gray(0), gray(100), gray(200), gray(255)]
    );
    assert_eq!(map.table[128], gray(byte((200.0 + 55.0 * 64.0 / 191.0) / 255.0)));
    assert_eq!(map.edges.as_ref().map(|edges| (edges[62], edges[63])), Some((63.0 / 256.0, 0.25)));
    assert_eq!(
        [map.under, map.over, map.bad],
        [[1, 2, 3, 255], [255, 0, 0, 255], [128, 128, 128, 128]].map(|c| Some(Rgba(c)))
    );
    let reversed = parse("a.cpt_r", text).unwrap();
    assert_eq!((reversed.under, reversed.table[0]), (map.over, gray(255)));
}

#[test]
fn slices_that_go_over_into_each_other_have_no_edges() {
    let smooth = parse("a.cpt", "0 black 1 gray\n1 gray 4 white\n").unwrap();
    assert_eq!((smooth.edges, smooth.table[0], smooth.table[255]), (None, gray(0), gray(255)));
    // An edge is where it was written, however near to others.
    let text = "0 red 1 red\n1 lime 10 lime\n10 blue 1000 blue\n";
    let sharp = parse("a.cpt", text).unwrap();
    let edges = sharp.edges.unwrap();
    assert_eq!((edges[0], edges[2]), (0.001, 0.01));
    let colors = [0, 1, 2, 3, 255].map(|i: usize| sharp.table[i]);
    assert_eq!(
        colors.map(|[r, g, b, _]| [r, g, b].map(|c| c / 255)),
        [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    );
    let turned = parse("a.cpt_r", text).unwrap();
    assert_eq!((turned.edges.unwrap()[254], turned.table[255]), (0.999, [255, 0, 0, 255]));
    // Equal steps are as exact from either end.
    for count in 2..=100 {
        let steps: String = (0..count).map(|i| format!("{i} {i}/0/0 {} {i}/0/0\n", i + 1)).collect();
        let [forward, back] = ["a.cpt", "a.cpt_r"].map(|name| parse(name, &steps).unwrap().edges.unwrap());
        let exact = |edges: &[f64], i: usize| edges.contains(&(i as f64 / count as f64));
        assert!((1..count).all(|i| exact(&forward, i) && exact(&back, i)), "{count}");
    }
}

#[test]
fn colors_of_every_notation() {
    for (color, wanted) in [
        ("128", gray(128)),
        ("10/20/30", [10, 20, 30, 255]),
        ("#0a141e", [10, 20, 30, 255]),
        ("navy", [0, 0, 128, 255]),
        ("Gray50", gray(127)),
        ("120-1-1", [0, 255, 0, 255]),
        ("0/100/100/0", [255, 0, 0, 255]),
        ("0/0/0/100", gray(0)),
        ("red@25", [255, 0, 0, 191]),
    ] {
        for model in ["", "# COLOR_MODEL = RGB\n", "# COLOR_MODEL = +HSV\n"] {
            // In a file of hues, three numbers with slashes are one; all else is as it is.
            let color = if model.contains("HSV") && color == "10/20/30" { "210/0.6666666/0.117647" } else { color };
            let found = table("a.cpt", &format!("{model}-1 {color} 1 {color}\n"));
            assert_eq!(found[77], wanted, "{model}{color}");
        }
    }
    let hsv = "0 0 1 1 1 240 1 1\n";
    let mixed = table("a.cpt", &format!("# COLOR_MODEL = +hsv\n{hsv}"));
    assert_eq!(
        (mixed[0], mixed[255], mixed[127][1], mixed[127][0] < 5),
        ([255, 0, 0, 255], [0, 0, 255, 255], 255, true)
    );
    let straight = table("a.cpt", &format!("# COLOR_MODEL = HSV\n{hsv}"));
    assert_eq!((straight[0], straight[255], straight[127]), ([255, 0, 0, 255], [0, 0, 255, 255], [128, 0, 127, 255]));
}

#[test]
fn wrong_tables_say_where_and_why() {
    for (name, text, parts) in [
        ("a.rgba", "", &["no colors"][..]),
        ("a.rgba", "0,0,0,1\n0,0,2,1\n", &["line 2", "0 to 1"]),
        ("a.rgba", "0,0\n", &["line 1", "alpha"]),
        ("a.rgba", "0,0,nan,1\n", &["line 1"]),
        ("a.pal", "1 2 3\n\n1 2 256\n", &["line 3", "0 to 255"]),
        ("a.pal", "1 2 3 4\n", &["line 1"]),
        ("a.pal", "JASC-PAL\n0200\n1\n1 2 3\n", &["line 2", "0100"]),
        ("a.pal", "JASC-PAL\n0100\n3\n1 2 3\n", &["line 3", "announces 3", "1 follow"]),
        ("a.cpt", "# nothing\nB red\n", &["no slices"]),
        ("a.cpt", "0 red 1 blue\n2 red 3 blue\n", &["line 2", "where the line before"]),
        ("a.cpt", "0 red 0 blue\n", &["line 1", "ascend"]),
        ("a.cpt", "0 red 1 rde\n", &["line 1", "`rde`"]),
        ("a.cpt", "0 red x blue\n", &["line 1", "`x`"]),
        ("a.cpt", "3 red label\n", &["line 1", "categories"]),
        ("a.cpt", "0 300/0/0 1 blue\n", &["line 1", "300/0/0"]),
        ("a.cpt", "# COLOR_MODEL = Lab\n0 red 1 blue\n", &["line 1", "Lab"]),
        ("a.cpt", "0 red 1 blue\nB\n", &["line 2"]),
    ] {
        let message = parse(name, text).unwrap_err().to_string();
        assert!(
            parts.iter().all(|part| message.contains(part)) && message.ends_with(&format!("({name})")),
            "{message}"
        );
    }
    let many = "0 0 0\n".repeat(MAX_COLORS + 1);
    assert!(parse("a.pal", &many).unwrap_err().to_string().contains("line 65537"));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "([BFN]? ?[-0-9./a-z@ ]{0,24}\n){0,5}") {
        for name in ["a.cpt", "a.pal", "a.rgba"] {
            let _ = parse(name, &text);
            let _ = parse(name, &format!("# COLOR_MODEL = +HSV\n{text}"));
        }
    }
}
