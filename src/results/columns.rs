//! Tables for a terminal: a column is left out before a word is broken.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

/// Longer words, like a path in a reason, may be broken.
const LONGEST_WORD: usize = 28;
/// Blanks around the content of a cell.
const PADDING: usize = 2;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// What it is headed by.
    pub heading: &'static str,
    /// Whether it holds numbers, which stand on the right and are never wrapped.
    pub is_number: bool,
    /// Columns with a low rank are left out first where there is no room; one without a rank stays.
    pub rank: Option<u8>,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub const fn text(heading: &'static str, rank: Option<u8>) -> Self {
        Self {
            heading,
            is_number: false,
            rank,
        }
    }

    /// A column of numbers.
    #[must_use]
    pub const fn number(heading: &'static str, rank: Option<u8>) -> Self {
        Self {
            heading,
            is_number: true,
            rank,
        }
    }

    /// Columns of a terminal that it needs at least.
    fn least_width<'a>(&self, cells: impl Iterator<Item = &'a str>) -> usize {
        let word = |text: &str| {
            let words = text.split(' ').map(|word| word.chars().count());
            words.max().unwrap_or(0).min(LONGEST_WORD)
        };
        let content = cells.map(|cell| {
            if self.is_number {
                cell.chars().count()
            } else {
                word(cell)
            }
        });
        content.max().unwrap_or(0).max(word(self.heading)) + PADDING
    }
}

/// Draws rows of cells, `width` columns of the terminal wide; without a width as wide as need be.
///
/// What had no room is named below the table.
#[must_use]
pub fn draw<const N: usize>(
    columns: &[Column; N],
    rows: &[[String; N]],
    width: Option<u16>,
) -> String {
    let cells = |idx: usize| rows.iter().map(move |row| row[idx].as_str());
    let least: [usize; N] = std::array::from_fn(|idx| columns[idx].least_width(cells(idx)));
    let is_empty = |idx: &usize| cells(*idx).all(str::is_empty);
    let mut shown: Vec<usize> = (0..N).collect();
    let mut left_out = Vec::new();
    if let Some(width) = width {
        let mut droppable: Vec<usize> = (0..N).filter(|&idx| columns[idx].rank.is_some()).collect();
        droppable.sort_by_key(|idx| (!is_empty(idx), columns[*idx].rank));
        for idx in droppable {
            if shown.iter().map(|&idx| least[idx]).sum::<usize>() <= usize::from(width) {
                break;
            }
            shown.retain(|&kept| kept != idx);
            left_out.push(idx);
        }
    }
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    match width {
        None => table.set_content_arrangement(ContentArrangement::Disabled),
        Some(width) => table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width),
    };
    table.set_header(shown.iter().map(|&idx| columns[idx].heading));
    for row in rows {
        table.add_row(shown.iter().map(|&idx| &row[idx]));
    }
    for (column, &idx) in table.column_iter_mut().zip(&shown) {
        if columns[idx].is_number {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if width.is_some() {
            let least = u16::try_from(least[idx]).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    left_out.retain(|idx| !is_empty(idx));
    left_out.sort_unstable();
    let names: Vec<_> = left_out.iter().map(|&idx| columns[idx].heading).collect();
    match names[..] {
        [] => table.to_string(),
        _ => format!("{table}\nno room for {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::text("classifier", None),
        Column::text("parameters", None),
        Column::number("seconds", Some(1)),
        Column::text("status", Some(2)),
    ];

    fn rows() -> Vec<[String; 4]> {
        let cells = [
            "HistGradientBoosting",
            "learning_rate=0.1, max_iter=100",
            "12.345",
            "ok",
        ];
        vec![cells.map(str::to_owned)]
    }

    #[test]
    fn no_word_is_broken_at_any_width() {
        for width in 20..120 {
            let text = draw(&COLUMNS, &rows(), Some(width));
            for word in ["HistGradientBoosting", "learning_rate=0.1,", "max_iter=100"] {
                assert!(text.contains(word), "{width}:\n{text}");
            }
            let is_shown = text.contains("12.345");
            assert!(is_shown || text.contains("no room for seconds"), "{text}");
        }
    }

    #[test]
    fn a_column_is_left_out_by_its_rank_and_an_empty_one_first() {
        let text = draw(&COLUMNS, &rows(), Some(51));
        assert!(text.ends_with("no room for seconds"), "{text}");
        assert!(text.contains("status"), "{text}");
        let mut rows = rows();
        rows[0][3].clear();
        let text = draw(&COLUMNS, &rows, Some(52));
        assert!(
            text.contains("12.345") && !text.contains("no room"),
            "{text}"
        );
    }

    #[test]
    fn without_a_width_everything_stands_on_one_line() {
        let text = draw(&COLUMNS, &rows(), None);
        assert!(text.contains("learning_rate=0.1, max_iter=100"), "{text}");
    }
}
