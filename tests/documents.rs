//! Documents that list what the program has list it truly.

use std::path::Path;

use fashion_bench::catalog::ESTIMATORS;

#[test]
fn the_table_of_classifiers_is_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/classifiers.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let row = |name: &str, summary: &str| format!("| `{name}` | {summary} |");
    let expected: Vec<_> = ESTIMATORS
        .iter()
        .map(|spec| row(spec.name, spec.summary))
        .collect();
    assert_eq!(rows, expected, "mend the table of docs/classifiers.md");
}
