//! Pictures of the data.

use super::*;

#[test]
fn the_demo_set_is_drawn_as_svg_and_png() {
    let bench = with_table();
    let base = ["embed", "--dataset", "demo", "--samples", "150", "--method"];
    let draw = |rest: &[&str]| bench.call(&[&base[..], rest].concat());
    assert_code(&draw(&["pca", "--out", "pca.svg"]), 0);
    let svg = bench.text("pca.svg");
    assert!(
        svg.matches("<circle").count() == 160 && svg.contains("component 1"),
        "{svg}"
    );
    assert_code(&draw(&["tsne", "--out", "tsne.png"]), 0);
    assert!(
        fs::read(bench.path("tsne.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    let output = draw(&["pca", "--out", "pca.gif"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("must end in .svg, .png, .html, .csv or .npy"));
    let output = draw(&["umap", "--perplexity", "5", "--out", "x.svg"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("`--perplexity` is for tsne, not for umap"));
    let output = draw(&["umap", "--n-neighbors", "200", "--out", "x.svg"]);
    assert_code(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("the `n_neighbors` of UMAP must be an integer in [2, 150]"),
        "{told}"
    );
}

#[test]
fn two_sets_are_placed_by_every_method_and_the_graph_is_kept() {
    let bench = with_table();
    let args = ["embed", "--samples", "120", "--split", "both", "--method"];
    let draw = |rest: &[&str]| bench.call(&[&args[..], rest].concat());
    assert_code(
        &draw(&["umap", "--dataset", "demo,demo", "--out", "pair.html"]),
        0,
    );
    assert!(bench.text("pair.html").contains("120 images of demo: UMAP"));
    let graphs = || {
        let entries = fs::read_dir(bench.path("cache/fashion-bench")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".graph")).count()
    };
    assert_eq!(graphs(), 1);
    for (method, n_graphs) in [("mde", 2), ("umap", 2), ("tsne", 3)] {
        let csv = format!("{method}.csv");
        assert_code(&draw(&[method, "--dataset", "demo", "--out", &csv]), 0);
        assert_eq!(bench.text(&csv).lines().count(), 121);
        assert_eq!(graphs(), n_graphs, "{method}");
        // The same seed gives the same points, another seed others.
        let again = draw(&[method, "--dataset", "demo", "--out", "again.csv"]);
        assert_code(&again, 0);
        assert_eq!(bench.text(&csv), bench.text("again.csv"));
    }
    assert_code(
        &draw(&["pca", "--dataset", "demo", "--out", "points.npy"]),
        0,
    );
    let npy = fs::read(bench.path("points.npy")).unwrap();
    assert_eq!(npy.len(), 128 + 120 * 2 * 8);
    for (rest, message) in [
        (
            &["--dataset", "demo,demo", "--out", "x.npy"][..],
            "of one data set",
        ),
        (
            &["--dataset", "demo,demo,demo", "--out", "x.png"],
            "takes one name or two",
        ),
        (
            &[
                "--dataset",
                "demo,demo",
                "--data-dir",
                ".",
                "--out",
                "x.png",
            ],
            "for one data set",
        ),
        (
            &["--samples", "some", "--out", "x.png"],
            "a whole number or `all`",
        ),
    ] {
        let output = bench.call(&[&["embed", "--method", "pca"], rest].concat());
        assert_code(&output, 2);
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
}
