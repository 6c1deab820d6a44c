//! Legends beside the plot, clicked.

use super::super::*;

fn layer(app: &ScumbleApp) -> Arc<scumble::workbench::session::PaintedLayer> {
    Arc::clone(&app.model().painted().unwrap().layers[0])
}

#[test]
fn what_a_legend_names_is_hidden_and_shown_by_clicks() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    by_category(&mut window);
    until(&mut window, "categories are counted", |app| layer(app).hues.len() == 11);
    let before = window.state().model().painted().unwrap().picture.clone();
    assert!(window.query_by_label("Show other in the legend").is_none());
    window.get_by_label("Hide other in the legend").hover();
    window.step();
    window.get_by_label("Hide other in the legend").click();
    until(&mut window, "others are hidden", |app| layer(app).hues[10].1.is_hidden);
    assert!(window.query_by_label("Hide other in the legend").is_none());
    // What is hidden is to be seen where the pointer is, and is no part of the figure.
    window.get_by_label("Show other in the legend");
    window.hover_at(egui::pos2(300.0, 300.0));
    window.run_steps(2);
    assert!(window.query_by_label("Show other in the legend").is_none());
    let first = layer(window.state()).hues[0].1.label.clone();
    window.get_by_label(&format!("Hide {first} in the legend")).hover();
    window.run_steps(2);
    window.get_by_label("Show other in the legend").click();
    until(&mut window, "others are back", |app| !layer(app).hues[10].1.is_hidden);
    assert!(window.state().model().painted().unwrap().picture == before);
    // With Shift, one alone, and all again.
    for hidden in [10, 0] {
        window.get_by_label(&format!("Hide {first} in the legend")).click_modifiers(Modifiers::SHIFT);
        until(&mut window, "one is alone", |app| {
            layer(app).hues.iter().filter(|(_, hue)| hue.is_hidden).count() == hidden
        });
    }
    assert!(document(&window).layer().style.hide.is_empty());
}

#[test]
fn layers_of_a_legend_are_hidden_by_clicks() {
    let folder = tempfile::tempdir().unwrap();
    points(folder.path());
    let raw = "file = 'points.f32'\ndtype = '<f4'\ncolumns = 3";
    let text =
        format!("scumble = 2\n[[layers]]\n{raw}\ncolor = 'red'\n[[layers]]\nname = 'blue'\n{raw}\ncolor = 'blue'\n");
    let path = folder.path().join("two.toml");
    std::fs::write(&path, text).unwrap();
    let mut window = window(vec![path], RawSpec::default());
    until(&mut window, "the figure is drawn", |app| app.model().painted().is_some());
    window.get_by_label("Hide blue in the legend").hover();
    window.step();
    window.get_by_label("Hide blue in the legend").click();
    until(&mut window, "a layer is hidden", |app| !app.model().document().unwrap().figure.layers[1].visible);
    window.get_by_label("Show blue in the legend").click();
    until(&mut window, "it is back", |app| app.model().document().unwrap().figure.layers[1].visible);
    assert_eq!(window.state().model().undo_labels().0, Some("Layers shown"));
}
