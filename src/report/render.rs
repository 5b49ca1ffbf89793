//! Filling in the templates.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};

use super::assemble::Report;
use super::error::ReportError;
use crate::results::escape::markdown_cell;

const PAGE: &str = include_str!("page.html");
const SHEET: &str = include_str!("sheet.html");
const CHARTS: &str = include_str!("charts.html");
const CURVES: &str = include_str!("curves.html");
const SIDE_BY_SIDE: &str = include_str!("side_by_side.html");
const LEADERBOARD: &str = include_str!("leaderboard.md");
const STYLE: &str = include_str!("page.css");
/// The page's script, one file per idea, in the order of inclusion.
const SCRIPTS: [&str; 3] = [
    include_str!("table.js"),
    include_str!("details.js"),
    include_str!("page.js"),
];

fn environment() -> Result<Environment<'static>, ReportError> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    let templates = [
        ("page.html", PAGE),
        ("sheet.html", SHEET),
        ("charts.html", CHARTS),
        ("curves.html", CURVES),
        ("side_by_side.html", SIDE_BY_SIDE),
        ("leaderboard.md", LEADERBOARD),
    ];
    for (name, template) in templates {
        environment.add_template(name, template)?;
    }
    environment.add_filter("cell", |text: String| markdown_cell(&text));
    Ok(environment)
}

/// Renders the report as one HTML file that needs nothing else.
///
/// # Errors
/// Returns [`ReportError::Template`] or [`ReportError::Data`], which a test of the templates rules
/// out.
pub fn render_page(report: &Report<'_>) -> Result<String, ReportError> {
    // A script element ends at `</script`, even inside a string.
    let data = serde_json::to_string(&report.data)?.replace('<', "\\u003c");
    let page = context! {
        page => Serde(&report.page),
        style => STYLE,
        script => SCRIPTS.concat(),
        data => data,
    };
    Ok(environment()?.get_template("page.html")?.render(page)?)
}

/// Renders the report's tables in Markdown.
///
/// # Errors
/// Returns [`ReportError::Template`], which a test of the template rules out.
pub fn render_leaderboard(report: &Report<'_>) -> Result<String, ReportError> {
    let page = context! { page => Serde(&report.page) };
    Ok(environment()?
        .get_template("leaderboard.md")?
        .render(page)?)
}
